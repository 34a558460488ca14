//! The promises, asked of runs in PostgreSQL.

use topic_import_bulk::input::{InputCommunity, InputRow};
use topic_import_bulk::journal::PostgresJournal;

use super::kept::Kept;
use crate::postgres::Run;

impl Kept for Run {
    type Journal = PostgresJournal;

    const STORIES: u32 = 24;

    fn with_communities(rows: &[InputRow], communities: &[InputCommunity]) -> Self {
        let run = Self::new();
        run.load_rows_and_communities(rows, communities);
        run
    }

    async fn open(&self) -> PostgresJournal {
        Run::open(self).await
    }

    async fn killed(&mut self, journal: PostgresJournal) -> PostgresJournal {
        drop(journal);
        self.end_leases();
        Run::open(self).await
    }
}

promises!(Run);
