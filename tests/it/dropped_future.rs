//! A future of the async client that is dropped ends its call and leaves nothing behind.

use std::num::NonZeroU32;

use futures_util::FutureExt as _;
use topic_import_async::Client;
use topic_import_core::Rate;

use crate::client::wait_for;
use crate::listener::Act;
use crate::outcome::Outcome;
use crate::stage::{Over, Stage, Standing};
use crate::topic::topic;
use crate::watch;

fn client(standing: &Standing, quota: Rate) -> Client {
    watch::start();
    Client::new(&standing.settings().with_quota(quota)).unwrap()
}

#[test]
fn dropped_while_it_waits_for_an_answer_the_next_call_works() {
    for over in [Over::PlainHttp, Over::Https] {
        let standing = Stage::Scripted(vec![
            vec![Act::Read, Act::HoldUntilLetGo],
            vec![Act::Read, Act::SUCCEED, Act::Hold],
        ])
        .set_up(over);
        let listener = standing.listener.as_ref().unwrap();
        let client = client(&standing, Rate::Unlimited);
        wait_for(async {
            let dropped = client.clone();
            let call = tokio::spawn(async move { dropped.import(topic("One", true)).await });
            tokio::task::block_in_place(|| listener.wait_for_held(1));
            call.abort();
            assert!(call.await.unwrap_err().is_cancelled());
            let ended = client.import(topic("Two", false)).await;
            assert_eq!(Outcome::of(&ended), Outcome::Created);
        });
        assert_eq!(listener.requests().len(), 2, "{over:?}");
    }
}

#[test]
fn dropped_while_it_waits_for_its_turn_it_gives_the_turn_away() {
    let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
    let client = client(&standing, Rate::PerSecond(NonZeroU32::new(2).unwrap()));
    wait_for(async {
        let first = client.import(topic("One", true)).await;
        assert_eq!(Outcome::of(&first), Outcome::Created);
        // It holds the turn, as the second in half a second.
        let mut waiting = Box::pin(client.import(topic("Two", true)));
        assert!(waiting.as_mut().now_or_never().is_none());
        // These two wait in line behind it; one is dropped there.
        let mut in_line = Box::pin(client.import(topic("Three", true)));
        assert!(in_line.as_mut().now_or_never().is_none());
        let last = client.import(topic("Four", true));
        drop(in_line);
        drop(waiting);
        assert_eq!(Outcome::of(&last.await), Outcome::Created);
    });
    let state = standing.state();
    let names: Vec<_> = state
        .topics()
        .into_iter()
        .map(|topic| topic.profile.topic_name)
        .collect();
    assert_eq!(names, ["Four", "One"]);
}
