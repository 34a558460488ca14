//! Every sequence of what may happen to a call, up to a depth, instead of some by chance.
//!
//! In short with every test run; the whole, which takes minutes, with `cargo xtask explore`.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use topic_import_core::{CODES, Code, Verdict};

use crate::adversary::{
    COMPARED, Claim, DELETED, Game, Garbled, IN_USE, Move, NOT_THERE, Planned, SERVICE_TAKES, Seen,
    Service, altered,
};
use crate::support::{command, named, unnamed};

const DEADLINE: Duration = Duration::from_secs(30);

/// How far the sequences go.
struct Depth {
    /// With every kind of event.
    every_kind: usize,
    /// With those that differ in what follows from them.
    differing: usize,
}

/// What may happen to one attempt.
#[derive(Clone)]
struct Kinds {
    import: Vec<Move>,
    read_back: Vec<Move>,
}

fn happening(reply: Planned) -> Move {
    Move {
        reply,
        executes: None,
        takes: Duration::ZERO,
        slot_takes: Duration::ZERO,
        asks_early: 0,
    }
}

/// A reply to an `import_topic`. Where it leaves open whether the call is executed: not at all, at once, and as late as
/// can be.
fn to_import(reply: &Planned) -> Vec<Move> {
    let happens = happening(reply.clone());
    let mut nothing_there = Service {
        topic: None,
        hidden: Vec::new(),
        executions: 0,
    };
    let sent = serde_json::to_value(named()).unwrap();
    if happens.import(&sent, &mut nothing_there).1 != Seen::Maybe {
        return vec![happens];
    }
    let executed = [None, Some(Duration::ZERO), Some(SERVICE_TAKES)];
    executed
        .map(|executes| Move {
            executes,
            ..happens.clone()
        })
        .into()
}

fn every_code() -> Vec<i64> {
    let known = CODES.iter().map(|entry| entry.code.get());
    known.chain([4711, 60999, -1]).collect()
}

