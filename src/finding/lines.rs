//! The lines of a file that findings are on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many lines a block of bits holds.
const BLOCK: u64 = 64;

/// A set of line numbers, one bit a line: bit b of block k stands for line 64 k + b.
// A million lines of bad rows take little memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Lines {
    blocks: BTreeMap<u64, u64>,
}

impl Lines {
    /// Adds a line.
    pub fn insert(&mut self, line: u64) {
        *self.blocks.entry(line / BLOCK).or_default() |= 1 << (line % BLOCK);
    }

    /// Adds the lines of another set.
    pub fn append(&mut self, other: &Self) {
        for (place, bits) in &other.blocks {
            *self.blocks.entry(*place).or_default() |= bits;
        }
    }

    /// How many lines there are.
    pub fn count(&self) -> u64 {
        self.blocks.values().map(|bits| u64::from(bits.count_ones())).sum()
    }

    /// The first line; `None` without any.
    pub fn first(&self) -> Option<u64> {
        let (place, bits) = self.blocks.first_key_value()?;
        // A saved set may name a block that no file has.
        Some(place.saturating_mul(BLOCK).saturating_add(u64::from(bits.trailing_zeros())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_once() {
        let mut lines = Lines::default();
        [130, 62, 63, 64, 62].into_iter().for_each(|line| lines.insert(line));
        assert_eq!((lines.count(), lines.first()), (4, Some(62)));
        let mut others = Lines::default();
        [2, 130].into_iter().for_each(|line| others.insert(line));
        lines.append(&others);
        assert_eq!((lines.count(), lines.first()), (5, Some(2)));
        assert_eq!((Lines::default().count(), Lines::default().first()), (0, None));
    }
}
