//! The simulation's model of a row agrees with PostgreSQL.

#![allow(
    clippy::cast_precision_loss,
    reason = "what is counted here is far below 2^52"
)]

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use topic_import_core::pace::{
    CLIMB_MILLIS, FIRST_BACK_OFF, IN_A_ROW, STRONGEST_BACK_OFF, TOGETHER,
};

use self::shared_row::SharedRow;
use super::{Stage, at_invented_time};

#[path = "../../src/simulation/shared_row.rs"]
mod shared_row;

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
        let stage = Stage::new();
        drop(stage.quota(200).await);
        let client = stage.connected().await;
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
        let statement = at_invented_time(statement, parameters.len());
        self.0.execute(&statement, &parameters).await.unwrap();
    }

    async fn row(&self) -> SharedRow {
        let row = "SELECT due, throttled_at, share, back_off FROM topic_import.quota \
            WHERE sdk_app_id = 1";
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
                    include_str!("../../src/take.sql"),
                    &[&slots, &not_within, &interval.as_secs_f64(), &climb],
                    now,
                )
                .await;
            }
            Act::Throttle(later) => {
                now += later;
                model.throttle(now);
                let [first, strongest] =
                    [FIRST_BACK_OFF, STRONGEST_BACK_OFF].map(|part| i32::try_from(part).unwrap());
                let [together, in_a_row] = [TOGETHER, IN_A_ROW].map(|time| time.as_secs_f64());
                row.ask(
                    include_str!("../../src/throttle.sql"),
                    &[&together, &in_a_row, &first, &strongest, &climb],
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
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(Duration::from_secs(1) / per_second, &acts));
    }
}
