//! Rows from text, and runs against an emulator.

use std::borrow::Borrow;
use std::fmt::Write as _;
use std::future;
use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use topic_import_async::{Client, ClientSettings, Command, Quota, Waiting};
use topic_import_bulk::Outcome;
use topic_import_bulk::calls::WorkProgress;
use topic_import_bulk::check::{CheckReport, CheckSettings, TopicIds, check, check_each};
use topic_import_bulk::import::{ImportEnd, ImportSettings, RowError};
use topic_import_bulk::input::{
    Export, Fingerprint, Format, Input, InputRow, Problem, RowSettings,
};
use topic_import_bulk::journal::{
    ClaimedRow, Identity, Journal, Loading, Order, Pages as _, SqliteJournal, StoredRow,
};
use topic_import_bulk::load::load;
use topic_import_core::{Credentials, Endpoint, ImportTopic, Rate, SdkAppId, Service, UserId};
use topic_import_emulator::{
    Builder, Emulator, FaultPlan, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY,
};

pub(crate) const GROUP: &str = "@TGS#_riverside";

/// Reads rows as they come from a reader.
pub(crate) fn read(format: impl Borrow<Format>, text: impl AsRef<[u8]>) -> Vec<InputRow> {
    read_with(RowSettings::default(), format, text)
}

pub(crate) fn read_with(
    settings: RowSettings,
    format: impl Borrow<Format>,
    text: impl AsRef<[u8]>,
) -> Vec<InputRow> {
    rows_of(&Input::bytes(
        text.as_ref(),
        format.borrow().clone(),
        settings,
    ))
}

pub(crate) fn rows_of(input: &Input) -> Vec<InputRow> {
    let mut rows = Vec::new();
    input.each_row(|row| rows.push(row)).unwrap();
    rows
}

/// The format of the export that a source reads that comes with the crate.
pub(crate) fn export(name: &str) -> Format {
    Format::Export(Export::named(name).unwrap())
}

/// Every problem of every row.
pub(crate) fn problems(format: impl Borrow<Format>, text: impl AsRef<[u8]>) -> Vec<Problem> {
    let rows = read(format, text).into_iter();
    rows.filter_map(|row| row.topic.err()).flatten().collect()
}

/// Every problem as people read it.
pub(crate) fn messages(format: impl Borrow<Format>, text: impl AsRef<[u8]>) -> Vec<String> {
    let problems = problems(format, text);
    problems.iter().map(ToString::to_string).collect()
}

/// What checking an input finds.
pub(crate) fn report(format: impl Borrow<Format>, text: impl AsRef<[u8]>) -> CheckReport {
    let format = format.borrow().clone();
    check(&Input::bytes(text.as_ref(), format, RowSettings::default())).unwrap()
}

/// The request of an input's only row.
pub(crate) fn only(format: impl Borrow<Format>, text: impl AsRef<[u8]>) -> ImportTopic {
    let mut rows = read(format, text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).topic.unwrap()
}

/// The request of a sound JSON row.
pub(crate) fn only_topic(row: &str) -> ImportTopic {
    only(Format::Jsonl, row)
}

