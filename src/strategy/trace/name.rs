//! The stable names of a trace, and how those of a saved one are read: into a bounded table, so that a name stays a
//! plain reference wherever the rules use it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, de};

/// A stable name, or a formula: text of the program itself.
pub type Name = &'static str;

/// How many names are read at most: all strategies together have a few hundred.
const MOST_NAMES: usize = 4096;

/// The longest name, in bytes: a formula.
const LONGEST_NAME: usize = 400;

/// The names that were read. They stay for the life of the program.
static READ: Mutex<BTreeSet<Name>> = Mutex::new(BTreeSet::new());

/// `None` of a name that is too long, or one too many.
fn intern(text: &str) -> Option<Name> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = read.get(text) {
        return Some(name);
    }
    if text.len() > LONGEST_NAME || read.len() >= MOST_NAMES {
        return None;
    }
    let name: Name = Box::leak(Box::from(text));
    read.insert(name);
    Some(name)
}

fn known<E: de::Error>(text: &str) -> Result<Name, E> {
    intern(text).ok_or_else(|| E::custom("the record has a name that is too long, or too many names"))
}

/// Reads a name. For `#[serde(deserialize_with)]`.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
    known(&String::deserialize(deserializer)?)
}

/// Reads a list of names.
pub(crate) fn read_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Name>, D::Error> {
    Vec::<String>::deserialize(deserializer)?.iter().map(|text| known(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_and_a_long_one_is_refused() {
        let one = intern("close_above_ma200").unwrap();
        let again = ["close_above", "_ma200"].concat();
        assert!(std::ptr::eq(one, intern(&again).unwrap()));
        assert_eq!(intern(&"x".repeat(LONGEST_NAME + 1)), None);
    }
}
