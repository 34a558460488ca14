//! Kills an import over and over.

use topic_import_emulator::State;

use crate::importer::Importer;
use crate::ledger::Ledger;
use crate::migration::Migration;
use crate::moment::Moment;

/// Has a migration carried out, kills whoever does it, and looks at what is left. What that has cost is counted.
pub(crate) struct Killer<'a> {
    migration: &'a Migration,
    state: State,
    ledger: Ledger,
    kills: usize,
    kills_before_loaded: usize,
    in_flight: usize,
    /// Without a `TopicId`, a run gives up where its first answer is lost.
    stops: usize,
}

impl<'a> Killer<'a> {
    pub(crate) fn of(migration: &'a Migration, state: State) -> Self {
        Self {
            migration,
            state,
            ledger: Ledger::default(),
            kills: 0,
            kills_before_loaded: 0,
            in_flight: 0,
            stops: 0,
        }
    }

    /// Starts the import and kills it, once for each of these moments.
    #[track_caller]
    pub(crate) fn kill_at(&mut self, moments: &[Moment]) {
        for moment in moments {
            let Some(importer) = self.importer_at(moment) else {
                return;
            };
            importer.kill();
            let left = self.ledger.look(self.migration, &self.state);
            self.kills += 1;
            self.kills_before_loaded += usize::from(!left.is_loaded);
            self.in_flight += left.in_flight;
        }
    }

    /// Starts an import that still runs when the moment comes; `None` where none is left that could.
    #[track_caller]
    fn importer_at(&mut self, moment: &Moment) -> Option<Importer> {
        loop {
            let mut importer = self.migration.start();
            let topics = || self.state.topics_len() + self.state.groups_len();
            if moment.comes(&mut importer, self.migration, topics) {
                return Some(importer);
            }
            if importer.end().status != Some(3) {
                return None;
            }
            self.stops += 1;
            self.ledger.look(self.migration, &self.state);
        }
    }

    /// Lets the import come to its end, which must be this.
    #[track_caller]
    pub(crate) fn finish(&mut self, status: i32) {
        loop {
            let ran = self.migration.start().end();
            self.ledger.look(self.migration, &self.state);
            if ran.status != Some(3) {
                return ran.assert_status(status);
            }
            self.stops += 1;
        }
    }

    pub(crate) fn words(&self) -> String {
        format!(
            "{}, of which {} before the journal was loaded; {} rows in flight in all",
            self.kills, self.kills_before_loaded, self.in_flight
        )
    }

    pub(crate) fn resumptions(&self) -> usize {
        self.kills + self.stops
    }

    pub(crate) fn stops(&self) -> usize {
        self.stops
    }

    /// A machine may be so slow that the last moments are missed.
    #[track_caller]
    pub(crate) fn assert_enough(&self, kills: usize) {
        assert!(self.kills * 2 > kills, "{} of {kills} kills", self.kills);
        assert!(self.in_flight > 0, "nothing was in flight at any kill");
    }
}
