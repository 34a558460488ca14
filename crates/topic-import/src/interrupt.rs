//! Requests to stop: Ctrl-C, SIGTERM, and SIGHUP when a terminal closes.

use std::ffi::OsString;
use std::future;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::exit::{End, Exit};
use crate::show::out;
use crate::show::shell;

/// Signals within this time are one request: `timeout` sends its signal to the program, and then to the group of
/// processes to which the program belongs.
const ONE_REQUEST: Duration = Duration::from_millis(250);

/// Takes requests to stop. If work is there to be wound up, it is told of the next request; otherwise the request ends the
/// program at once, with a line about where the command stands.
#[derive(Clone)]
pub(crate) struct Interrupts(Arc<Mutex<State>>);

struct State {
    main: Sender<Option<End>>,
    /// The command as it was typed.
    command: String,
    standing: Standing,
    winds_up: Option<oneshot::Sender<()>>,
    last: Option<Instant>,
}

/// Where the command stands, for the line that is printed if it is ended at once.
struct Standing {
    exit: Exit,
    /// Completes "stopped …".
    words: Box<dyn Fn() -> String + Send>,
    /// What the same command would do, such as "To continue"; `None` while it is not known to be a sound one.
    then: Option<&'static str>,
}

impl Interrupts {
    /// From now on, signals do not end the program by themselves. `main` receives the exit status if one
    /// ends it after all.
    pub(crate) fn listen(main: Sender<Option<End>>, written: &[OsString]) -> io::Result<Self> {
        let interrupts = Self(Arc::new(Mutex::new(State {
            main,
            command: shell::command(written),
            standing: Standing {
                exit: Exit::CouldNotStart,
                words: Box::new(|| "before anything was done".to_owned()),
                then: None,
            },
            winds_up: None,
            last: None,
        })));
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut signals = Signals::take_over(&runtime)?;
        let heard = interrupts.clone();
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                runtime.block_on(async {
                    loop {
                        signals.next().await;
                        heard.hear();
                    }
                });
            })?;
        Ok(interrupts)
    }

    /// The command as it was typed, quoted for a shell.
    pub(crate) fn command(&self) -> String {
        self.state().command.clone()
    }

    /// Notes where the command stands: how the program exits if it is ended from now on, a function whose result
    /// completes "stopped …", and what the same command would then do, such as "To continue".
    pub(crate) fn stands(
        &self,
        exit: Exit,
        then: &'static str,
        words: impl Fn() -> String + Send + 'static,
    ) {
        self.state().standing = Standing {
            exit,
            words: Box::new(words),
            then: Some(then),
        };
    }

    /// Notes that nothing has been changed so far; `when` completes "stopped …".
    pub(crate) fn stands_unchanged(&self, then: &'static str, when: &'static str) {
        self.stands(Exit::CouldNotStart, then, move || when.to_owned());
    }

    /// The next request, which does not end the program as long as this is waited for.
    pub(crate) fn next(&self) -> oneshot::Receiver<()> {
        let (winds_up, next) = oneshot::channel();
        self.state().winds_up = Some(winds_up);
        next
    }

    /// Waits for the next request.
    pub(crate) async fn requested(&self) {
        if self.next().await.is_err() {
            // Somebody else waits for it now.
            future::pending::<()>().await;
        }
    }

    fn hear(&self) {
        let mut state = self.state();
        let now = Instant::now();
        if state
            .last
            .is_some_and(|last| now.duration_since(last) < ONE_REQUEST)
        {
            return;
        }
        state.last = Some(now);
        let is_wound_up = state.winds_up.take().is_some_and(|by| by.send(()).is_ok());
        if !is_wound_up {
            state.end();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Ends the program without waiting for anything.
    fn end(&self) {
        let Standing { exit, words, then } = &self.standing;
        let then = then.map_or_else(String::new, |then| format!(" {then}: {}", self.command));
        out::note(&format!("topic-import: stopped {}.{then}", words()));
        // If `main` no longer receives, the program is already ending.
        let _ = self.main.send(Some(Ok(*exit)));
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` if the program was started so that it outlives its terminal, as with `nohup`.
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn take_over(runtime: &Runtime) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let _runtime = runtime.enter();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if outlives_terminal() {
                None
            } else {
                Some(signal(SignalKind::hangup())?)
            },
        })
    }

    async fn next(&mut self) {
        let Self {
            interrupt,
            terminate,
            hang_up,
        } = self;
        let hung_up = async {
            match hang_up {
                Some(signal) => signal.recv().await,
                None => future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    }
}

/// Whether SIGHUP is ignored. Where that cannot be found out, it is left as it is.
#[cfg(unix)]
fn outlives_terminal() -> bool {
    const SIGHUP_IGNORED: u64 = 1;
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return true;
    };
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_none_or(|mask| mask & SIGHUP_IGNORED != 0)
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn take_over(runtime: &Runtime) -> io::Result<Self> {
        let _runtime = runtime.enter();
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
