//! The calendar date in New York of a moment with a zone.
