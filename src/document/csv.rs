//! CSV documents.

/// Rows under a header as CSV text.
///
/// # Errors
/// When the writer fails, which one into memory does not.
pub fn document(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<String, ::csv::Error> {
    let mut text = Vec::new();
    let mut writer = ::csv::Writer::from_writer(&mut text);
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    drop(writer);
    // Every field was text, so the whole is.
    Ok(String::from_utf8_lossy(&text).into_owned())
}
