//! A quota that several processes share through PostgreSQL.

#![allow(
    clippy::unwrap_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod simulated_row;

use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use tokio_postgres::{Client, NoTls};
use topic_import_async::{ClientSettings, Quota as _};
use topic_import_core::pace::{
    CLIMB_MILLIS, FIRST_BACK_OFF, IN_A_ROW, SHARE_OF_QUOTA, STRONGEST_BACK_OFF, TOGETHER, TOLERANCE,
};
use topic_import_core::{
    Command, Credentials, Endpoint, Feedback, ImportTopic, Pacers, Rate, SdkAppId, Slot, TopicDraft,
};
use topic_import_emulator::{
    Emulator, Outcome as Answered, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY,
};
use topic_import_shared_quota::{Database, PostgresQuota, QuotaError};
use topic_import_test_postgres::Server;

const ORIGIN: &str = "https://chat.example.com";
const APP: SdkAppId = SdkAppId::new(1_400_000_001);

/// A database of the test's own, on the server that these tests share.
struct Stage {
    database: topic_import_test_postgres::Database<'static>,
}

impl Stage {
    fn new() -> Self {
        Self {
            database: topic_import_test_postgres::server().database(),
        }
    }

    async fn quota(&self, per_second: u32) -> PostgresQuota {
        quota(&self.database, per_second).await.unwrap()
    }

    async fn connected(&self) -> Client {
        let config: tokio_postgres::Config = self.database.socket_url().parse().unwrap();
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

async fn quota(
    database: &topic_import_test_postgres::Database<'_>,
    per_second: u32,
) -> Result<PostgresQuota, QuotaError> {
    let database = Database::parse(&database.socket_url()).unwrap();
    let per_second = NonZeroU32::new(per_second).unwrap();
    PostgresQuota::connect(&database, APP, ORIGIN, per_second).await
}

fn credentials() -> Credentials {
    Credentials::from_key(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY).unwrap()
}

fn topic(name: &str) -> ImportTopic {
    let mut topic = TopicDraft::new("@TGS#_riverside", name);
    topic.topic_id = Some(format!("@TGS#_riverside@TOPIC#_{name}"));
    topic.validate().unwrap()
}

/// A statement of the quota with an invented clock, whose time is the last parameter, in microseconds.
fn at_invented_time(statement: &str, parameter: usize) -> String {
    let clock = format!("('epoch'::timestamptz + ${parameter}::float8 * interval '1 microsecond')");
    assert!(statement.contains("clock_timestamp()"));
    statement.replace("clock_timestamp()", &clock)
}

/// What happens, so many milliseconds after what was before.
#[derive(Clone, Copy, Debug)]
enum Act {
    Take(u64),
    Throttle(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_u64..40).prop_map(Act::Take),
        (0_u64..4_000).prop_map(Act::Take),
        (0_u64..2_500).prop_map(Act::Throttle),
        (150_u64..300).prop_map(Act::Throttle),
    ]
}

const COMMAND: Command = Command::IMPORT_TOPIC;

/// The row in the database beside the core's pacer, on one invented clock.
struct Both {
    client: Client,
    pacers: Pacers,
    quota: u32,
    now: Duration,
}

impl Both {
    async fn new(quota: u32) -> Self {
        static STAGE: LazyLock<Stage> = LazyLock::new(Stage::new);
        drop(STAGE.quota(quota).await);
        let client = STAGE.connected().await;
        client
            .batch_execute(
                "DELETE FROM topic_import.quota; INSERT INTO topic_import.quota \
                 (sdk_app_id, origin, command, due) VALUES (7, 'o', 'c', 'epoch')",
            )
            .await
            .unwrap();
        Self {
            client,
            pacers: Pacers::new(Rate::PerSecond(NonZeroU32::new(quota).unwrap())),
            quota,
            // The last throttling lies before any memory.
            now: Duration::from_hours(1),
        }
    }

    fn micros(&self) -> f64 {
        self.now.as_secs_f64() * 1e6
    }

