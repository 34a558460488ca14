//! What is shown on standard error while rows are imported.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;
use topic_import_bulk::{Live, Outcome, Snapshot, Summary};

use crate::arguments::ImportArguments;
use crate::output;
use crate::words;

const REDRAW_EVERY: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(10);

/// One live line on a terminal, a line now and then elsewhere.
pub(crate) struct Progress {
    bar: ProgressBar,
    ticker: Option<JoinHandle<()>>,
}

impl Progress {
    /// Shows a run until this is dropped. Must be called within a tokio runtime.
    pub(crate) fn start(live: Arc<Live>, before: &Summary, arguments: &ImportArguments) -> Self {
        let bar = ProgressBar::hidden();
        if arguments.quiet {
            return Self { bar, ticker: None };
        }
        let rows = before.rows;
        let done_before = rows - to_do(before, &arguments.retry);
        let ticker = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(rows)
                .with_style(style())
                .with_position(done_before);
            // The time left is reckoned from what this invocation does.
            bar.reset_eta();
            let ticker = tokio::spawn(redraw(bar.clone(), live, done_before));
            return Self {
                bar,
                ticker: Some(ticker),
            };
        } else {
            tokio::spawn(print_lines(live, done_before, rows))
        };
        Self {
            bar,
            ticker: Some(ticker),
        }
    }

    /// Prints a line above the live one.
    pub(crate) fn print(&self, text: &str) {
        self.bar.suspend(|| output::note(text));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(ticker) = &self.ticker {
            ticker.abort();
        }
        self.bar.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {pos}/{len}  {per_sec}  {eta} left  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// How many rows there are for this invocation to call.
fn to_do(before: &Summary, retry: &[Outcome]) -> u64 {
    let is_taken_up = |outcome: &Outcome| match outcome {
        Outcome::Pending | Outcome::Held => true,
        outcome => retry.contains(outcome),
    };
    let counts = before.counts().into_iter();
    counts
        .filter(|(outcome, _)| is_taken_up(outcome))
        .map(|(_, rows)| rows)
        .sum()
}

async fn redraw(bar: ProgressBar, live: Arc<Live>, done_before: u64) {
    let mut ticks = tokio::time::interval(REDRAW_EVERY);
    loop {
        ticks.tick().await;
        let now = live.snapshot();
        bar.set_position(done_before + now.done);
        bar.set_message(message(&now));
    }
}

async fn print_lines(live: Arc<Live>, done_before: u64, rows: u64) {
    let mut ticks = tokio::time::interval(LINE_EVERY);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let now = live.snapshot();
        output::note(&format!(
            "{} of {rows} rows done, {}",
            done_before + now.done,
            message(&now)
        ));
    }
}

fn message(now: &Snapshot) -> String {
    let mut message = format!("{} in flight, {} failed", now.in_flight, now.failed);
    if now.troubled > 0
        && let Some(trouble) = &now.last_trouble
    {
        message = format!("{message}; trouble: {}", words::one_line(trouble));
    }
    message
}
