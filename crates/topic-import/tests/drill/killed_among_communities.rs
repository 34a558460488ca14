//! The importer is killed over and over while it makes communities and while it imports their topics, at a service that
//! fails at every fifth call and has no community but those that it makes.

use fastrand::Rng;

use crate::communities;
use crate::faults;
use crate::figures::Figures;
use crate::killer::Killer;
use crate::migration::Migration;
use crate::moment::Moment;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::size;

const SEED: u64 = 20_251_130;

#[test]
fn a_killed_importer_makes_every_community_and_then_every_topic_once() {
    let (topics, empty, kills) = size((200, 100, 8), (3000, 2000, 40));
    let mut chance = Rng::with_seed(SEED);
    let emulator = faults::failing(SEED)
        .only_listed_communities()
        .start()
        .unwrap();
    let rows = rows::mixed(topics, &mut chance);
    let communities = communities::of(&rows, empty, &mut chance);
    let things = topics + communities.len();
    let migration = Migration::new(rows, &emulator.origin())
        .communities(communities)
        .arguments(&["--rate", size("200", "500")]);
    let mut killer = Killer::of(&migration, emulator.state());
    killer.kill_at(&Moment::draw(kills, things * 9 / 10, &mut chance));
    killer.finish(0);

    let state = emulator.state();
    let settlement = Settlement::of(&migration, &state);
    Figures::of("The importer is killed among its communities", SEED)
        .line("kills", killer.words())
        .line(
            "resumed",
            format!(
                "{} times, {} of them after a day's limit was met",
                killer.resumptions(),
                killer.stops()
            ),
        )
        .line("calls", faults::calls(&state, topics))
        .line("communities", communities::calls(&state))
        .line("faults", faults::suffered(&state))
        .settlement(&settlement)
        .print();
    settlement.assert_clean();
    assert_eq!(settlement.topics, topics);
    faults::assert_each_was_created_once(&state);
    let kept = migration.community_rows().unwrap();
    communities::assert_settled(&migration.communities, &kept, &state);
    communities::assert_came_first(&state);
    killer.assert_enough(kills);
}