    async fn throttle(&mut self) {
        self.pacers.heed(COMMAND, Feedback::Throttled, self.now);
        let statement = at_invented_time(include_str!("../../src/throttle.sql"), 9);
        let climb = Duration::from_millis(CLIMB_MILLIS).as_secs_f64();
        let part = |part: u64| i32::try_from(part).unwrap();
        self.client
            .execute(
                &statement,
                &[
                    &7_i64,
                    &"o",
                    &"c",
                    &TOGETHER.as_secs_f64(),
                    &IN_A_ROW.as_secs_f64(),
                    &part(FIRST_BACK_OFF),
                    &part(STRONGEST_BACK_OFF),
                    &climb,
                    &self.micros(),
                ],
            )
            .await
            .unwrap();
    }

    /// Takes a slot of either as soon as there is one, and compares when the next ones are due.
    async fn take(&mut self) {
        let statement = at_invented_time(include_str!("../../src/take.sql"), 8);
        let climb = Duration::from_millis(CLIMB_MILLIS).as_secs_f64();
        #[allow(clippy::cast_precision_loss)]
        let interval = 1000.0 / (u64::from(self.quota) * SHARE_OF_QUOTA) as f64;
        while let Slot::After(wait) = self.pacers.take(COMMAND, self.now) {
            // The pacer forgives lateness; the database leaves that to whoever uses its slots.
            self.now += wait + TOLERANCE;
        }
        let due = match self.pacers.clone().take(COMMAND, self.now) {
            Slot::After(wait) => self.now + wait + TOLERANCE,
            Slot::Taken => self.now,
        };
        let row = self
            .client
            .query_one(
                &statement,
                &[
                    &7_i64,
                    &"o",
                    &"c",
                    &1_i32,
                    &0.0_f64,
                    &interval,
                    &climb,
                    &self.micros(),
                ],
            )
            .await
            .unwrap();
        let micros = |column: usize| {
            let time: std::time::SystemTime = row.get(column);
            time.duration_since(std::time::SystemTime::UNIX_EPOCH)
                .unwrap()
        };
        let taken = micros(2).saturating_sub(micros(1));
        // The pacer counts in whole thousandths of a call, and in whole milliseconds.
        let slow = Duration::from_micros(2) + taken / 200;
        let off = due.abs_diff(micros(2));
        // With more than 200 a second, the pacer's next slots lie within what it forgives.
        assert!(
            due == self.now || off <= slow,
            "{due:?}, not {:?}",
            micros(2)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_database_paces_as_the_core_does(
        per_second in prop_oneof![1_u32..20, 100_u32..=200],
        acts in prop::collection::vec(act(), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut both = Both::new(per_second).await;
            for act in acts {
                match act {
                    Act::Take(millis) => {
                        both.now += Duration::from_millis(millis);
                        both.take().await;
                    }
                    Act::Throttle(millis) => {
                        both.now += Duration::from_millis(millis);
                        both.throttle().await;
                    }
                }
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_share_it_keep_to_it_together() {
    const QUOTA: u32 = 50;
    const CALLS: usize = 40;
    let stage = Stage::new();
    let emulator = Emulator::builder().quota(QUOTA).start().unwrap();
    let endpoint = Endpoint::custom(emulator.origin().parse().unwrap());
    let settings = ClientSettings::new(endpoint, credentials());
    let mut calls = tokio::task::JoinSet::new();
    for worker in 0..3 {
        let quota = stage.quota(QUOTA).await;
        let client = topic_import_async::Client::with_quota(&settings, quota).unwrap();
        for call in 0..CALLS {
            let client = client.clone();
            let topic = topic(&format!("{worker}-{call}"));
            calls.spawn(async move { client.import(topic).await });
        }
    }
    for ended in calls.join_all().await {
        ended.unwrap();
    }
    let outcomes = emulator.state().outcomes();
    let refused = outcomes
        .get(&Answered::ErrorCode(60007))
        .copied()
        .unwrap_or_default();
    eprintln!(
        "{} topics, {refused} calls refused as too frequent",
        emulator.state().topics_len()
    );
    // A machine that stalls bunches calls that left evenly; with a quota each, half would be refused.
    assert!(refused <= u64::from(QUOTA) / 5, "{refused} refused");
}

#[tokio::test]
async fn no_more_slots_are_taken_than_calls_wait_for() {
    let stage = Stage::new();
    let quota = stage.quota(10).await;
    let command = Command::new("one_slot");
    quota.slot(command).await.unwrap();
    let held = "SELECT extract(epoch FROM due - first) * 1000 FROM topic_import.quota";
    let millis: f64 = stage.database.sql(held).parse().unwrap();
    assert!((101.0..102.0).contains(&millis), "{millis} ms");
}

#[tokio::test]
async fn the_database_is_told_of_a_throttled_call() {
    let stage = Stage::new();
    let command = Command::new("throttled");
    let quota = stage.quota(10).await;
    quota.slot(command).await.unwrap();
    quota.throttled(command);
    let told = "SELECT share, back_off FROM topic_import.quota WHERE back_off > 1";
    let told = loop {
        let told = stage.database.sql(told);
        if !told.is_empty() {
            break told;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(told, "0.96875|32");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_throttled_while_the_database_is_told_of_another_is_told_as_well() {
    let stage = Stage::new();
    let command = Command::new("throttled_again");
    let quota = stage.quota(10).await;
    quota.slot(command).await.unwrap();
    // The database has heard it, and is slow to say so.
    stage.database.sql(
        "CREATE TABLE told (at timestamptz DEFAULT clock_timestamp()); \
         CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN INSERT INTO public.told DEFAULT VALUES; PERFORM pg_sleep(1); RETURN NULL; END$$; \
         CREATE TRIGGER dawdle AFTER UPDATE ON topic_import.quota FOR EACH ROW \
         WHEN (NEW.throttled_at <> OLD.throttled_at) EXECUTE FUNCTION dawdle()",
    );
    quota.throttled(command);
    let dawdles = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event = 'PgSleep'";
    while stage.database.sql(dawdles) == "0" {}
    quota.throttled(command);
    let began = std::time::Instant::now();
    while stage.database.sql("SELECT count(*) FROM told") != "2" {
        assert!(began.elapsed() < Duration::from_mins(1), "it was told once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_no_slot_is_had_and_it_goes_on_by_itself() {
    let server = Server::start();
    let database = server.database();
    let quota = quota(&database, 200).await.unwrap();
    let command = Command::new("lost");
    quota.slot(command).await.unwrap();
    server.stop();
    // One that is on its way may be had still.
    let error = loop {
        if let Err(error) = quota.slot(command).await {
            assert!(error.source().is_some());
            break error.to_string();
        }
    };
    let name = Database::parse(&database.socket_url()).unwrap();
    assert_eq!(error, format!("the quota in {name} cannot be used"));
    server.start_again();
    while quota.slot(command).await.is_err() {}
    quota.slot(command).await.unwrap();
}

#[tokio::test]
async fn what_a_process_does_not_use_is_lost_and_no_more() {
    let stage = Stage::new();
    let command = Command::new("dropped");
    let quota = stage.quota(20).await;
    // Each is dropped before it is ready; its slot goes to the next.
    for _ in 0..20 {
        let dropped = tokio::time::timeout(Duration::from_millis(1), quota.slot(command));
        let _ = dropped.await;
    }
    quota.slot(command).await.unwrap();
    let ahead = "SELECT due - clock_timestamp() < interval '1 second' FROM topic_import.quota";
    assert_eq!(stage.database.sql(ahead), "t");
}

#[tokio::test]
async fn no_error_repeats_the_password() {
    const WRONG: &str = "a-wrong-password-51c9";
    let stage = Stage::new();
    let address = stage
        .database
        .url()
        .replace("tester@", &format!("tester:{WRONG}@"));
    let nowhere = format!("postgres://tester:{WRONG}@127.0.0.1:9/runs");
    for (address, why) in [
        (address, "password authentication failed"),
        (nowhere, "refused"),
    ] {
        let database = Database::parse(&address).unwrap();
        let per_second = NonZeroU32::new(1).unwrap();
        let quota = PostgresQuota::connect(&database, APP, ORIGIN, per_second).await;
        let error = quota.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.to_string().contains(why), "{source}");
        let said = format!("{error} {error:?} {source} {source:?}");
        assert!(!said.contains(WRONG), "{said}");
    }
}

#[tokio::test]
async fn a_table_that_another_version_made_is_left_alone() {
    let stage = Stage::new();
    drop(stage.quota(1).await);
    for (version, who) in [(99, "a later version"), (-1, "an earlier version")] {
        stage.database.sql(&format!(
            "UPDATE topic_import.version SET version = {version} WHERE part = 'quota'"
        ));
        let error = quota(&stage.database, 1).await.unwrap_err();
        assert!(error.to_string().contains(who), "{error}");
        assert!(
            matches!(error, QuotaError::AnotherVersion { found, .. } if found == version),
            "{error:?}"
        );
    }
}
