//! Finds topics that are named twice, or are equal without a name, in memory that does not grow with the input: sorted
//! runs on disk, merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::quality::FixedState;

/// So many entries are sorted in memory; more go to disk in runs of this length.
pub(crate) const RUN_LENGTH: usize = 16 * 1024;
const MERGE_BUFFER_BYTES: usize = 4 * 1024;

/// Stands for a text; two that are equal have the same, and two that differ never do in practice (128 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key([u64; 2]);

impl Key {
    pub(crate) fn of(text: &str) -> Self {
        Self([0, 1].map(|seed| FixedState::with_seed(seed).hash_one(text)))
    }
}

/// A key and where it stands. Ordered by key, then as in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: Key,
    /// Which row it is: several may begin on one line.
    number: u64,
    line: u64,
    kind: Kind,
}

/// What kind of row has the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A sound one with an ID of its own.
    Named,
    /// One with an ID and problems.
    Invalid,
    /// A sound one whose ID is derived.
    Unnamed,
}

impl Stored for Entry {
    type Bytes = [u8; 8 + 8 + 8 + 8 + 1];
    const ZEROES: Self::Bytes = [0; 33];

    fn to_bytes(self) -> Self::Bytes {
        let mut bytes = Self::ZEROES;
        bytes[..8].copy_from_slice(&self.key.0[0].to_le_bytes());
        bytes[8..16].copy_from_slice(&self.key.0[1].to_le_bytes());
        bytes[16..24].copy_from_slice(&self.number.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.line.to_le_bytes());
        bytes[32] = self.kind as u8;
        bytes
    }

    fn from_bytes(bytes: Self::Bytes) -> Self {
        let (numbers, flag) = bytes.as_chunks::<8>();
        let number = |position: usize| u64::from_le_bytes(numbers[position]);
        Self {
            key: Key([number(0), number(1)]),
            number: number(2),
            line: number(3),
            kind: match flag[0] {
                0 => Kind::Named,
                1 => Kind::Invalid,
                _ => Kind::Unnamed,
            },
        }
    }
}

/// A row whose key another row had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub(crate) number: u64,
    pub(crate) line: u64,
    pub(crate) first_line: u64,
    /// Which of the rows with this key it is, from 2.
    pub(crate) ordinal: u64,
    pub(crate) kind: Kind,
}

/// Collects keys, and then says which came twice.
#[derive(Debug, Default)]
pub(crate) struct Duplicates {
    entries: Sorter<Entry>,
}

impl Duplicates {
    /// Takes the row of this number, which begins on this line.
    pub(crate) fn add(&mut self, key: Key, number: u64, line: u64, kind: Kind) -> io::Result<()> {
        self.entries.add(Entry {
            key,
            number,
            line,
            kind,
        })
    }

    /// Tells `found` of every row whose key came before, in the order of the keys.
    pub(crate) fn find(self, mut found: impl FnMut(Duplicate) -> io::Result<()>) -> io::Result<()> {
        let mut first: Option<Entry> = None;
        let mut ordinal = 1;
        for entry in self.entries.sorted()?.merge()? {
            let entry = entry?;
            match first {
                Some(before) if before.key == entry.key => {
                    ordinal += 1;
                    found(Duplicate {
                        number: entry.number,
                        line: entry.line,
                        first_line: before.line,
                        ordinal,
                        kind: entry.kind,
                    })?;
                }
                _ => {
                    first = Some(entry);
                    ordinal = 1;
                }
            }
        }
        Ok(())
    }
}

/// What a [`Sorter`] sorts, and how it stands on disk.
pub(crate) trait Stored: Copy + Ord {
    type Bytes: AsRef<[u8]> + AsMut<[u8]>;
    const ZEROES: Self::Bytes;

    fn to_bytes(self) -> Self::Bytes;
    fn from_bytes(bytes: Self::Bytes) -> Self;
}

/// Sorts what it is given: up to [`RUN_LENGTH`] entries in memory, more on disk.
#[derive(Debug)]
pub(crate) struct Sorter<E> {
    run: Vec<E>,
    spilled: Option<Spilled>,
}

/// Sorted runs of [`RUN_LENGTH`] entries, one after the other in an unnamed file.
#[derive(Debug)]
struct Spilled {
    file: BufWriter<File>,
    runs: u64,
}

impl<E> Default for Sorter<E> {
    fn default() -> Self {
        Self {
            run: Vec::new(),
            spilled: None,
        }
    }
}

impl<E: Stored> Sorter<E> {
    pub(crate) fn add(&mut self, entry: E) -> io::Result<()> {
        self.run.push(entry);
        if self.run.len() == RUN_LENGTH {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled {
                file: BufWriter::new(tempfile::tempfile()?),
                runs: 0,
            }),
        };
        self.run.sort_unstable();
        for entry in self.run.drain(..) {
            spilled.file.write_all(entry.to_bytes().as_ref())?;
        }
        spilled.runs += 1;
        Ok(())
    }

    pub(crate) fn sorted(mut self) -> io::Result<Sorted<E>> {
        self.run.sort_unstable();
        let on_disk = match self.spilled {
            Some(Spilled { file, runs }) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                Some((Arc::new(Mutex::new(file)), runs))
            }
            None => None,
        };
        Ok(Sorted {
            on_disk,
            in_memory: self.run.into(),
        })
    }
}

