//! The journal's disk is full: nothing is sent that could not be kept, and with room again the run goes on.

use std::time::Duration;

use fastrand::Rng;
use topic_import_emulator::Emulator;

use crate::faults;
use crate::figures::Figures;
use crate::importer::{Importer, Ran};
use crate::ledger::Ledger;
use crate::migration::Migration;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::{is_full, size};
use crate::tmpfs::Tmpfs;

const SEED: u64 = 43_578_371;
/// Blocks have 512 bytes. A write beyond the limit fails, as on a full disk, and no signal ends the program.
const LIMIT: &str = "trap '' XFSZ; ulimit -f";

#[test]
fn a_journal_that_can_no_longer_grow_stops_the_run() {
    let mut stage = Stage::new();
    let rounds = size(1, 5);
    for round in 1..=rounds {
        let importer = stage.importer_under_way(rounds);
        importer.signal("TERM");
        importer.end().assert_status(3);

        let limited = format!("{LIMIT} {}", 128 * round);
        let ran = stage.migration.start_after(&limited).end();
        ran.assert_status(3);
        assert_says_what_to_do(&ran);
        stage.go_on_in_vain(|migration| migration.start_after(&limited));
    }
    stage.conclude("The journal cannot grow");
}

#[test]
fn a_journal_that_has_no_room_for_the_input_is_not_begun() {
    let mut stage = Stage::new();
    let limited = format!("{LIMIT} 128");
    stage.go_on_in_vain(|migration| migration.start_after(&limited));
    assert_eq!(stage.emulator.state().calls_len(), 0);
    stage.conclude("There is no room for the input");
}

#[test]
fn a_disk_that_is_full_stops_the_run_until_there_is_room() {
    let Some(disk) = disk(16 << 10) else { return };
    fill_again_and_again(&disk, Stage::with_journal_on(&disk), "The disk is full");
}

#[test]
fn a_disk_that_a_link_leads_to_is_where_room_is_kept() {
    let Some(disk) = disk(16 << 10) else { return };
    let stage = Stage::with_journal_on(&disk);
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("run.journal");
    std::os::unix::fs::symlink(stage.migration.journal_path(), link).unwrap();
    let stage = Stage {
        migration: stage.migration.journal_in(elsewhere.path()),
        ..stage
    };
    fill_again_and_again(&disk, stage, "The disk that a link leads to is full");
}

fn fill_again_and_again(disk: &Tmpfs, mut stage: Stage, drill: &str) {
    let rounds = 5;
    for _ in 0..rounds {
        let importer = stage.importer_under_way(rounds);
        disk.fill();
        let ran = importer.end();
        ran.assert_status(3);
        assert_says_what_to_do(&ran);
        assert_names_the_disk(&ran);
        // What it had kept free for the last outcomes is room again.
        disk.fill();
        let ran = stage.go_on_in_vain(Migration::start);
        assert_names_the_disk(&ran);
        disk.clear();
        stage.look();
    }
    stage.conclude(drill);
}

#[test]
fn a_disk_too_small_for_the_input_holds_no_journal() {
    let Some(disk) = disk(256) else { return };
    let mut stage = Stage::with_journal_on(&disk);
    let ran = stage.go_on_in_vain(Migration::start);
    assert_names_the_disk(&ran);
    assert_eq!(stage.emulator.state().calls_len(), 0);
    disk.resize(16 << 10);
    stage.conclude("The disk is too small for the input");
}

/// A disk for the full form alone: it takes a mount, which not everybody may do.
fn disk(kilobytes: u32) -> Option<Tmpfs> {
    if !is_full() {
        return None;
    }
    match Tmpfs::mount(kilobytes) {
        Ok(disk) => Some(disk),
        Err(reason) => {
            eprintln!("\nleft out, because no disk could be mounted: {reason}");
            None
        }
    }
}

/// A migration to a service without faults: what is called is answered.
struct Stage {
    emulator: Emulator,
    migration: Migration,
    ledger: Ledger,
    in_vain: usize,
}

impl Stage {
    fn new() -> Self {
        let topics = size(300, 3000);
        let rows = rows::mixed(topics, &mut Rng::with_seed(SEED));
        let emulator = Emulator::builder()
            .quota(None)
            .topics_per_community(None)
            .latency(Duration::from_millis(10))
            .start()
            .unwrap();
        let migration =
            Migration::new(rows, &emulator.origin()).arguments(&["--rate", size("200", "500")]);
        Self {
            emulator,
            migration,
            ledger: Ledger::default(),
            in_vain: 0,
        }
    }

    fn with_journal_on(disk: &Tmpfs) -> Self {
        let stage = Self::new();
        Self {
            migration: stage.migration.journal_in(disk.path()),
            ..stage
        }
    }

    /// An import that has done its part of so many rounds, which leave the rest to those that end in vain.
    #[track_caller]
    fn importer_under_way(&self, rounds: usize) -> Importer {
        let mut importer = self.migration.start();
        let topics = self.migration.rows.len() / (4 * rounds);
        importer.runs_for(topics, &self.emulator.state());
        importer
    }

    /// The same command again, until there is no room for the least thing: then no row is called.
    #[track_caller]
    fn go_on_in_vain(&mut self, start: impl Fn(&Migration) -> Importer) -> Ran {
        loop {
            let imports = faults::imports(&self.emulator.state());
            let ran = start(&self.migration).end();
            assert_says_what_to_do(&ran);
            self.in_vain += 1;
            if ran.status == Some(1) {
                assert_eq!(faults::imports(&self.emulator.state()), imports, "{ran:?}");
                return ran;
            }
            ran.assert_status(3);
        }
    }

    #[track_caller]
    fn look(&mut self) {
        self.ledger.look(&self.migration, &self.emulator.state());
    }

    /// With room again, the same command comes to its end.
    #[track_caller]
    fn conclude(mut self, drill: &str) {
        self.look();
        self.migration.finish(0);
        self.look();
        let state = self.emulator.state();
        let settlement = Settlement::of(&self.migration, &state);
        Figures::of(drill, SEED)
            .line("in vain", format!("{} times", self.in_vain))
            .line("calls", faults::calls(&state, self.migration.rows.len()))
            .settlement(&settlement)
            .print();
        settlement.assert_clean();
        assert_eq!(settlement.topics, self.migration.rows.len());
        faults::assert_each_was_created_once(&state);
    }
}

/// What happened, to what, and what to do, in the words of no library's debugging.
#[track_caller]
fn assert_says_what_to_do(ran: &Ran) {
    let says_what = |line: &str| {
        let line = line.strip_prefix("topic-import: ").unwrap_or_default();
        let line = line.strip_prefix("stopped: ").unwrap_or(line);
        ["write", "create", "open"]
            .iter()
            .any(|doing| line.starts_with(&format!("cannot {doing} the journal ")))
    };
    assert!(ran.stderr.lines().any(says_what), "{ran:?}");
    for debugging in ["Error", "Failure", "{", "Some(", "0x"] {
        assert!(!ran.stderr.contains(debugging), "{ran:?}");
    }
}

#[track_caller]
fn assert_names_the_disk(ran: &Ran) {
    assert!(ran.stderr.contains("\nMake room on the disk."), "{ran:?}");
}
