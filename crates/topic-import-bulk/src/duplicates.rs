//! Finds topics that are named twice, or are equal without a name, in memory that does not grow with the input: sorted runs on disk, merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::rc::Rc;

/// So many entries are sorted in memory; more go to disk in runs of this length.
const RUN_LENGTH: usize = 16 * 1024;
const MERGE_BUFFER_BYTES: usize = 4 * 1024;

/// Stands for a text; two that are equal have the same, and two that differ never do in practice (128 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key([u64; 2]);

impl Key {
    pub(crate) fn of(text: &str) -> Self {
        Self([0_u8, 1].map(|seed| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(seed);
            text.hash(&mut hasher);
            hasher.finish()
        }))
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

const ENTRY_BYTES: usize = 8 + 8 + 8 + 8 + 1;

impl Entry {
    fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..8].copy_from_slice(&self.key.0[0].to_le_bytes());
        bytes[8..16].copy_from_slice(&self.key.0[1].to_le_bytes());
        bytes[16..24].copy_from_slice(&self.number.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.line.to_le_bytes());
        bytes[32] = self.kind as u8;
        bytes
    }

    fn from_bytes(bytes: [u8; ENTRY_BYTES]) -> Self {
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
    run: Vec<Entry>,
    spilled: Option<Spilled>,
}

/// Sorted runs of [`RUN_LENGTH`] entries, one after the other in an unnamed file.
#[derive(Debug)]
struct Spilled {
    file: BufWriter<File>,
    runs: u64,
}

impl Duplicates {
    /// Takes the row of this number, which begins on this line.
    pub(crate) fn add(&mut self, key: Key, number: u64, line: u64, kind: Kind) -> io::Result<()> {
        self.run.push(Entry {
            key,
            number,
            line,
            kind,
        });
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
            spilled.file.write_all(&entry.to_bytes())?;
        }
        spilled.runs += 1;
        Ok(())
    }

    /// Tells `found` of every row whose key came before, in the order of the keys.
    pub(crate) fn find(mut self, mut found: impl FnMut(Duplicate)) -> io::Result<()> {
        self.run.sort_unstable();
        let mut first: Option<Entry> = None;
        let mut ordinal = 1;
        let mut take = |entry: Entry| match first {
            Some(before) if before.key == entry.key => {
                ordinal += 1;
                found(Duplicate {
                    number: entry.number,
                    line: entry.line,
                    first_line: before.line,
                    ordinal,
                    kind: entry.kind,
                });
            }
            _ => {
                first = Some(entry);
                ordinal = 1;
            }
        };
        match self.spilled {
            None => self.run.into_iter().for_each(take),
            Some(spilled) => {
                for entry in Merge::new(spilled, self.run)? {
                    take(entry?);
                }
            }
        }
        Ok(())
    }
}

/// All runs as one ascending sequence.
struct Merge {
    runs: Vec<Run>,
    /// The next entry of every run, and which run it is from.
    heads: BinaryHeap<Reverse<(Entry, usize)>>,
}

enum Run {
    OnDisk(BufReader<Section>),
    InMemory(std::vec::IntoIter<Entry>),
}

/// A part of the file that all runs share; each read says where.
struct Section {
    file: Rc<File>,
    position: u64,
    end: u64,
}

impl Merge {
    fn new(spilled: Spilled, last_run: Vec<Entry>) -> io::Result<Self> {
        const RUN_BYTES: u64 = (RUN_LENGTH * ENTRY_BYTES) as u64;
        let file = spilled
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        let file = Rc::new(file);
        let mut runs = vec![Run::InMemory(last_run.into_iter())];
        for run in 0..spilled.runs {
            let section = Section {
                file: Rc::clone(&file),
                position: run * RUN_BYTES,
                end: (run + 1) * RUN_BYTES,
            };
            runs.push(Run::OnDisk(BufReader::with_capacity(
                MERGE_BUFFER_BYTES,
                section,
            )));
        }
        let mut merge = Self {
            runs,
            heads: BinaryHeap::new(),
        };
        for run in 0..merge.runs.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        if let Some(entry) = self.runs[run].next()? {
            self.heads.push(Reverse((entry, run)));
        }
        Ok(())
    }
}

impl Iterator for Merge {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<io::Result<Entry>> {
        let Reverse((entry, run)) = self.heads.pop()?;
        Some(self.advance(run).map(|()| entry))
    }
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        match self {
            Self::InMemory(entries) => Ok(entries.next()),
            Self::OnDisk(section) => {
                let mut bytes = [0; ENTRY_BYTES];
                match section.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Entry::from_bytes(bytes))),
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
        let mut file = &*self.file;
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
            .find(|duplicate| found.push((duplicate.line, duplicate.first_line)))
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
