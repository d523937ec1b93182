//! Why a decision is what it is: its trace with margins, the closes that would change it, and what would
//! have to happen to a symbol for it to come in or go out.

pub mod flip;
