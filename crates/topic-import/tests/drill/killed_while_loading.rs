//! The importer is killed while it puts the input into the journal: nothing has been sent, and it begins anew.

use fastrand::Rng;
use topic_import_emulator::Emulator;

use crate::figures::Figures;
use crate::ledger::Ledger;
use crate::migration::Migration;
use crate::patience;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::size;

const SEED: u64 = 35_783_714;

#[test]
fn a_journal_that_was_not_loaded_is_begun_anew() {
    let (topics, kills) = size((5_000, 8), (50_000, 40));
    let mut chance = Rng::with_seed(SEED);
    let emulator = Emulator::builder()
        .quota(None)
        .topics_per_community(None)
        .start()
        .unwrap();
    let migration = Migration::new(rows::mixed(topics, &mut chance), &emulator.origin())
        .arguments(&["--rate", "0"]);
    let mut ledger = Ledger::default();
    let mut before_loaded = 0;
    for kill in 0..kills {
        // The journal holds every row as the input has it, and its files are larger than the input in the end.
        let bytes = match kill % 4 {
            0 => 0,
            _ => chance.u64(..migration.input_len()),
        };
        let last = migration.journal_begun_at();
        let mut importer = migration.start();
        patience::until("a new journal has grown", || {
            let is_new = migration.journal_begun_at() != last;
            importer.has_ended() || (is_new && migration.journal_len() >= bytes)
        });
        importer.kill();
        before_loaded += usize::from(!ledger.look(&migration, &emulator.state()).is_loaded);
        assert_eq!(emulator.state().calls_len(), 0);
    }
    migration.finish(0);

    let settlement = Settlement::of(&migration, &emulator.state());
    Figures::of("The importer is killed while it loads the journal", SEED)
        .line(
            "kills",
            format!("{kills}, of which {before_loaded} before the journal was loaded"),
        )
        .settlement(&settlement)
        .print();
    settlement.assert_clean();
    assert_eq!(settlement.topics, topics);
    assert_eq!(before_loaded, kills);
}
