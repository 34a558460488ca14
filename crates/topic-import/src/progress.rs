//! What is shown on standard error while rows are imported.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;
use topic_import_bulk::{Live, Snapshot};

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
    pub(crate) fn start(live: Arc<Live>, rows: u64, quiet: bool) -> Self {
        let bar = ProgressBar::hidden();
        if quiet {
            return Self { bar, ticker: None };
        }
        let ticker = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(rows).with_style(style());
            let ticker = tokio::spawn(redraw(bar.clone(), live));
            return Self {
                bar,
                ticker: Some(ticker),
            };
        } else {
            tokio::spawn(print_lines(live, rows))
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

async fn redraw(bar: ProgressBar, live: Arc<Live>) {
    let mut ticks = tokio::time::interval(REDRAW_EVERY);
    loop {
        ticks.tick().await;
        let now = live.snapshot();
        bar.set_position(now.done);
        bar.set_message(message(&now));
    }
}

async fn print_lines(live: Arc<Live>, rows: u64) {
    let mut ticks = tokio::time::interval(LINE_EVERY);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let now = live.snapshot();
        output::note(&format!(
            "{} of {rows} rows done, {}",
            now.done,
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
