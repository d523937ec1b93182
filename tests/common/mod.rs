//! What the tests from outside (`tests/it`) and those from inside (`tests/inside`) share.

pub mod files;
pub mod schemas;
