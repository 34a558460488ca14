//! How PostgreSQL executes each statement of a run: it reads as many rows as the statement is about, however large the
//! run is. `cargo xtask explain` does the same with ten million rows, and writes the table in `docs/journal.md`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::time::Duration;

use serde_json::Value;
use topic_import_bulk::journal::{
    Cause, Hold, Journal as _, Order, Pages as _, PostgresJournal, Record, Role,
};
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::GroupId;
use topic_import_test_postgres::Server;

use super::Run;
use crate::journal::kept::{numbers, record, record_all};
use crate::support::{GROUP, claim, wait};

/// The document whose table is to be written.
const DOCUMENT: &str = "TOPIC_IMPORT_EXPLAIN";
const BEGIN: &str = "<!-- written by `cargo xtask explain` -->\n";
const END: &str = "<!-- end -->\n";
const FEW: u32 = 60_000;
const MANY: u32 = 10_000_000;
/// How many rows a statement may read for each row that it is about, all tables, lists and repetitions counted.
const MOST_READ: f64 = 24.0;
/// What it may read beside these: the worker, the run, counts of outcomes.
const MOST_BESIDE: f64 = 400.0;

/// A statement that was executed.
#[derive(Debug)]
struct Executed {
    millis: f64,
    /// The rows that each kind of node has read, and those that it has only looked at.
    read: BTreeMap<String, f64>,
    /// Whether the server compiled it, which takes longer than to execute it.
    is_compiled: bool,
}

impl Executed {
    /// Adds what a node of a plan, and all below it, have read.
    fn add(&mut self, node: &Value) {
        let number = |key: &str| node[key].as_f64().unwrap_or(0.0);
        let kind = node["Node Type"].as_str().unwrap_or_default();
        let place = ["Index Name", "Relation Name"]
            .iter()
            .find_map(|key| node[key].as_str());
        let times = number("Actual Loops");
        let looked_at = number("Actual Rows")
            + number("Rows Removed by Filter")
            + number("Rows Removed by Join Filter")
            + number("Rows Removed by Index Recheck");
        let (name, rows) = match place {
            Some(place) => (format!("{kind} `{place}`"), looked_at.max(1.0) * times),
            None => (kind.to_owned(), looked_at * times),
        };
        *self.read.entry(name).or_default() += rows;
        let below = node["Plans"].as_array();
        below.into_iter().flatten().for_each(|node| self.add(node));
    }

    fn rows(&self) -> f64 {
        self.read.values().sum()
    }

    /// The nodes that read tables, those that read the most first.
    fn scans(&self) -> Vec<(&str, f64)> {
        let scans = self
            .read
            .iter()
            .filter(|(name, _)| name.contains(" Scan `"));
        let mut scans: Vec<_> = scans.map(|(name, rows)| (name.as_str(), *rows)).collect();
        scans.sort_by(|a, b| b.1.total_cmp(&a.1));
        scans
    }
}

/// What the planner knows. Of all other tables it believes that they are empty.
#[derive(Clone, Copy, PartialEq)]
enum Planner {
    KnowsTheLargeTables,
    /// As in a run's first minutes.
    KnowsNothing,
}

/// A run of which every statement is explained.
struct Explained {
    server: &'static Server,
    run: Run,
    rows: u32,
    lines: Vec<String>,
}

impl Explained {
    /// A run of so many rows, nine tenths of which have an outcome.
    fn new(rows: u32, planner: Planner) -> Self {
        let server: &'static Server = Box::leak(Box::new(Server::start()));
        let run = Run::on(server);
        run.load_rows(&[]);
        let done = rows / 10 * 9;
        run.sql(
            "ALTER TABLE topic_import.input SET (autovacuum_enabled = off); \
             ALTER TABLE topic_import.outcome SET (autovacuum_enabled = off)",
        );
        run.sql(&format!(
            "INSERT INTO topic_import.input (run, number, line, group_id, request, is_derived) \
             SELECT id, number, number, '{GROUP}-' || number / 200, \
                 format('{{\"GroupId\":\"{GROUP}-%s\",\"TopicId\":\"{GROUP}-%s@TOPIC#_%s\",\"TopicName\":\"x\",\"Introduction\":\"%s\"}}', \
                     number / 200, number / 200, number, repeat('x', 90)), false \
             FROM topic_import.run, generate_series(1, {rows}) AS number; \
             INSERT INTO topic_import.outcome (run, number, state, code, at) \
             SELECT id, number, CASE WHEN number % 1000 = 0 THEN 'rejected' ELSE 'imported' END, \
                 CASE WHEN number % 1000 = 0 THEN 10004 END, now() \
             FROM topic_import.run, generate_series(1, {done}) AS number; \
             INSERT INTO topic_import.tally (run, kind, state, code, worker, rows) \
             SELECT run, 'topic', state, coalesce(code::text, ''), 0, count(*) FROM topic_import.outcome GROUP BY 1, 3, 4; \
             UPDATE topic_import.run SET rows = {rows}; \
             UPDATE topic_import.cursor SET next = {done} + 1"
        ));
        if planner == Planner::KnowsTheLargeTables {
            run.sql("VACUUM ANALYZE topic_import.input, topic_import.outcome");
        }
        let name = run.kept_in().name();
        for setting in [
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_analyze = on",
            "auto_explain.log_timing = off",
            "auto_explain.log_nested_statements = on",
            "auto_explain.log_format = json",
        ] {
            run.sql(&format!("ALTER DATABASE {name} SET {setting}"));
        }
        Self {
            server,
            run,
            rows,
            lines: Vec::new(),
        }
    }

