//! What a file seems to be that is not text: told by its first bytes, so that its error says what to do.

use std::borrow::Cow;
use std::io;

use serde_json::Value;

use crate::visible::visible;

/// A format that is not read: what an error says of it, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Foreign {
    message: Cow<'static, str>,
    /// What to do about it.
    pub cure: &'static str,
}

const fn foreign(message: &'static str, cure: &'static str) -> Foreign {
    Foreign { message: Cow::Borrowed(message), cure }
}

const HTML: Foreign = foreign(
    "this is an HTML page, not data",
    "look at the page: an address that needs a login or a key answers so; download the file again",
);
pub(super) const GZIP_TWICE: Foreign =
    foreign("this is gzip inside gzip", "unpack it once: `gzip -dc FILE | strat ... -`");
const UTF16_WITHOUT_MARK: Foreign = foreign(
    "this looks like UTF-16 without a byte order mark",
    "save it as UTF-8: `iconv -f UTF-16LE -t UTF-8 FILE`",
);
const ZIP: Foreign = foreign("this is a zip archive, not CSV", "unpack it: `unzip -p FILE | strat ... -`");
const SPREADSHEET: Foreign = foreign(
    "this is an Excel workbook, not CSV",
    "save the sheet as CSV, or: `duckdb -csv -c \"select * from read_xlsx('FILE')\" | strat ... -`",
);
pub(super) const ADDRESS: Foreign = foreign(
    "strat reads local files, not addresses",
    "download the file first, as with `curl -fsS ADDRESS -o FILE`",
);

/// Formats by their first bytes.
const MAGICS: [(&[u8], Foreign); 5] = [
    (
        b"PAR1",
        foreign(
            "this is a Parquet file, not CSV",
            "turn it into CSV on standard input: `duckdb -csv -c \"select * from 'FILE'\" | strat ... -`",
        ),
    ),
    (
        b"\xfd7zXZ\0",
        foreign(
            "this is compressed with xz; only gzip is read directly",
            "unpack it: `xz -dc FILE | strat ... -`",
        ),
    ),
    (
        b"BZh",
        foreign(
            "this is compressed with bzip2; only gzip is read directly",
            "unpack it: `bzip2 -dc FILE | strat ... -`",
        ),
    ),
    (
        b"\x28\xb5\x2f\xfd",
        foreign(
            "this is compressed with zstd; only gzip is read directly",
            "unpack it: `zstd -dc FILE | strat ... -`",
        ),
    ),
    (
        b"version https://git-lfs",
        foreign(
            "this is a Git LFS pointer, not the file itself",
            "fetch the file: `git lfs pull`, or `lfs: true` in actions/checkout",
        ),
    ),
];

/// How many bytes are looked at.
pub(super) const LOOKED_AT: usize = 4096;

/// The longest message of a server that is quoted, in characters.
const LONGEST_QUOTE: usize = 200;

/// The keys under which servers say what is wrong.
const MESSAGE_KEYS: [&str; 8] =
    ["message", "error", "detail", "description", "Error Message", "Information", "Note", "msg"];

/// How many levels below the outermost one a message is looked for.
const MESSAGE_DEPTH: usize = 3;

impl Foreign {
    /// Tells a format by its first bytes; `None` of what may be text.
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        if let Some((_, foreign)) = MAGICS.into_iter().find(|(magic, _)| head.starts_with(magic)) {
            return Some(foreign);
        }
        if head.starts_with(b"PK\x03\x04") {
            let is_spreadsheet = contains(head, b"xl/") || contains(head, b"[Content_Types].xml");
            return Some(if is_spreadsheet { SPREADSHEET } else { ZIP });
        }
        if is_utf16_without_mark(head) {
            return Some(UTF16_WITHOUT_MARK);
        }
        let text = head.trim_ascii_start();
        let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        (begins(b"<!doctype") || begins(b"<html") || begins(b"<?xml") || begins(b"<head")).then_some(HTML)
    }

    /// Tells JSON where CSV is wanted.
    pub(super) fn recognise_json(head: &[u8]) -> Option<Self> {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let text = match text {
            [b'{' | b'[', ..] => text,
            _ => return None,
        };
        let body: Option<Value> = serde_json::from_slice(text).ok();
        let said = body.and_then(|body| message_in(&body, MESSAGE_DEPTH));
        let said = said.map_or_else(String::new, |said| format!("; it says: {said}"));
        Some(Self {
            message: format!("this is JSON, not CSV{said}").into(),
            cure: "export CSV, or turn the JSON into CSV first (docs/data.md has a `jq` line)",
        })
    }
}

