//! Where bytes come from: a file or standard input, gzipped or not, hashed on the way.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::foreign::{self, Foreign, LOOKED_AT};
use super::utf16::Utf16;
use crate::digest::hexadecimal;

/// The path that means standard input.
pub const STANDARD_INPUT: &str = "-";

/// The largest file that is read whole, in bytes: accounts and manifests are far smaller.
const LARGEST_TEXT: u64 = 64 * 1024 * 1024;

/// How many bytes are read from the system at once.
const READ_SIZE: usize = 64 * 1024;

/// The first two bytes of every gzip member (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The byte order mark that some programs put before UTF-8 text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// An input, opened.
pub struct Source {
    path: String,
    head: Vec<u8>,
    reader: Box<dyn BufRead>,
    digest: Rc<RefCell<Sha256>>,
}

/// A small text file, read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// The path as the user named it.
    pub path: String,
    /// The text, without a byte order mark.
    pub text: String,
    /// The sha256 of the bytes on disk, in lower-case hexadecimal.
    pub sha256: String,
}

impl Source {
    /// Opens a path; `-` is standard input. Gzip and UTF-16 are told by their first bytes, not by the name.
    ///
    /// # Errors
    /// When the path is not there, can't be read, is a directory, or holds a format that is not read.
    pub fn open(path: &str) -> io::Result<Self> {
        let raw: Box<dyn Read> = if path == STANDARD_INPUT {
            Box::new(io::stdin())
        } else {
            let file = File::open(path)
                .map_err(|error| if foreign::is_address(path) { foreign::ADDRESS.into() } else { error })?;
            if file.metadata()?.is_dir() {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
            }
            Box::new(file)
        };
        Self::from_reader(path, raw)
    }

    /// Reads from anything, under the name that messages shall use.
    ///
    /// # Errors
    /// When the first bytes can't be read, or are those of a format that is not read.
    pub fn from_reader(path: &str, raw: Box<dyn Read>) -> io::Result<Self> {
        let digest = Rc::new(RefCell::new(Sha256::new()));
        let hashed = Hashed { inner: raw, digest: Rc::clone(&digest) };
        let (mut head, mut reader) = look_at(Box::new(BufReader::with_capacity(READ_SIZE, hashed)))?;
        if head.starts_with(&GZIP_MAGIC) {
            let unpacked = BufReader::with_capacity(READ_SIZE, MultiGzDecoder::new(reader));
            (head, reader) = look_at(Box::new(unpacked))?;
            if head.starts_with(&GZIP_MAGIC) {
                return Err(foreign::GZIP_TWICE.into());
            }
        }
        if let Some(utf16) = Utf16::recognise(&head) {
            let decoded = BufReader::with_capacity(READ_SIZE, utf16.decode(reader));
            (head, reader) = look_at(Box::new(decoded))?;
        }
        if let Some(foreign) = Foreign::recognise(&head) {
            return Err(foreign.into());
        }
        Ok(Self { path: path.to_owned(), head, reader, digest })
    }

    /// Refuses JSON, for a reader of tables.
    ///
    /// # Errors
    /// When the text begins as JSON does.
    pub fn refuse_json(&self) -> io::Result<()> {
        Foreign::recognise_json(&self.head).map_or(Ok(()), |json| Err(json.into()))
    }

    /// Whether the text begins as JSON does.
    pub fn begins_as_json(&self) -> bool {
        matches!(self.text_head().first(), Some(b'{' | b'['))
    }

    /// Whether nothing but white space stands at the beginning.
    pub fn is_blank(&self) -> bool {
        self.text_head().is_empty()
    }

    fn text_head(&self) -> &[u8] {
        self.head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.head).trim_ascii_start()
    }

    /// The path as the user named it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Parts the source into its bytes and what will be their hash once they are all read.
    pub fn into_parts(self) -> (Box<dyn BufRead>, PendingDigest) {
        (self.reader, PendingDigest(self.digest))
    }

    /// Reads everything as UTF-8 text; a byte order mark is taken off.
    ///
    /// # Errors
    /// When reading fails, the bytes are no UTF-8, or there are more than 64 MiB.
    pub fn read_text(self) -> io::Result<TextFile> {
        let mut text = String::new();
        if self.reader.take(LARGEST_TEXT + 1).read_to_string(&mut text)? as u64 > LARGEST_TEXT {
            return Err(too_large(format!("it is larger than {LARGEST_TEXT} bytes")));
        }
        let sha256 = PendingDigest(self.digest).finish();
        let text = text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text);
        Ok(TextFile { path: self.path, text, sha256 })
    }
}

/// The hash of a source whose bytes are still being read.
pub struct PendingDigest(Rc<RefCell<Sha256>>);

