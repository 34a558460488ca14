//! The progress that is shown on standard error during the work.

mod pace;
mod view;
mod work;

pub(crate) use work::Work;

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use console::{Term, truncate_str};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;
use topic_import_bulk::calls::{Snapshot, WorkProgress};

use self::pace::Pace;
use self::view::{Moment, View};
use crate::interrupt::Interrupts;
use crate::show::out;
use crate::show::text;

const REDRAW_EVERY: Duration = Duration::from_millis(200);
/// If standard error is not a terminal, news is printed at this interval.
const NEWS_EVERY: Duration = Duration::from_secs(1);
/// After this many of these intervals, a line about the progress is printed.
const NEWS_PER_LINE: usize = 10;
/// How many columns are reserved for the bar.
const BAR_COLUMNS: usize = 12;

/// The progress: a live view on a terminal, otherwise a line now and then.
pub(crate) struct Progress {
    bar: ProgressBar,
    ticker: Option<JoinHandle<()>>,
    /// How many of the rows or topics other workers have finished meanwhile.
    done_elsewhere: Arc<AtomicU64>,
    interrupts: Interrupts,
}

impl Progress {
    /// Shows the work until this is dropped. Must be called within a tokio runtime.
    pub(crate) fn start(
        live: &Arc<WorkProgress>,
        work: Work,
        is_quiet: bool,
        interrupts: &Interrupts,
    ) -> Self {
        let mut bar = ProgressBar::hidden();
        let done_elsewhere = Arc::new(AtomicU64::new(0));
        let shown = Shown {
            done_elsewhere: Arc::clone(&done_elsewhere),
            live: Arc::clone(live),
            work,
            start: Instant::now(),
            pace: Pace::default(),
            is_away_told: false,
            losses_told: 0,
        };
        let mut standing = Standing {
            work,
            live: Arc::clone(live),
            done_elsewhere: Arc::clone(&done_elsewhere),
            bar: None,
        };
        let ticker = if is_quiet {
            None
        } else if std::io::stderr().is_terminal() {
            bar = ProgressBar::new(work.total).with_style(style());
            standing.bar = Some(bar.clone());
            Some(tokio::spawn(redraw(bar.clone(), shown)))
        } else {
            Some(tokio::spawn(print_lines(shown)))
        };
        interrupts.stands(work.stopped, work.then, move || standing.words());
        Self {
            bar,
            ticker,
            done_elsewhere,
            interrupts: interrupts.clone(),
        }
    }

    /// Records how many of the rows other workers have finished so far.
    pub(crate) fn note_done_elsewhere(&self, things: u64) {
        self.done_elsewhere.fetch_max(things, Relaxed);
    }

    /// Calls `print` with the live view hidden.
    pub(crate) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Waits until somebody asks to stop. From then on, a second request ends the program at once.
    pub(crate) async fn stop(&self) {
        self.interrupts.requested().await;
        self.print("topic-import: stopping: waiting for the calls in flight; a second Ctrl-C stops at once");
    }

    /// Prints a line above the live view.
    pub(crate) fn print(&self, text: &str) {
        self.suspend(|| out::note(text));
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

/// What is said where the work is ended at once.
struct Standing {
    work: Work,
    live: Arc<WorkProgress>,
    done_elsewhere: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
}

impl Standing {
    /// Says how far the work is, after clearing the live view away.
    fn words(&self) -> String {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let Work {
            thing,
            total,
            done_before,
            done,
            changes,
            ..
        } = self.work;
        let now = self.live.snapshot();
        let so_far = done_before + now.done + self.done_elsewhere.load(Relaxed);
        let on_their_way = match now.in_flight {
            calls @ 1.. if changes => {
                format!(", {} on the way", text::count(calls, "call"))
            }
            _ => String::new(),
        };
        let so_far = text::part(so_far, total, thing);
        format!("at once: {so_far} {done}{on_their_way}")
    }
}

fn style() -> ProgressStyle {
    // The library leaves out the colours if NO_COLOR is set.
    ProgressStyle::with_template("{wide_bar:.cyan/dim} {prefix}\n{msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The work, and what has been shown of it.
struct Shown {
    live: Arc<WorkProgress>,
    work: Work,
    start: Instant,
    pace: Pace,
    done_elsewhere: Arc<AtomicU64>,
    is_away_told: bool,
    losses_told: usize,
}

impl Shown {
    fn view(&mut self) -> (u64, View) {
        let mut now = self.live.snapshot();
        let done_elsewhere = self.done_elsewhere.load(Relaxed);
        now.done += done_elsewhere;
        self.pace.note(self.start.elapsed(), &now);
        let done = self.work.done_before + now.done;
        let view = View::of(&Moment {
            now: &now,
            done,
            done_elsewhere,
            work: &self.work,
            calls_per_second: self.pace.calls_per_second(),
            time_left: self.pace.time_for(self.work.total.saturating_sub(done)),
        });
        (done, view)
    }

    /// What has happened since the last call of this function and should be printed.
    fn news(&mut self) -> Vec<String> {
        let now = self.live.snapshot();
        let mut news: Vec<String> = self.news_of_journal(&now).into_iter().collect();
        let losses = now.journal_lost.iter().skip(self.losses_told);
        news.extend(losses.map(text::one_line));
        self.losses_told = now.journal_lost.len();
        news
    }

    fn news_of_journal(&mut self, now: &Snapshot) -> Option<String> {
        let was_told = std::mem::replace(&mut self.is_away_told, now.journal_away.is_some());
        match (was_told, &now.journal_away) {
            (false, Some(why)) => Some(format!(
                "{}; no call is sent until it is back, and then the work continues by itself",
                text::one_line(text::without_its_number(why))
            )),
            (true, None) => Some("the journal is available again".to_owned()),
            _ => None,
        }
    }
}

async fn redraw(bar: ProgressBar, mut shown: Shown) {
    let mut ticks = tokio::time::interval(REDRAW_EVERY);
    loop {
        ticks.tick().await;
        for news in shown.news() {
            bar.suspend(|| out::note(&format!("topic-import: {news}")));
        }
        let columns = usize::from(Term::stderr().size().1);
        let (done, view) = shown.view();
        let below = [Some(view.pace), view.outcomes, view.slow, view.trouble];
        let below: Vec<String> = below
            .into_iter()
            .flatten()
            .map(|line| truncate_str(&line, columns, "…").into_owned())
            .collect();
        let beside = columns.saturating_sub(BAR_COLUMNS);
        bar.set_prefix(truncate_str(&view.extent, beside, "…").into_owned());
        bar.set_message(below.join("\n"));
        bar.set_position(done);
    }
}

async fn print_lines(mut shown: Shown) {
    let mut ticks = tokio::time::interval(NEWS_EVERY);
    ticks.tick().await;
    shown.view();
    loop {
        for _ in 0..NEWS_PER_LINE {
            ticks.tick().await;
            for news in shown.news() {
                out::note(&format!("topic-import: {news}"));
            }
        }
        out::note(&format!("topic-import: {}", shown.view().1.line()));
    }
}
