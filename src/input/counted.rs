//! Things of one cause, such as rows that lack a cell: the first speaks for all.

use crate::amount::counted;
use crate::finding::Finding;

/// The first of things of one cause, and how many there are.
#[derive(Clone, Debug)]
pub(super) struct Counted<T> {
    first: Option<T>,
    count: u64,
}

impl<T> Default for Counted<T> {
    fn default() -> Self {
        Self { first: None, count: 0 }
    }
}

impl<T> Counted<T> {
    pub(super) fn add(&mut self, one: T) {
        self.count += 1;
        self.first.get_or_insert(one);
    }

    pub(super) fn first(&self) -> Option<&T> {
        self.first.as_ref()
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

impl Counted<Finding> {
    /// The one finding; `of_many` makes its message from that of the first and the others, as "3 more rows".
    pub(super) fn finding(&self, of_many: impl Fn(&str, &str) -> String) -> Option<Finding> {
        let mut first = self.first.clone()?;
        if self.count > 1 {
            first.message = of_many(&first.message, &counted(self.count - 1, "more row"));
        }
        Some(first)
    }
}
