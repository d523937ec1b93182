//! Drawing typed values as text: for people in tables, for programs in JSON and CSV.

pub mod list;
