//! The arithmetic of `take.sql` and `throttle.sql` on a row, by a clock that is passed in. A test holds it against
//! PostgreSQL.

use std::time::Duration;

use topic_import_core::pace::{
    CLIMB_MILLIS, FIRST_BACK_OFF, IN_A_ROW, SLOWEST, STRONGEST_BACK_OFF, TOGETHER,
};

const SECOND: f64 = 1e6;
const MINUTE: i64 = 60_000_000;

/// The row of one command. All times are in microseconds since the Unix epoch.
#[derive(Clone, Debug)]
pub(super) struct SharedRow {
    pub(super) due: i64,
    throttled_at: i64,
    share: f64,
    back_off: i64,
}

impl SharedRow {
    pub(super) const fn inserted(now: i64) -> Self {
        Self {
            due: now,
            throttled_at: 0,
            share: 1.0,
            back_off: 1,
        }
    }

    /// Hands out slots; the first one, and the one after the last.
    pub(super) fn take(
        &mut self,
        now: i64,
        slots: u32,
        not_within: Duration,
        interval: Duration,
    ) -> (i64, i64) {
        let earliest = now + micros(not_within.as_secs_f64());
        let first = self.due.max(earliest).min(earliest + MINUTE);
        let seconds = interval.as_secs_f64() / self.climbed(now);
        self.due = first + micros(f64::from(slots) * seconds);
        (first, self.due)
    }

    /// Reduces the rate because the service said that calls are too frequent.
    pub(super) fn throttle(&mut self, now: i64) {
        if now < self.throttled_at + micros(TOGETHER.as_secs_f64()) {
            return;
        }
        let is_in_a_row = self.since_throttled(now) < IN_A_ROW.as_secs_f64();
        let back_off = if is_in_a_row {
            (self.back_off / 2).max(STRONGEST_BACK_OFF.cast_signed())
        } else {
            FIRST_BACK_OFF.cast_signed()
        };
        let share = self.climbed(now);
        self.share = (share - share / back_off as f64).max(1.0 / SLOWEST as f64);
        (self.throttled_at, self.back_off) = (now, back_off);
    }

    /// The share of the full rate at this time.
    fn climbed(&self, now: i64) -> f64 {
        let climb = Duration::from_millis(CLIMB_MILLIS).as_secs_f64();
        (self.share + self.since_throttled(now) / climb).min(1.0)
    }

    fn since_throttled(&self, now: i64) -> f64 {
        ((now - self.throttled_at) as f64 / SECOND).max(0.0)
    }
}

/// As PostgreSQL multiplies an interval of a second by a number.
#[allow(clippy::cast_possible_truncation, reason = "it is minutes at most")]
fn micros(seconds: f64) -> i64 {
    (seconds * SECOND).round_ties_even() as i64
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use proptest::prelude::*;
    use tokio_postgres::types::ToSql;
    use tokio_postgres::{Client, NoTls};

    use super::*;
    use crate::row::SCHEMA;
    use crate::schema::create_if_missing;

    const EPOCH: i64 = 1_700_000_000_000_000;

    /// What happens, so many microseconds after what was before; these go back where a clock was set.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Take(i64, u32, u64),
        Throttle(i64),
    }

    fn act() -> impl Strategy<Value = Act> {
        let later = || {
            prop_oneof![
                4 => 0_i64..30_000,
                3 => 150_000_i64..300_000,
                3 => 0_i64..4_000_000,
                1 => -90_000_000_i64..90_000_000,
            ]
        };
        prop_oneof![
            (later(), 1_u32..2_000, 0_u64..1_000_000)
                .prop_map(|(later, slots, not_within)| Act::Take(later, slots, not_within)),
            later().prop_map(Act::Throttle),
        ]
    }

    /// The row in PostgreSQL, whose statements get the time as their last parameter.
    struct InPostgres(Client);

    impl InPostgres {
        async fn inserted(now: i64) -> Self {
            let database = topic_import_test_postgres::server().database();
            let config: tokio_postgres::Config = database.socket_url().parse().unwrap();
            let (client, connection) = config.connect(NoTls).await.unwrap();
            tokio::spawn(connection);
            create_if_missing(&client, &SCHEMA).await.unwrap();
            let insert = "INSERT INTO topic_import.quota (sdk_app_id, origin, command, due) \
                VALUES (1, 'o', 'c', 'epoch'::timestamptz + $1::float8 * interval '1 microsecond')";
            client.execute(insert, &[&(now as f64)]).await.unwrap();
            Self(client)
        }

        async fn ask(&self, statement: &str, further: &[&(dyn ToSql + Sync)], now: i64) {
            let parameters: [&(dyn ToSql + Sync); 3] = [&1_i64, &"o", &"c"];
            let now = now as f64;
            let last: [&(dyn ToSql + Sync); 1] = [&now];
            let parameters = [&parameters[..], further, &last].concat();
            let clock = format!(
                "('epoch'::timestamptz + ${}::float8 * interval '1 microsecond')",
                parameters.len()
            );
            assert!(statement.contains("clock_timestamp()"));
            let statement = statement.replace("clock_timestamp()", &clock);
            self.0.execute(&statement, &parameters).await.unwrap();
        }

        async fn row(&self) -> SharedRow {
            let row = "SELECT due, throttled_at, share, back_off FROM topic_import.quota";
            let row = self.0.query_one(row, &[]).await.unwrap();
            let micros = |column| {
                let time: SystemTime = row.get(column);
                let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
                i64::try_from(since.as_micros()).unwrap()
            };
            SharedRow {
                due: micros(0),
                throttled_at: micros(1),
                share: row.get(2),
                back_off: i64::from(row.get::<_, i32>(3)),
            }
        }
    }

    async fn compare(interval: Duration, acts: &[Act]) {
        let mut now = EPOCH;
        let mut model = SharedRow::inserted(now);
        let row = InPostgres::inserted(now).await;
        let climb = Duration::from_millis(CLIMB_MILLIS).as_secs_f64();
        for act in acts {
            match *act {
                Act::Take(later, slots, not_within) => {
                    now += later;
                    let not_within = Duration::from_micros(not_within);
                    model.take(now, slots, not_within, interval);
                    let (slots, not_within) = (slots.cast_signed(), not_within.as_secs_f64());
                    row.ask(
                        include_str!("../take.sql"),
                        &[&slots, &not_within, &interval.as_secs_f64(), &climb],
                        now,
                    )
                    .await;
                }
                Act::Throttle(later) => {
                    now += later;
                    model.throttle(now);
                    let [first, strongest] = [FIRST_BACK_OFF, STRONGEST_BACK_OFF]
                        .map(|part| i32::try_from(part).unwrap());
                    let [together, in_a_row] = [TOGETHER, IN_A_ROW].map(|time| time.as_secs_f64());
                    let slowest = SLOWEST as f64;
                    row.ask(
                        include_str!("../throttle.sql"),
                        &[&together, &in_a_row, &first, &strongest, &slowest, &climb],
                        now,
                    )
                    .await;
                }
            }
            let stored = row.row().await;
            assert_eq!(
                (model.due, model.throttled_at, model.back_off),
                (stored.due, stored.throttled_at, stored.back_off),
                "{act:?}"
            );
            assert!((model.share - stored.share).abs() < 1e-9, "{act:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_model_of_a_row_agrees_with_postgresql(
            per_second in prop_oneof![1_u32..300, 1_000_u32..30_000],
            acts in prop::collection::vec(act(), 1..25),
        ) {
            let per_second = std::num::NonZeroU32::new(per_second).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(compare(crate::row::interval(per_second), &acts));
        }
    }
}
