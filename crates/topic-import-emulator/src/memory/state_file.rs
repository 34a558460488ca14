use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use crate::memory::change::Change;
use crate::memory::groups::Groups;
use crate::memory::state_file_error::StateFileError;
use crate::memory::topics::Topics;

/// A file of [`Change`]s, each a line of JSON. The file is locked until this is dropped.
#[derive(Debug)]
pub(crate) struct StateFile {
    file: File,
    /// The length of the complete lines in bytes. An incomplete line may follow them.
    len: u64,
}

impl StateFile {
    /// Opens or creates a file, and reads its content.
    pub(crate) fn open(path: &Path) -> Result<(Self, Topics, Groups), StateFileError> {
        let of_path = |source| StateFileError::Io {
            path: path.to_owned(),
            source,
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(of_path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StateFileError::InUse {
                path: path.to_owned(),
            },
            TryLockError::Error(source) => of_path(source),
        })?;
        let (topics, groups, len) = read(&file, path)?;
        Ok((Self { file, len }, topics, groups))
    }

    /// Writes a change. If that fails, no part of the change will be read back.
    pub(crate) fn append(&mut self, change: &Change) -> io::Result<()> {
        if change.is_none() {
            return Ok(());
        }
        let mut line = serde_json::to_vec(change)?;
        line.push(b'\n');
        self.file.set_len(self.len)?;
        self.file.seek(SeekFrom::Start(self.len))?;
        self.file.write_all(&line)?;
        self.len += line.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
impl StateFile {
    /// Makes all further writes fail, as on a full disk.
    pub(crate) fn refuse_writes(&mut self, path: &Path) {
        self.file = File::open(path).unwrap();
    }
}

/// Reads the topics and the communities in a file, and the length of its complete lines in bytes.
pub(crate) fn read(file: &File, path: &Path) -> Result<(Topics, Groups, u64), StateFileError> {
    let of_path = |source| StateFileError::Io {
        path: path.to_owned(),
        source,
    };
    // Opening a device or a pipe would succeed too, but reading might never end, and nothing would be kept.
    if !file.metadata().map_err(of_path)?.is_file() {
        let kind = io::ErrorKind::InvalidInput;
        return Err(of_path(io::Error::new(kind, "not a regular file")));
    }
    let mut reader = BufReader::new(file);
    let (mut topics, mut groups, mut len) = (Topics::default(), Groups::default(), 0);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let bytes = reader.read_until(b'\n', &mut line).map_err(of_path)?;
        if bytes == 0 {
            break;
        }
        let is_whole = line.ends_with(b"\n");
        let replayed = match serde_json::from_slice::<Change>(&line) {
            Ok(_) if !is_whole => break,
            // Only the beginning of a valid line may be cut off: anything else is not an emulator's.
            Err(error) if !is_whole && error.is_eof() => break,
            Ok(change) => change.make(&mut topics, &mut groups).map_err(Into::into),
            Err(error) => Err(not_a_change(&error).into()),
        };
        replayed.map_err(|source| StateFileError::Line {
            path: path.to_owned(),
            line: number,
            source,
        })?;
        len += bytes as u64;
    }
    Ok((topics, groups, len))
}

/// Says what is wrong with a line without repeating any of it: it may come from another file, named by mistake.
fn not_a_change(error: &serde_json::Error) -> &'static str {
    if error.is_data() {
        "it is not a change that an emulator writes"
    } else {
        "it is not JSON"
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::fs;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    const LINES: [&str; 4] = [
        "{\"tried\":\"@TGS#_g@TOPIC#_é\\\"\\\\\\u0000\"}\n",
        "{\"tried\":\"@TGS#_g@TOPIC#_a\",\"imported\":{\"GroupId\":\"@TGS#_g\",\"TopicId\":\"@TGS#_g@TOPIC#_a\",\
          \"TopicName\":\"字😀\",\"From_Account\":144115233775727695,\"CustomString\":\"\",\"CreateTime\":7}}\n",
        "{\"imported\":{\"GroupId\":\"@TGS#_g\",\"TopicId\":\"@TGS#_g@TOPIC#_@TOPIC#c00000000001\",\
          \"TopicName\":\"b\",\"From_Account\":\"boss\",\"FaceUrl\":\"f\",\"Notification\":\"n\",\
          \"Introduction\":\"i\",\"CreateTime\":4294967295}}\n",
        "{\"destroyed\":[\"@TGS#_g@TOPIC#_a\",\"@TGS#_g@TOPIC#_@TOPIC#c00000000001\"]}\n",
    ];

    fn file(content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.jsonl");
        fs::write(&path, content).unwrap();
        (directory, path)
    }

    fn held(content: impl AsRef<[u8]>) -> Topics {
        let (_directory, path) = file(content);
        StateFile::open(&path).unwrap().1
    }

    fn tried(topic_id: &str) -> Change {
        Change {
            tried: Some(topic_id.into()),
            ..Change::default()
        }
    }

    #[test]
    fn wherever_it_is_cut_short_its_whole_lines_are_read() {
        let mut whole = String::new();
        for line in LINES {
            let topics = held(&whole);
            for end in 1..line.len() {
                let cut = [whole.as_bytes(), &line.as_bytes()[..end]].concat();
                assert_eq!(held(&cut), topics, "{}", String::from_utf8_lossy(&cut));
            }
            whole.push_str(line);
        }
        assert_eq!(held(&whole).tries("@TGS#_g@TOPIC#_a"), 1);
    }

    #[test]
    fn a_line_that_was_cut_short_is_cut_off_by_the_next() {
        let (_directory, path) = file([LINES[0], &LINES[1][..50]].concat());
        let (mut state_file, ..) = StateFile::open(&path).unwrap();
        state_file.append(&tried("a")).unwrap();
        state_file.append(&Change::default()).unwrap();
        state_file.append(&tried("b")).unwrap();
        drop(state_file);
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!("{}{{\"tried\":\"a\"}}\n{{\"tried\":\"b\"}}\n", LINES[0])
        );
    }