/// Sorted runs that can be merged as often as wanted.
#[derive(Debug)]
pub(crate) struct Sorted<E> {
    /// The file, and how many runs it has.
    on_disk: Option<(Arc<Mutex<File>>, u64)>,
    in_memory: Arc<[E]>,
}

impl<E> Default for Sorted<E> {
    fn default() -> Self {
        Self {
            on_disk: None,
            in_memory: Arc::default(),
        }
    }
}

impl<E: Stored> Sorted<E> {
    /// All entries, from the first.
    pub(crate) fn merge(&self) -> io::Result<Merge<E>> {
        let run_bytes = (RUN_LENGTH * size_of::<E::Bytes>()) as u64;
        let mut runs = vec![Run::InMemory(Arc::clone(&self.in_memory), 0)];
        if let Some((file, count)) = &self.on_disk {
            runs.extend((0..*count).map(|run| {
                let section = Section {
                    file: Arc::clone(file),
                    position: run * run_bytes,
                    end: (run + 1) * run_bytes,
                };
                Run::OnDisk(BufReader::with_capacity(MERGE_BUFFER_BYTES, section))
            }));
        }
        let mut merge = Merge {
            runs,
            heads: BinaryHeap::new(),
        };
        for (number, run) in merge.runs.iter_mut().enumerate() {
            let first = run.next()?;
            merge
                .heads
                .extend(first.map(|entry| Reverse((entry, number))));
        }
        Ok(merge)
    }

    #[cfg(test)]
    pub(crate) fn is_on_disk(&self) -> bool {
        self.on_disk.is_some()
    }
}

/// All runs as one ascending sequence.
#[derive(Debug)]
pub(crate) struct Merge<E> {
    runs: Vec<Run<E>>,
    /// The next entry of every run, and which run it is from.
    heads: BinaryHeap<Reverse<(E, usize)>>,
}

#[derive(Debug)]
enum Run<E> {
    OnDisk(BufReader<Section>),
    /// The entries, and which is next.
    InMemory(Arc<[E]>, usize),
}

/// A part of a file that several share; each read says where.
#[derive(Debug)]
pub(crate) struct Section {
    file: Arc<Mutex<File>>,
    position: u64,
    end: u64,
}

impl Section {
    pub(crate) fn whole(file: &Arc<Mutex<File>>) -> Self {
        Self {
            file: Arc::clone(file),
            position: 0,
            end: u64::MAX,
        }
    }
}

impl<E: Stored> Iterator for Merge<E> {
    type Item = io::Result<E>;

    fn next(&mut self) -> Option<io::Result<E>> {
        // Put into the place of the first one, the run's next entry finds its own place in one go.
        let mut head = self.heads.peek_mut()?;
        let Reverse((entry, run)) = *head;
        match self.runs[run].next() {
            Ok(Some(next)) => head.0.0 = next,
            Ok(None) => {
                PeekMut::pop(head);
            }
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(entry))
    }
}

impl<E: Stored> Run<E> {
    fn next(&mut self) -> io::Result<Option<E>> {
        match self {
            Self::InMemory(entries, next) => {
                let entry = entries.get(*next).copied();
                *next += 1;
                Ok(entry)
            }
            Self::OnDisk(section) => {
                let mut bytes = E::ZEROES;
                match section.read_exact(bytes.as_mut()) {
                    Ok(()) => Ok(Some(E::from_bytes(bytes))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        // Every read seeks first, so one that panicked leaves nothing behind.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(&mut buffer[..wanted])?;
        self.position += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn found(names: &[u32]) -> Vec<(u64, u64)> {
        let mut duplicates = Duplicates::default();
        for (line, name) in (1..).zip(names) {
            duplicates
                .add(Key::of(&name.to_string()), line, line, Kind::Named)
                .unwrap();
        }
        let mut found = Vec::new();
        duplicates
            .find(|duplicate| {
                found.push((duplicate.line, duplicate.first_line));
                Ok(())
            })
            .unwrap();
        found.sort_unstable();
        found
    }

    fn expected(names: &[u32]) -> Vec<(u64, u64)> {
        let mut first = HashMap::new();
        (1..)
            .zip(names)
            .filter_map(|(line, name)| {
                let first_line = *first.entry(name).or_insert(line);
                (first_line != line).then_some((line, first_line))
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_later_row_names_the_first(names in prop::collection::vec(0_u32..40, 0..100)) {
            prop_assert_eq!(found(&names), expected(&names));
        }
    }

    #[test]
    fn rows_far_apart_are_found_across_runs_on_disk() {
        let count = u32::try_from(3 * RUN_LENGTH).unwrap() + 7;
        let mut names: Vec<u32> = (0..count).collect();
        names.push(0);
        names.push(count - 1);
        names.push(20_000);
        assert_eq!(found(&names), expected(&names));
    }
}