    /// Does what executes a statement, named by a part of its text. It is about so many rows: `None` if it reads the
    /// whole run.
    async fn explain<T>(
        &mut self,
        purpose: &str,
        statement: &str,
        about: Option<u32>,
        work: impl Future<Output = T>,
    ) -> T {
        let before = self.server.log().len();
        let done = work.await;
        let executed = loop {
            if let Some(executed) = executed(&self.server.log()[before..], statement) {
                break executed;
            }
            // It is written once the statement is over, which may be a moment after its answer.
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        if let Some(about) = about {
            let about = f64::from(about);
            let most = MOST_READ * about + MOST_BESIDE;
            let read = executed.rows();
            assert!((about..=most).contains(&read), "{purpose}: {executed:#?}");
            let in_sequence = executed
                .scans()
                .iter()
                .any(|(name, rows)| name.starts_with("Seq") && *rows > MOST_BESIDE);
            assert!(!in_sequence, "{purpose}: {executed:#?}");
            assert!(!executed.is_compiled, "{purpose}: {executed:#?}");
        }
        let scans: Vec<String> = executed
            .scans()
            .into_iter()
            .take(4)
            .map(|(name, rows)| format!("{name}: {}", with_commas(rows)))
            .collect();
        self.lines.push(format!(
            "| {purpose} | {:.1} ms | {} |",
            executed.millis,
            scans.join("; ")
        ));
        done
    }

    async fn journal(&self) -> PostgresJournal {
        Run::open(&self.run).await
    }
}

/// The last statement in a log whose text has this part, with all that was executed within it; `None` if it is not there.
fn executed(log: &str, part: &str) -> Option<Executed> {
    let mut nested: BTreeMap<&str, Executed> = BTreeMap::new();
    let mut found = None;
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((head, millis)) = line
            .strip_suffix(" ms  plan:")
            .and_then(|line| line.split_once("LOG:  duration: "))
        else {
            continue;
        };
        // The process, in brackets.
        let process = head.split(['[', ']']).nth(1)?;
        let mut json = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
            json.push_str(line);
        }
        // The last one may not be written to its end.
        let Ok(plan) = serde_json::from_str::<Value>(&json) else {
            break;
        };
        let query = plan["Query Text"].as_str().unwrap_or_default();
        let executed = nested.entry(process).or_insert_with(|| Executed {
            millis: 0.0,
            read: BTreeMap::new(),
            is_compiled: false,
        });
        executed.add(&plan["Plan"]);
        executed.is_compiled |= !plan["JIT"].is_null();
        // Statements within functions are logged before the one that calls these, which alone has numbered parameters.
        if query.contains("$1")
            && let Some(mut executed) = nested.remove(process)
            && query.contains(part)
        {
            executed.millis = millis.parse().ok()?;
            found = Some(executed);
        }
    }
    found
}

