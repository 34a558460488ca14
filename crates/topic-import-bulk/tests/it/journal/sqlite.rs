//! The promises, asked of journals in files.

use topic_import_bulk::check::{CheckSettings, check};
use topic_import_bulk::input::{InputCommunity, InputRow};
use topic_import_bulk::journal::{Loading as _, SqliteJournal};

use super::kept::Kept;
use crate::support::{JournalFile, identity, jsonl_input};

impl Kept for JournalFile {
    type Journal = SqliteJournal;

    const STORIES: u32 = 64;

    fn with_communities(rows: &[InputRow], communities: &[InputCommunity]) -> Self {
        let file = Self::new();
        let input = jsonl_input("");
        let fingerprint = check(&input).unwrap().fingerprint;
        let identity = identity(&input, fingerprint, &CheckSettings::default());
        let mut loading = SqliteJournal::create(&file.path()).unwrap();
        for rows in rows.chunks(1_000) {
            loading.append(rows).unwrap();
        }
        loading.append_communities(communities).unwrap();
        loading.finish(&identity).unwrap();
        file
    }

    async fn open(&self) -> SqliteJournal {
        JournalFile::open(self)
    }

    async fn killed(&mut self, journal: SqliteJournal) -> SqliteJournal {
        *self = self.as_killed();
        drop(journal);
        JournalFile::open(self)
    }
}

promises!(JournalFile);
