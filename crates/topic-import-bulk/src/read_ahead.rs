//! Reads an input in a thread of its own, which also takes its fingerprint, while its rows are read in another.

use std::io::{self, BufRead, Read};
use std::mem;
use std::sync::mpsc::{Receiver, Sender, channel};

use sha2::{Digest as _, Sha256};

use crate::fingerprint::Fingerprint;
use crate::input::BUFFER_BYTES;
use crate::joined_thread::JoinedThread;

/// So many blocks lie ready, or are being read.
const BLOCKS_AHEAD: usize = 2;

/// A reader whose blocks lie ready before they are asked for.
#[derive(Debug)]
pub(crate) struct ReadAhead {
    read: Receiver<io::Result<Piece>>,
    /// Blocks that were used go back to be filled again. Dropped before the thread, which then ends.
    used: Sender<Vec<u8>>,
    block: Vec<u8>,
    position: usize,
    fingerprint: Option<Fingerprint>,
    /// It does not outlive its reader: whoever reads the same file next may share a position in it.
    _thread: JoinedThread,
}

#[derive(Debug)]
enum Piece {
    Block(Vec<u8>),
    /// Nothing is left: the fingerprint of all.
    End(Fingerprint),
}

impl ReadAhead {
    /// # Errors
    /// Where no thread can be started.
    pub(crate) fn new(reader: impl Read + Send + 'static) -> io::Result<Self> {
        let (blocks, read) = channel();
        let (used, empty) = channel();
        for _ in 0..BLOCKS_AHEAD {
            let _ = used.send(Vec::new());
        }
        let work = move || fill(reader, &empty, &blocks);
        Ok(Self {
            read,
            used,
            block: Vec::new(),
            position: 0,
            fingerprint: None,
            _thread: JoinedThread::spawn("read-ahead", work)?,
        })
    }

    /// The fingerprint of everything, what nobody has read yet included.
    pub(crate) fn fingerprint(mut self) -> io::Result<Fingerprint> {
        loop {
            self.next_block()?;
            if let Some(fingerprint) = self.fingerprint {
                return Ok(fingerprint);
            }
        }
    }

    fn next_block(&mut self) -> io::Result<()> {
        self.position = 0;
        let used = mem::take(&mut self.block);
        if self.fingerprint.is_some() {
            return Ok(());
        }
        // Where everything has been read, nobody takes it.
        let _ = self.used.send(used);
        let ended = |_| io::Error::other("the thread that reads has ended early");
        match self.read.recv().map_err(ended)?? {
            Piece::Block(block) => self.block = block,
            Piece::End(fingerprint) => self.fingerprint = Some(fingerprint),
        }
        Ok(())
    }
}

impl BufRead for ReadAhead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position == self.block.len() {
            self.next_block()?;
        }
        Ok(&self.block[self.position..])
    }

    fn consume(&mut self, length: usize) {
        self.position += length;
    }
}

impl Read for ReadAhead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

/// Fills blocks until nothing is left, or nobody wants more.
fn fill(mut reader: impl Read, empty: &Receiver<Vec<u8>>, blocks: &Sender<io::Result<Piece>>) {
    let mut hash = Sha256::new();
    for mut block in empty {
        block.clear();
        block.reserve(BUFFER_BYTES);
        let piece = match reader
            .by_ref()
            .take(BUFFER_BYTES as u64)
            .read_to_end(&mut block)
        {
            Ok(0) => Ok(Piece::End(Fingerprint::from(mem::take(&mut hash)))),
            Ok(_) => {
                hash.update(&block);
                Ok(Piece::Block(block))
            }
            Err(error) => Err(error),
        };
        let is_over = !matches!(piece, Ok(Piece::Block(_)));
        if blocks.send(piece).is_err() || is_over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek as _, Write as _};
    use std::thread;

    fn text(length: usize) -> Vec<u8> {
        (0..length).map(|at| at.to_le_bytes()[at % 3]).collect()
    }

    #[test]
    fn everything_is_read_in_order_and_has_its_fingerprint() {
        for length in [
            0,
            1,
            BUFFER_BYTES - 1,
            BUFFER_BYTES,
            BUFFER_BYTES + 1,
            9 * BUFFER_BYTES,
        ] {
            let text = text(length);
            let mut reader = ReadAhead::new(io::Cursor::new(text.clone())).unwrap();
            let mut found = Vec::new();
            reader.read_to_end(&mut found).unwrap();
            assert!(found == text, "{length}");
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
            assert_eq!(reader.fingerprint().unwrap(), Fingerprint::of(&text));
        }
    }

    #[test]
    fn what_nobody_has_read_counts_for_the_fingerprint() {
        let text = text(9 * BUFFER_BYTES + 7);
        for length in [0, 1, BUFFER_BYTES, 4 * BUFFER_BYTES] {
            let mut reader = ReadAhead::new(io::Cursor::new(text.clone())).unwrap();
            reader.read_exact(&mut vec![0; length]).unwrap();
            assert_eq!(reader.fingerprint().unwrap(), Fingerprint::of(&text));
        }
    }

    #[test]
    fn nothing_is_read_once_it_is_dropped() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&text(9 * BUFFER_BYTES)).unwrap();
        file.rewind().unwrap();
        let mut reader = ReadAhead::new(file.try_clone().unwrap()).unwrap();
        reader.read_exact(&mut [0; 7]).unwrap();
        drop(reader);
        let position = file.stream_position().unwrap();
        assert!(position <= (2 + BLOCKS_AHEAD as u64) * BUFFER_BYTES as u64);
        thread::yield_now();
        assert_eq!(file.stream_position().unwrap(), position);
    }

    /// Gives so many bytes, and then an error.
    struct Broken(usize);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            let length = self.0.min(buffer.len());
            buffer[..length].fill(b'x');
            self.0 -= length;
            Ok(length)
        }
    }

    #[test]
    fn an_error_is_never_taken_for_the_end() {
        let mut reader = ReadAhead::new(Broken(3 * BUFFER_BYTES)).unwrap();
        let mut found = Vec::new();
        let error = reader.read_to_end(&mut found).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(found.len(), 3 * BUFFER_BYTES);
        assert!(reader.read(&mut [0]).is_err());
        assert!(reader.fingerprint().is_err());
    }

    #[test]
    fn a_thread_that_panics_is_an_error() {
        struct Panicking;
        impl Read for Panicking {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("as it should")
            }
        }
        assert!(ReadAhead::new(Panicking).unwrap().read(&mut [0]).is_err());
    }
}