impl PendingDigest {
    /// The sha256 of all bytes read so far, in lower-case hexadecimal.
    pub fn finish(&self) -> String {
        hexadecimal(&self.0.borrow().clone().finalize())
    }
}

/// Reads the bytes of a file as they are on disk.
///
/// # Errors
/// When it can't be read, or is larger than any snapshot or config.
pub fn read_bytes(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if File::open(path)?.take(LARGEST_TEXT + 1).read_to_end(&mut bytes)? as u64 > LARGEST_TEXT {
        return Err(too_large(format!("it is larger than {LARGEST_TEXT} bytes")));
    }
    Ok(bytes)
}

/// The error of a text or a row that is too large to be what it should be.
pub(super) fn too_large(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

/// What went wrong with a path, in the words of a message, and how to mend it; `None` where only the system knows.
pub fn describe(error: &io::Error) -> (String, Option<&'static str>) {
    if let Some(foreign) = foreign::of_error(error) {
        return (foreign.to_string(), Some(foreign.cure));
    }
    let correct_path = "correct the path; one that is not absolute starts at the current folder";
    let (reason, cure) = match error.kind() {
        io::ErrorKind::NotFound => ("no such file", correct_path),
        io::ErrorKind::NotADirectory => ("a folder on its path is a file", correct_path),
        io::ErrorKind::PermissionDenied => {
            ("permission denied", "let the user that runs `strat` read the file")
        }
        io::ErrorKind::IsADirectory => ("it is a folder, not a file", "name a file in it"),
        io::ErrorKind::InvalidData => ("it is not UTF-8 text", "save the file as UTF-8 text, or gzip that"),
        io::ErrorKind::UnexpectedEof => ("its gzip stream ends too early", "copy the file again, whole"),
        io::ErrorKind::InvalidInput => {
            ("its gzip stream is damaged", "copy the file again, or compress it again")
        }
        io::ErrorKind::FileTooLarge => {
            let cure = "look at the file: it is probably not the one that was meant";
            return (error.to_string(), Some(cure));
        }
        _ => return (error.to_string(), None),
    };
    (reason.to_owned(), Some(cure))
}

/// Reads the first bytes, and gives back a reader of all of them.
fn look_at(mut reader: Box<dyn BufRead>) -> io::Result<(Vec<u8>, Box<dyn BufRead>)> {
    let mut head = Vec::new();
    reader.by_ref().take(LOOKED_AT as u64).read_to_end(&mut head)?;
    let whole = io::Cursor::new(head.clone()).chain(reader);
    Ok((head, Box::new(whole)))
}

struct Hashed {
    inner: Box<dyn Read>,
    digest: Rc<RefCell<Sha256>>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.digest.borrow_mut().update(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzipped(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn source(bytes: &[u8]) -> Source {
        Source::from_reader("test", Box::new(io::Cursor::new(bytes.to_vec()))).unwrap()
    }

    fn open_error(bytes: &[u8]) -> io::Error {
        Source::from_reader("test", Box::new(io::Cursor::new(bytes.to_vec()))).err().unwrap()
    }

    #[test]
    fn the_hash_is_of_the_bytes_on_disk() {
        // The sha256 of "abc": FIPS 180-2, appendix B.1.
        let file = source(b"abc").read_text().unwrap();
        assert_eq!(file.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn gzip_is_read_as_it_is_and_hashed_as_it_lies() {
        let packed = gzipped("abc");
        let file = source(&packed).read_text().unwrap();
        assert_eq!(file.text, "abc");
        assert_eq!(file.sha256, hexadecimal(&Sha256::digest(&packed)));
    }

    #[test]
    fn two_gzip_members_are_one_text() {
        let packed = [gzipped("ab"), gzipped("c")].concat();
        assert_eq!(source(&packed).read_text().unwrap().text, "abc");
    }

    #[test]
    fn a_truncated_gzip_stream_is_an_error() {
        let packed = gzipped("abc");
        let error = open_error(&packed[..packed.len() - 4]);
        assert_eq!(describe(&error).0, "its gzip stream ends too early");
    }

    #[test]
    fn a_damaged_gzip_stream_is_an_error() {
        let mut packed = gzipped("abcabcabc");
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        assert_eq!(describe(&open_error(&packed)).0, "its gzip stream is damaged");
        let behind = [gzipped("abc"), b"and something that is no gzip".to_vec()].concat();
        assert_eq!(describe(&open_error(&behind)).0, "its gzip stream is damaged");
    }

    #[test]
    fn a_byte_order_mark_is_taken_off() {
        assert_eq!(source("\u{feff}{}".as_bytes()).read_text().unwrap().text, "{}");
    }

    #[test]
    fn a_directory_is_no_file() {
        let error = Source::open("/").err().unwrap();
        assert_eq!(describe(&error), ("it is a folder, not a file".to_owned(), Some("name a file in it")));
    }
}
