//! The importer is killed over and over, at a service that fails at every fifth call.

use fastrand::Rng;

use crate::faults;
use crate::figures::Figures;
use crate::killer::Killer;
use crate::migration::Migration;
use crate::moment::Moment;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::size;

const SEED: u64 = 20_151_124;

#[test]
fn a_killed_importer_goes_on_where_it_was() {
    let (topics, kills) = size((300, 6), (3000, 40));
    let mut chance = Rng::with_seed(SEED);
    let emulator = faults::failing_emulator(SEED);
    let migration = Migration::new(rows::mixed(topics, &mut chance), &emulator.origin())
        .arguments(&["--rate", size("200", "500")]);
    let mut killer = Killer::of(&migration, emulator.state());
    // The last kill leaves the run enough to go on with.
    killer.kill_at(&Moment::draw(kills, topics * 9 / 10, &mut chance));
    killer.finish(0);

    let settlement = Settlement::of(&migration, &emulator.state());
    Figures::of("The importer is killed", SEED)
        .line("kills", killer.words())
        .line("resumed", format!("{} times", killer.resumptions()))
        .line("calls", faults::calls(&emulator.state(), topics))
        .line("faults", faults::suffered(&emulator.state()))
        .settlement(&settlement)
        .print();
    settlement.assert_clean();
    assert_eq!(settlement.topics, topics);
    faults::assert_each_was_created_once(&emulator.state());
    killer.assert_enough(kills);
}
