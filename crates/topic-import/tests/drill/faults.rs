//! What goes wrong at the service meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use topic_import_emulator::{Builder, Call, Command, Emulator, State};

/// About a fifth of all calls; none of them ends a row that has a `TopicId`.
const FAULTS: &str = "\
    lost=0.025,reset-before=0.02,reset-after=0.02,truncated=0.015,\
    cut-json=0.01,not-json=0.01,zero-with-fail=0.005,no-topic-id=0.005,code-with-ok=0.005,\
    http500=0.005,http502=0.015,http502-done=0.01,http503=0.005,http504-done=0.01,http429=0.002,\
    code10002=0.01,code10002-done=0.01,code60008-done=0.005,code60013-done=0.005,\
    code60014=0.005,code60007=0.003,code10006=0.004,\
    extra-fields=0.005,delay-30ms=0.01,drip-1ms=0.003";

/// The plan, drawn from a seed.
pub(crate) fn plan(seed: u64) -> String {
    format!("seed={seed},{FAULTS}")
}

/// A service that takes its time, and fails.
pub(crate) fn failing_emulator(seed: u64) -> Emulator {
    failing(seed).start().unwrap()
}

pub(crate) fn failing(seed: u64) -> Builder {
    Emulator::builder()
        .topics_per_community(None)
        .quota(None)
        .latency(Duration::from_millis(10))
        .faults(plan(seed).parse().unwrap())
}

/// What went wrong, and how often.
pub(crate) fn suffered(state: &State) -> String {
    let calls = state.calls();
    let mut faults: BTreeMap<String, usize> = BTreeMap::new();
    for fault in calls.iter().filter_map(|call| call.fault) {
        *faults.entry(fault.to_string()).or_default() += 1;
    }
    let total: usize = faults.values().sum();
    let mut text = format!("{total} ({}% of the calls):", total * 100 / calls.len());
    for (fault, times) in faults {
        write!(text, " {fault} {times},").unwrap();
    }
    text.trim_end_matches(',').to_owned()
}

/// How many calls there were, and of which kind.
pub(crate) fn calls(state: &State, rows: usize) -> String {
    let calls = state.calls();
    let count = |is_such: fn(&Call) -> bool| calls.iter().filter(|call| is_such(call)).count();
    let (imports, preflights) = (count(is_import), count(is_preflight));
    format!(
        "{}: {rows} rows, {} repeats, {} to read back, {preflights} before the first row",
        calls.len(),
        imports.saturating_sub(rows),
        count(is_read_back)
    )
}

/// How many calls there were to import a topic.
pub(crate) fn imports(state: &State) -> usize {
    state.calls().iter().filter(|call| is_import(call)).count()
}

/// Fails where an import that the service carried out was carried out again for the same `TopicId`.
#[track_caller]
pub(crate) fn assert_each_was_created_once(state: &State) {
    let mut created: BTreeMap<String, usize> = BTreeMap::new();
    for call in state.calls().into_iter().filter(is_import) {
        if let (Some(id), Some(0)) = (call.topic_id, call.performed) {
            *created.entry(id).or_default() += 1;
        }
    }
    created.retain(|_, times| *times > 1);
    assert!(created.is_empty(), "{created:?}");
}

fn is_import(call: &Call) -> bool {
    call.command == Some(Command::ImportTopic)
}

fn is_read_back(call: &Call) -> bool {
    call.command == Some(Command::GetTopic)
}

/// Whether a call looked communities up, which each process does before its first row.
fn is_preflight(call: &Call) -> bool {
    call.command == Some(Command::GetGroupInfo)
}