/// A JSON row with the two required fields and what is given.
pub(crate) fn json_row(fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    format!(r#"{{"GroupId":"{GROUP}","TopicName":"x"{comma}{fields}}}"#)
}

/// The ID of a topic in [`GROUP`].
pub(crate) fn topic_id(custom: impl std::fmt::Display) -> String {
    format!("{GROUP}@TOPIC#_{custom}")
}

/// A row whose topic has an ID.
pub(crate) fn named_row(custom: impl std::fmt::Display) -> String {
    json_row(&format!(r#""TopicId":"{}""#, topic_id(custom)))
}

/// A row whose topic gets its ID from the service.
pub(crate) fn unnamed_row() -> String {
    json_row("")
}

/// Rows, one on each line.
pub(crate) fn lines(rows: impl IntoIterator<Item = String>) -> String {
    rows.into_iter().fold(String::new(), |mut text, row| {
        writeln!(text, "{row}").unwrap();
        text
    })
}

pub(crate) fn jsonl_input(text: &str) -> Input {
    Input::bytes(text.as_bytes(), Format::Jsonl, RowSettings::default())
}

/// Checks an input whose communities take any number of topics.
pub(crate) fn check_without_limit(input: &Input) -> CheckReport {
    check_each(input, &without_limit(TopicIds::Derived), |_| {}).unwrap()
}

fn without_limit(topic_ids: TopicIds) -> CheckSettings {
    let mut settings = CheckSettings::default();
    settings.topics_per_community = NonZeroU64::MAX;
    settings.topic_ids = topic_ids;
    settings
}

/// Loads an input whose communities take any number of topics.
pub(crate) fn load_all<L: Loading>(loading: L, input: &Input, topic_ids: TopicIds) -> L::Journal {
    let checks = without_limit(topic_ids);
    let (report, loading) = load(loading, input, &checks, |_| {}).unwrap();
    let identity = identity(input, report.fingerprint, &checks);
    loading.unwrap().finish(&identity).unwrap()
}

/// What a run at the emulator with this input belongs to.
pub(crate) fn identity(
    input: &Input,
    fingerprint: Fingerprint,
    checks: &CheckSettings,
) -> Identity {
    let sdk_app_id = SdkAppId::new(TRIAL_SDK_APP_ID);
    let target = Identity::of_target(sdk_app_id, "http://localhost:8787", Service::default());
    target.with_input(input, fingerprint, checks)
}

/// A journal in a directory of its own, both removed in the end.
pub(crate) struct JournalFile {
    directory: TempDir,
}

impl JournalFile {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("topics.journal")
    }

    /// Checks an input and loads its rows.
    pub(crate) fn load(&self, input: &Input, topic_ids: TopicIds) -> SqliteJournal {
        let loading = SqliteJournal::create(&self.path()).unwrap();
        load_all(loading, input, topic_ids)
    }

    pub(crate) fn open(&self) -> SqliteJournal {
        SqliteJournal::open(&self.path()).unwrap()
    }

    /// What is on disk at this moment, as a kill would leave it: the lock is gone, and nothing is tidied up.
    pub(crate) fn as_killed(&self) -> Self {
        let copy = Self::new();
        for suffix in ["", "-wal", "-shm"] {
            let beside = |path: PathBuf| {
                let mut path = path.into_os_string();
                path.push(suffix);
                path
            };
            let from = beside(self.path());
            if std::fs::exists(&from).unwrap() {
                std::fs::copy(from, beside(copy.path())).unwrap();
            }
        }
        copy
    }
}

/// A place where a journal is kept.
pub(crate) trait Place: Sized {
    type Journal: Journal;

    fn new() -> Self;

    /// Checks an input and loads its rows.
    fn load(&self, input: &Input, topic_ids: TopicIds) -> Self::Journal;

    /// The journal, to go on with it.
    fn open(&self) -> Self::Journal;

    /// The journal, to look at it.
    fn open_to_look(&self) -> Self::Journal;

    /// What the process leaves behind that works on the journal when it is killed.
    fn killed(&self, journal: Self::Journal) -> Self;
}

impl Place for JournalFile {
    type Journal = SqliteJournal;

    fn new() -> Self {
        Self::new()
    }

    fn load(&self, input: &Input, topic_ids: TopicIds) -> SqliteJournal {
        JournalFile::load(self, input, topic_ids)
    }

    fn open(&self) -> SqliteJournal {
        JournalFile::open(self)
    }

    fn open_to_look(&self) -> SqliteJournal {
        SqliteJournal::open_to_read(&self.path()).unwrap()
    }

    fn killed(&self, _journal: SqliteJournal) -> Self {
        self.as_killed()
    }
}

/// Waits for something asynchronous.
pub(crate) fn wait<T>(what: impl Future<Output = T>) -> T {
    runtime().block_on(what)
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// The next rows of a journal.
pub(crate) async fn claim(journal: &impl Journal, at_most: usize) -> Vec<ClaimedRow> {
    journal.claim(at_most).await.unwrap().rows
}

/// All rows of a journal with these outcomes.
pub(crate) async fn read_rows(
    journal: &impl Journal,
    outcomes: &[Outcome],
    order: Order,
) -> Vec<StoredRow> {
    let mut pages = journal.rows(outcomes, order).await.unwrap();
    let mut rows = Vec::new();
    loop {
        let page = pages.next_page().await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

/// An emulator without a quota or a limit of topics, and how a run goes about it.
pub(crate) struct Trial {
    pub(crate) emulator: Emulator,
    pub(crate) settings: ImportSettings,
    /// The quota that the client is said to keep to.
    pub(crate) rate: Rate,
    topic_ids: TopicIds,
    secret_key: &'static str,
    /// Where calls go.
    origin: String,
}

impl Trial {
    pub(crate) fn new() -> Self {
        Self::of(Emulator::builder())
    }

    /// Calls suffer the faults of this plan.
    pub(crate) fn with_faults(plan: &str) -> Self {
        let plan: FaultPlan = plan.parse().unwrap();
        Self::of(Emulator::builder().faults(plan))
    }

    pub(crate) fn of(builder: Builder) -> Self {
        // Inputs are of one community, however long.
        let builder = builder.quota(None).topics_per_community(None);
        let emulator = builder.start().unwrap();
        Self {
            origin: emulator.origin(),
            emulator,
            settings: ImportSettings::default(),
            rate: Rate::Unlimited,
            topic_ids: TopicIds::Service,
            secret_key: TRIAL_SECRET_KEY,
        }
    }

    /// One row in flight at a time, so that calls come in the order of the rows.
    pub(crate) fn one_at_a_time(mut self) -> Self {
        self.settings.concurrency = NonZeroUsize::new(1);
        self
    }

    pub(crate) fn giving_up_after(mut self, time: Duration) -> Self {
        self.settings.calls.give_up_after = time;
        self
    }

    pub(crate) fn draining_for(mut self, time: Duration) -> Self {
        self.settings.calls.drain_for = time;
        self
    }

    pub(crate) fn signing_with(mut self, secret_key: &'static str) -> Self {
        self.secret_key = secret_key;
        self
    }

    /// Topics without an ID get a derived one.
    pub(crate) fn deriving_topic_ids(mut self) -> Self {
        self.topic_ids = TopicIds::Derived;
        self
    }

    /// As many rows in flight as the latency asks for at the documented quota.
    pub(crate) fn paced(mut self) -> Self {
        self.rate = Rate::default();
        self
    }

    /// Calls go there instead of to the emulator.
    pub(crate) fn at(mut self, address: SocketAddr) -> Self {
        self.origin = format!("http://{address}");
        self
    }

    pub(crate) fn import(&self, text: &str) -> Ran {
        self.import_until(text, future::pending())
    }

    /// Imports JSONL until `stop` is ready.
    pub(crate) fn import_until(&self, text: &str, stop: impl Future<Output = ()>) -> Ran {
        let file = JournalFile::new();
        self.run_until(&self.load(&file, text), stop)
    }

    /// Imports an input with a journal of its own.
    pub(crate) fn import_input(&self, input: &Input) -> Ran {
        let file = JournalFile::new();
        self.run(&file.load(input, self.topic_ids))
    }

    /// Loads JSONL into a journal.
    pub(crate) fn load<P: Place>(&self, place: &P, text: &str) -> P::Journal {
        place.load(&jsonl_input(text), self.topic_ids)
    }

    /// Imports what is left in a journal.
    pub(crate) fn run(&self, journal: &impl Journal) -> Ran {
        self.run_until(journal, future::pending())
    }

    pub(crate) fn run_until(&self, journal: &impl Journal, stop: impl Future<Output = ()>) -> Ran {
        let mut failures = Vec::new();
        let progress = Arc::new(WorkProgress::default());
        let client = self.client();
        let run = topic_import_bulk::import::import(
            &client,
            journal,
            &self.settings,
            &progress,
            stop,
            |failure| {
                failures.push((failure.place.line, failure.outcome, chain(&failure.error)));
            },
        );
        let end = wait(run).unwrap();
        let ran = Ran { end, failures };
        ran.assert_adds_up();
        ran
    }

    /// Imports what is left in a journal until `death` is ready. Whatever is not in the journal then is lost, as when
    /// the process is killed.
    pub(crate) fn run_and_die(&self, journal: &impl Journal, death: impl Future<Output = ()>) {
        let progress = Arc::new(WorkProgress::default());
        let client = self.client();
        let never = future::pending();
        let run = topic_import_bulk::import::import(
            &client,
            journal,
            &self.settings,
            &progress,
            never,
            |failure| {
                panic!("{failure:?}");
            },
        );
        wait(async {
            tokio::select! {
                () = death => {}
                end = run => panic!("it ended before it could die: {end:?}"),
            }
        });
    }

    pub(crate) fn client(&self) -> Client {
        Client::with_quota(&self.client_settings(), Unpaced(self.rate)).unwrap()
    }

    pub(crate) fn client_with_quota(&self, quota: Rate) -> Client {
        Client::new(&self.client_settings().with_quota(quota)).unwrap()
    }

    fn client_settings(&self) -> ClientSettings {
        let origin = self.origin.parse().unwrap();
        let _identifier = UserId::parse(TRIAL_IDENTIFIER).unwrap();
        let credentials =
            Credentials::from_key(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, self.secret_key).unwrap();
        ClientSettings::new(Endpoint::custom(origin), credentials)
    }

    /// The `TopicId` that every call asked for, in the order of the calls.
    pub(crate) fn topic_ids_called(&self) -> Vec<Option<String>> {
        let calls = self.emulator.state().calls().into_iter();
        calls.map(|call| call.topic_id).collect()
    }

    pub(crate) fn calls(&self) -> u64 {
        self.emulator.state().calls_len()
    }

    /// Ready when the first call has reached the emulator.
    pub(crate) async fn called(&self) {
        self.called_times(1).await;
    }

    /// Ready when so many calls have reached the emulator.
    pub(crate) async fn called_times(&self, calls: u64) {
        while self.calls() < calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// How often `import_topic` asked for each of these topics.
    pub(crate) fn tries<T: std::fmt::Display>(
        &self,
        customs: impl IntoIterator<Item = T>,
    ) -> Vec<u32> {
        let state = self.emulator.state();
        let tries = |custom| state.tries(&topic_id(custom));
        customs.into_iter().map(tries).collect()
    }
}

/// A quota that says a rate, and lets every call leave at once.
#[derive(Debug)]
struct Unpaced(Rate);

impl Quota for Unpaced {
    fn slot(&self, _: Command) -> Waiting<'_> {
        Box::pin(future::ready(Ok(())))
    }

    fn throttled(&self, _: Command) {}

    fn rate(&self) -> Rate {
        self.0
    }
}

/// How a run ended, and which rows it reported.
pub(crate) struct Ran {
    pub(crate) end: ImportEnd,
    pub(crate) failures: Vec<(u64, Outcome, String)>,
}

impl Ran {
    /// The counts by name, those that are not 0.
    pub(crate) fn counts(&self) -> Vec<(&'static str, u64)> {
        let mut counts = self.all_counts();
        counts.retain(|(_, count)| *count > 0);
        counts
    }

    pub(crate) fn by_code(&self) -> Vec<(i64, u64)> {
        let by_code = self.end.summary.by_code.iter();
        by_code.map(|(code, rows)| (code.get(), *rows)).collect()
    }

    fn all_counts(&self) -> Vec<(&'static str, u64)> {
        let counts = self.end.summary.counts().into_iter();
        counts
            .map(|(outcome, count)| (outcome.name(), count))
            .collect()
    }

    fn assert_adds_up(&self) {
        let sum: u64 = self.all_counts().iter().map(|(_, count)| count).sum();
        assert_eq!(sum, self.end.summary.rows, "{:?}", self.end.summary);
    }
}

fn chain(error: &RowError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(text, ": {cause}").unwrap();
        source = cause.source();
    }
    text
}