    #[test]
    fn a_line_that_no_emulator_wrote_is_refused_by_its_number_and_left_alone() {
        let no_json = "it is not JSON";
        let no_change = "it is not a change that an emulator writes";
        for (line, problem) in [
            ("canary\n", no_json),
            ("canary", no_json),
            ("\n", no_json),
            ("{\n", no_json),
            ("{\"tried\":\"canary\n", no_json),
            ("{\"canary\":1}\n", no_change),
            ("{\"canary\":1", no_change),
            ("\"canary\"\n", no_change),
            ("{\"imported\":{\"GroupId\":\"canary\"}}\n", no_change),
            (
                "{\"destroyed\":[\"x\"]}\n",
                "\"x\" is destroyed but does not exist",
            ),
        ] {
            let content = [LINES[0], LINES[1], line].concat();
            let (_directory, path) = file(&content);
            let error = StateFile::open(&path).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("cannot read the state file {}, line 3", path.display())
            );
            assert_eq!(error.source().unwrap().to_string(), problem, "{line}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }

    #[test]
    fn what_could_not_be_written_whole_is_not_read_back() {
        let (_directory, path) = file(LINES[0]);
        let (mut state_file, ..) = StateFile::open(&path).unwrap();
        state_file.append(&tried("a")).unwrap();
        state_file.refuse_writes(&path);
        assert!(state_file.append(&tried("b")).is_err());

        // A disk that fills up in the middle of a line and later has room again has this effect.
        let mut end = OpenOptions::new().append(true).open(&path).unwrap();
        end.write_all(b"{\"tried\":\"b").unwrap();
        state_file.file = OpenOptions::new().write(true).open(&path).unwrap();
        state_file.append(&tried("c")).unwrap();

        let (topics, ..) = read(&File::open(&path).unwrap(), &path).unwrap();
        assert_eq!(["a", "b", "c"].map(|id| topics.tries(id)), [1, 0, 1]);
    }
}