/// One code for each verdict, and those that say something to a reading.
fn differing_codes() -> Vec<i64> {
    let mut verdicts: Vec<Verdict> = Vec::new();
    let mut codes = vec![NOT_THERE, DELETED, IN_USE[0]];
    for code in every_code() {
        let verdict = Code::new(code).verdict();
        if !verdicts.contains(&verdict) {
            verdicts.push(verdict);
            codes.push(code);
        }
    }
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn kinds(codes: &[i64], statuses: &[u16], garbled: &[Garbled], fields: &[&'static str]) -> Kinds {
    let mut replies = vec![
        Planned::NotSent,
        Planned::MaybeSent,
        Planned::Forgotten,
        Planned::Honest,
    ];
    replies.extend(codes.iter().copied().map(Planned::Code));
    replies.extend(statuses.iter().copied().map(Planned::Status));
    replies.extend(garbled.iter().copied().map(Planned::Garbled));
    let mut claims = vec![
        Claim::Equal,
        Claim::Empty,
        Claim::MissingList,
        Claim::OtherTopic,
    ];
    claims.extend(fields.iter().map(|field| Claim::Different(vec![field])));
    claims.extend(codes.iter().copied().map(Claim::ItemError));
    let claims = claims.into_iter().map(Planned::Claim);
    Kinds {
        import: replies.iter().flat_map(to_import).collect(),
        read_back: replies
            .iter()
            .cloned()
            .chain(claims)
            .map(happening)
            .collect(),
    }
}

fn every_kind() -> Kinds {
    use Garbled::{
        CutShort, Html, OddCode, OtherTopicId, RefusalThatIsOk, SuccessThatFails, WithoutCode,
        WithoutTopicId,
    };
    kinds(
        &every_code(),
        &[
            0, 100, 201, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405,
            407, 408, 409, 421, 429, 451, 499, 500, 502, 503, 504, 600,
        ],
        &[
            Html,
            CutShort(0),
            CutShort(20),
            SuccessThatFails,
            RefusalThatIsOk,
            WithoutCode,
            OddCode,
            WithoutTopicId,
            OtherTopicId,
        ],
        &COMPARED,
    )
}

fn differing_kinds() -> Kinds {
    kinds(
        &differing_codes(),
        &[203, 403, 404, 429, 503],
        &[Garbled::Html, Garbled::WithoutTopicId],
        &COMPARED[..1],
    )
}

/// The games before anything has happened: with and without a `TopicId`; nothing there, the same topic, another one.
fn openings() -> Vec<Game> {
    let wanted = serde_json::to_value(named()).unwrap();
    let there = [
        None,
        Some(wanted.clone()),
        Some(altered(&wanted, &["TopicName"])),
    ];
    let requests = [named(), unnamed()];
    let pairs = requests
        .iter()
        .flat_map(|request| there.iter().map(move |topic| (request, topic)));
    pairs
        .map(|(request, topic)| Game {
            request: request.clone(),
            service: Service {
                topic: topic.clone(),
                hidden: Vec::new(),
                executions: 0,
            },
            moves: Vec::new(),
            deadline: DEADLINE,
        })
        .collect()
}

/// Whether the service says nothing untrue: only then can the outcome be held against what it knows.
fn is_honest(game: &Game) -> bool {
    game.moves.iter().all(|happened| match &happened.reply {
        Planned::Claim(_) => false,
        Planned::Code(code) => ![NOT_THERE, DELETED].contains(code),
        _ => true,
    })
}

/// Plays the game, checks it, and goes on with everything that may happen next.
fn explore(game: &Game, kinds: &Kinds, depth: usize, explored: &AtomicU64) {
    let sent = serde_json::to_value(&game.request).unwrap();
    let played = game.clone().play();
    explored.fetch_add(1, Relaxed);
    played.assert_nothing_is_sent_that_must_not_be();
    played.assert_every_attempt_has_its_own_random();
    played.assert_outcome_follows_from_replies();
    if is_honest(game) {
        played.assert_outcome_is_true(&sent);
    }
    assert!(played.took <= DEADLINE, "{:?}", played.took);
    // Where the call has ended before, whatever else might happen makes no difference.
    let Some(next) = played.requests.get(game.moves.len()) else {
        return;
    };
    if game.moves.len() == depth {
        return;
    }
    let happenings = match command(next) {
        "import_topic" => &kinds.import,
        _ => &kinds.read_back,
    };
    for happens in happenings {
        let mut further = game.clone();
        further.moves.push(happens.clone());
        explore(&further, kinds, depth, explored);
    }
}

/// Explores from every opening, in as many threads as there are processors; the number of sequences.
fn explore_all(kinds: &Kinds, depth: usize) -> u64 {
    let beginnings = openings().into_iter().flat_map(|opening| {
        kinds.import.iter().map(move |happens| Game {
            moves: vec![happens.clone()],
            ..opening.clone()
        })
    });
    let beginnings = Mutex::new(beginnings);
    let explored = AtomicU64::new(0);
    let work = || {
        loop {
            let game = beginnings.lock().unwrap().next();
            let Some(game) = game else { return };
            explore(&game, kinds, depth, &explored);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    explored.into_inner()
}

#[test]
fn no_sequence_of_events_makes_a_call_say_what_is_not_so() {
    let is_whole = std::env::var("TOPIC_IMPORT_EXPLORE").is_ok_and(|value| value == "whole");
    let depth = if is_whole {
        Depth {
            every_kind: 3,
            differing: 4,
        }
    } else {
        Depth {
            every_kind: 1,
            differing: 2,
        }
    };
    let every_kind = every_kind();
    let differing = differing_kinds();
    for (kinds, depth, which) in [
        (every_kind, depth.every_kind, "every kind"),
        (differing, depth.differing, "the kinds that differ"),
    ] {
        let sequences = explore_all(&kinds, depth);
        println!(
            "{which} of event ({} for an import, {} for a reading), depth {depth}: {sequences} sequences, violations = 0",
            kinds.import.len(),
            kinds.read_back.len()
        );
        assert!(sequences > 1_000);
    }
}