impl From<Foreign> for io::Error {
    fn from(foreign: Foreign) -> Self {
        Self::other(foreign)
    }
}

/// The format that an error is about.
pub(super) fn of_error(error: &io::Error) -> Option<&Foreign> {
    error.get_ref()?.downcast_ref()
}

/// Whether a path is an address on a network.
pub(super) fn is_address(path: &str) -> bool {
    const SCHEMES: [&str; 7] = ["http", "https", "ftp", "s3", "gs", "az", "file"];
    path.split_once("://").is_some_and(|(scheme, _)| SCHEMES.contains(&scheme.to_lowercase().as_str()))
}

/// What a server says in the body of an error: the text of the first of the keys that servers use, on any level.
fn message_in(body: &Value, depth: usize) -> Option<String> {
    if let Some(text) = MESSAGE_KEYS.into_iter().find_map(|key| body.get(key)?.as_str()) {
        let short: String = text.chars().take(LONGEST_QUOTE).collect();
        return Some(visible(&short).into_owned());
    }
    let further = depth.checked_sub(1)?;
    let find = |value: &Value| message_in(value, further);
    match body {
        Value::Object(entries) => entries.values().find_map(find),
        Value::Array(items) => items.iter().find_map(find),
        _ => None,
    }
}

fn contains(head: &[u8], part: &[u8]) -> bool {
    head.windows(part.len()).any(|window| window == part)
}

/// Whether every second byte of the beginning is zero, as of Latin letters in UTF-16.
fn is_utf16_without_mark(head: &[u8]) -> bool {
    let start = head.get(..8).unwrap_or_default();
    let is_zero_at = |first: usize| start.iter().skip(first).step_by(2).all(|byte| *byte == 0);
    !start.is_empty() && is_zero_at(0) != is_zero_at(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        for (head, expected) in [
            (&b"PAR1\x15\x04"[..], "this is a Parquet file, not CSV"),
            (b"PK\x03\x04\x14\0\0\0\x08\0aaaa[Content_Types].xml", "this is an Excel workbook, not CSV"),
            (b"PK\x03\x04\x14\0\0\0\x08\0aaaaprices.csv", "this is a zip archive, not CSV"),
            (b"\xfd7zXZ\0\0", "this is compressed with xz; only gzip is read directly"),
            (b"BZh91AY", "this is compressed with bzip2; only gzip is read directly"),
            (b"\x28\xb5\x2f\xfd\x24", "this is compressed with zstd; only gzip is read directly"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid",
                "this is a Git LFS pointer, not the file itself",
            ),
            (b"\n <!DOCTYPE html><html>", "this is an HTML page, not data"),
            (b"s\0y\0m\0b\0o\0l\0", "this looks like UTF-16 without a byte order mark"),
        ] {
            assert_eq!(
                Foreign::recognise(head).map(|foreign| foreign.to_string()).as_deref(),
                Some(expected)
            );
        }
        for text in [&b"symbol,as_of,close\n"[..], b"", b"a", b"<TICKER>,<PER>,<DATE>\n", b"{}"] {
            assert_eq!(Foreign::recognise(text), None);
        }
    }

    #[test]
    fn json_in_place_of_csv_is_quoted() {
        let of = |text: &str| Foreign::recognise_json(text.as_bytes()).map(|json| json.to_string());
        let says = |said: &str| Some(format!("this is JSON, not CSV{said}"));
        assert_eq!(of("{\"message\": \"no such key\"}"), says("; it says: no such key"));
        assert_eq!(of(" {\"error\": {\"code\": 4, \"message\": \"limit\"}}"), says("; it says: limit"));
        for text in [
            "{\"chart\": {\"result\": null, \"error\": {\"code\": 404, \"description\": \"limit\"}}}",
            "{\"errors\": [{\"message\": \"limit\"}]}",
            "{\"Information\": \"limit\"}",
        ] {
            assert_eq!(of(text), says("; it says: limit"), "{text}");
        }
        assert_eq!(of("[{\"close\": 1}]"), says(""));
        assert_eq!(of("[1, 2"), says(""));
        assert_eq!(of("symbol,as_of"), None);
    }

    #[test]
    fn an_address_is_not_a_path() {
        for address in ["https://example.com/a.csv", "s3://bucket/a.csv", "GS://bucket/a"] {
            assert!(is_address(address), "{address}");
        }
        for path in ["a.csv", "/a/b", "c:\\a", "a://b"] {
            assert!(!is_address(path), "{path}");
        }
    }
}
