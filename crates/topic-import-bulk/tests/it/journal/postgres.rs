//! The promises, asked of runs in PostgreSQL.

use topic_import_bulk::input::InputRow;
use topic_import_bulk::journal::PostgresJournal;

use super::kept::Kept;
use crate::postgres::Run;

impl Kept for Run {
    type Journal = PostgresJournal;

    const STORIES: u32 = 24;

    fn of(rows: &[InputRow]) -> Self {
        let run = Self::new();
        run.load_rows(rows);
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