fn with_commas(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn a_statement_reads_as_many_rows_as_it_is_about_however_large_the_run_is() {
    let document = env::var_os(DOCUMENT);
    let rows = if document.is_some() { MANY } else { FEW };
    let explained = explain_all(Explained::new(rows, Planner::KnowsTheLargeTables));
    if let Some(document) = document {
        let text = fs::read_to_string(&document).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let table = explained.lines.join("\n");
        fs::write(
            &document,
            format!(
                "{before}{BEGIN}\n| statement, run of {} rows | time | rows read, by node of the plan |\n| --- | --- | --- |\n{table}\n\n{END}{after}",
                with_commas(explained.rows.into())
            ),
        )
        .unwrap();
    }
}

#[test]
fn it_reads_no_more_where_the_planner_has_no_statistics() {
    explain_all(Explained::new(FEW, Planner::KnowsNothing));
}

fn explain_all(mut explained: Explained) -> Explained {
    wait(async {
        explain_work(&mut explained).await;
        explain_what_is_left(&mut explained).await;
        explain_reading(&mut explained).await;
    });
    explained
}

async fn explain_work(explained: &mut Explained) {
    let journal = explained.journal().await;
    let begin = journal.begin(Role::Import(&[]));
    explained
        .explain("begin to import", "begin_worker(", Some(0), begin)
        .await
        .unwrap();
    for at_most in [20_u16, 1_024] {
        let purpose = format!("claim {at_most} rows that were never claimed");
        let claimed = explained
            .explain(
                &purpose,
                ".claim(",
                Some(at_most.into()),
                claim(&journal, at_most.into()),
            )
            .await;
        assert_eq!(claimed.len(), usize::from(at_most));
        let numbers = numbers(&claimed);
        let outcomes = record(&journal, &numbers, Outcome::Imported);
        explained
            .explain(
                &format!("record {at_most} outcomes"),
                ".record(",
                Some(at_most.into()),
                outcomes,
            )
            .await;
    }
    // The planner has not seen these tables since they were empty.
    let claimed = claim(&journal, 512).await;
    let purpose = "read the 512 rows of a claim";
    let more = claim(&journal, 512);
    let more = explained
        .explain(purpose, ".claimed(", Some(512), more)
        .await;
    let all = [numbers(&claimed), numbers(&more)].concat();
    let again = record(&journal, &all, Outcome::Held);
    explained
        .explain("record 1024 rows as held", ".record(", Some(1_024), again)
        .await;
    let again = record(&journal, &all, Outcome::Held);
    explained
        .explain("record the same again", ".record(", Some(1_024), again)
        .await;
    let beats = tokio::time::sleep(Duration::from_millis(1_200));
    explained
        .explain("renew a lease", ".renew(", Some(0), beats)
        .await;
    let beats = tokio::time::sleep(Duration::from_millis(1_200));
    explained
        .explain("look for dead workers", ".take_over(", Some(0), beats)
        .await;
    let beats = tokio::time::sleep(Duration::from_millis(1_200));
    explained
        .explain("hear of failures", ".told(", Some(0), beats)
        .await;
    let told = async {
        let group = GroupId::parse(GROUP).unwrap();
        journal.hold(Hold::new(Some(group), 1, Cause::new("why")));
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    explained
        .explain("tell of a failure", ".tell(", Some(0), told)
        .await;

    journal.leave().await.unwrap();
}

/// Rows that a worker leaves to others, or to a later one.
async fn explain_what_is_left(explained: &mut Explained) {
    let journal = explained.journal().await;
    journal.begin(Role::Join).await.unwrap();
    claim(&journal, 2_048).await;
    explained
        .explain(
            "leave, with 2048 rows open",
            ".leave(",
            Some(2_048),
            journal.leave(),
        )
        .await
        .unwrap();
    // Those that it left, and those that were held.
    let begin = journal.begin(Role::Import(&[]));
    explained
        .explain(
            "begin again, with 3072 rows to do again",
            "begin_worker(",
            Some(3_072),
            begin,
        )
        .await
        .unwrap();
    let claimed = explained
        .explain(
            "claim 1024 of them",
            ".claim(",
            Some(1_024),
            claim(&journal, 1_024),
        )
        .await;
    assert_eq!(claimed.len(), 1_024);
    drop(journal);
    explained.run.end_leases();
    let other = explained.journal().await;
    let begin = other.begin(Role::Join);
    explained
        .explain(
            "take over the 1024 rows of a dead worker",
            "begin_worker(",
            Some(1_024),
            begin,
        )
        .await
        .unwrap();
    let mut rejected = Record::new(1, Outcome::Rejected);
    rejected.cause.said = Some("no".to_owned());
    let claimed = claim(&other, 1).await;
    rejected.number = claimed[0].number;
    record_all(&other, vec![rejected]).await;
    other.leave().await.unwrap();
    let tried_again = explained.rows / 10 * 9 / 1_000;
    let begin = other.begin(Role::Import(&[Retry::Rejected]));
    explained
        .explain(
            &format!("begin, trying {tried_again} rejected rows again"),
            "begin_worker(",
            Some(tried_again + 3_072),
            begin,
        )
        .await
        .unwrap();
    other.leave().await.unwrap();
}

async fn explain_reading(explained: &mut Explained) {
    let other = explained.journal().await;
    other.begin(Role::Join).await.unwrap();
    claim(&other, 1_024).await;
    explained
        .explain(
            "count all rows by outcome, with 1024 in flight",
            "loaded AS",
            Some(1_024),
            other.summary(),
        )
        .await
        .unwrap();
    other.leave().await.unwrap();
    let mut pages = other.rows(&Outcome::FAILED, Order::Input).await.unwrap();
    explained
        .explain(
            "read the first 1000 failed rows",
            "AS found",
            Some(1_000),
            pages.next_page(),
        )
        .await
        .unwrap();
    let mut pages = other.rows(&Outcome::ALL, Order::Input).await.unwrap();
    for which in ["first", "second"] {
        let page = explained
            .explain(
                &format!("read the {which} 1000 rows"),
                "ORDER BY number LIMIT",
                Some(1_000),
                pages.next_page(),
            )
            .await
            .unwrap();
        assert_eq!(page.len(), 1_000);
    }
    let to_do_again = explained.rows / 10 * 9 / 1_000 + 3_072;
    let mut pages = other.rows(&[Outcome::Pending], Order::Input).await.unwrap();
    explained
        .explain(
            &format!("read the first 1000 pending rows, with {to_do_again} to do again"),
            "AS found",
            Some(1_000 + to_do_again),
            pages.next_page(),
        )
        .await
        .unwrap();
    explained
        .explain(
            "count what an import would still do",
            "AS not_there",
            None,
            other.remaining(Role::Import(&[])),
        )
        .await
        .unwrap();
    explained
        .explain(
            "count the rows of each community",
            "count(group_id) OVER",
            None,
            other.communities(100),
        )
        .await
        .unwrap();
}
