//! The commands: one file a verb, each with one `run`. Nothing prints here; `run` hands back the text.

pub mod list;
