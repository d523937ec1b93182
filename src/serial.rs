//! How values are written: what is left out.

/// Whether a value is what it is where nothing is written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
