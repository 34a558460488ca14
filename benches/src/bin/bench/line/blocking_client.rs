//! The blocking client and a bare ureq loop, against a server that answers the same to everything.

use std::thread;

use topic_import_benches::by_hand::{Answer, Caller, Topic};
use topic_import_benches::sample;
use topic_import_blocking::{Client, ClientSettings};
use topic_import_core::{DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, Endpoint, Origin, Rate};
use ureq::Agent;

use crate::Outcome;
use crate::clock::took;
use crate::comparison::{Throughput, rounds};
use crate::effort::Effort;
use crate::peer::Peer;
use crate::server::Kind;
use crate::table::Row;
use crate::table::Target;

const CALLS: u64 = 4_000;

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let server = Peer::start(Kind::Fixed)?;
    let mut rows = Vec::new();
    for threads in [1, 8] {
        for (against, timeouts) in [
            ("a bare ureq loop", false),
            ("the same with timeouts", true),
        ] {
            let calls = effort.of(CALLS) / threads * threads;
            let client = client(&server)?;
            let agent = agent(timeouts);
            let caller = Caller::new(&server.origin(), sample::SIGNED_AT);
            let pairs = rounds(
                effort.rounds,
                || took(|| import(&client, threads, calls)),
                || took(|| post(&agent, &caller, threads, calls)),
            )?;
            rows.extend(Throughput::of(&pairs, calls).rows(
                &format!("blocking client, threads: {threads}"),
                against,
                Target::AtLeast(0.97, "×"),
                Target::AtMost(1.05, "×"),
            ));
        }
    }
    Ok(rows)
}

fn client(server: &Peer) -> Outcome<Client> {
    let endpoint = Endpoint::custom(Origin::parse(&server.origin())?);
    let settings = ClientSettings::new(endpoint, sample::credentials()).with_quota(Rate::Unlimited);
    Ok(Client::new(&settings)?)
}

/// With the client's timeouts, or with none: then a call may take for ever, and ureq needs no thread to resolve a host.
fn agent(timeouts: bool) -> Agent {
    let config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_idle_connections_per_host(1024);
    let config = if timeouts {
        config
            .timeout_connect(Some(DEFAULT_CONNECT_TIMEOUT))
            .timeout_global(Some(DEFAULT_ANSWER_TIMEOUT))
    } else {
        config
    };
    config.build().into()
}

/// Both sides take a topic of their own for each call, as if it had been read from somewhere.
fn import(client: &Client, threads: u64, calls: u64) -> Outcome<()> {
    let topic = sample::topic(0)?;
    in_threads(threads, || {
        for _ in 0..calls / threads {
            client.import(topic.clone())?;
        }
        Ok(())
    })
}

fn post(agent: &Agent, caller: &Caller, threads: u64, calls: u64) -> Outcome<()> {
    let topic = Topic::sample(0)?;
    in_threads(threads, || {
        for _ in 0..calls / threads {
            let topic = topic.clone();
            let mut response = agent
                .post(caller.url(fastrand::u32(..)))
                .header("Content-Type", "application/json")
                .send(&topic.body()[..])?;
            let answer = Answer::read(&response.body_mut().read_to_vec()?)?;
            if answer.error_code != 0 {
                return Err(answer.error_info.into());
            }
        }
        Ok(())
    })
}

fn in_threads(threads: u64, work: impl Fn() -> Outcome<()> + Sync) -> Outcome<()> {
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        for worker in workers {
            worker.join().map_err(|_| "a thread panicked")??;
        }
        Ok(())
    })
}
