//! Whether an input is the one that it was.

use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

/// The SHA-256 of an input's bytes: two inputs that have the same are the same. Displayed as 64 hexadecimal digits.
///
/// ```
/// use topic_import_bulk::input::{Fingerprint, Format, Input, RowSettings};
///
/// let input = Input::bytes(*b"abc", Format::Jsonl, RowSettings::default());
/// let fingerprint = input.fingerprint()?;
/// let digits = fingerprint.to_string();
/// assert_eq!(digits, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// assert_eq!(Fingerprint::parse(&digits), Some(fingerprint));
/// # Ok::<(), topic_import_bulk::input::InputError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; BYTES]);

const BYTES: usize = 32;

/// How much of an input is read, and hashed, at a time.
pub(crate) const BUFFER_BYTES: usize = 64 * 1024;

impl Fingerprint {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The fingerprint of everything that can be read.
    pub(crate) fn of_all(reader: impl Read) -> io::Result<Self> {
        let running = RunningFingerprint::default();
        io::copy(&mut Hashing::new(reader, running.clone()), &mut io::sink())?;
        Ok(running.so_far())
    }

    /// From the 64 hexadecimal digits that it is displayed as; `None` where `digits` are something else.
    pub fn parse(digits: &str) -> Option<Self> {
        let digits = digits.as_bytes();
        if digits.len() != 2 * BYTES {
            return None;
        }
        let mut bytes = [0; BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = 16 * value(pair[0])? + value(pair[1])?;
        }
        Some(Self(bytes))
    }
}

/// The value of a hexadecimal digit in lower case.
fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// The fingerprint of an empty input.
impl Default for Fingerprint {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The fingerprint of what was read so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunningFingerprint(Arc<Mutex<Sha256>>);

impl RunningFingerprint {
    pub(crate) fn so_far(&self) -> Fingerprint {
        let hash = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Fingerprint(hash.clone().finalize().into())
    }

    /// A file of this name begins.
    pub(crate) fn pass_name(&self, name: &str) {
        self.update(name.as_bytes());
        self.update(&[0]);
    }

    fn update(&self, bytes: &[u8]) {
        let mut hash = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hash.update(bytes);
    }
}

/// A reader that takes the fingerprint of all that is read from it.
pub(crate) struct Hashing<R> {
    reader: R,
    running: RunningFingerprint,
}

impl<R> Hashing<R> {
    pub(crate) const fn new(reader: R, running: RunningFingerprint) -> Self {
        Self { reader, running }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.running.update(&buffer[..length]);
        Ok(length)
    }
}
