//! What preflight, import, verify and undo share: calls in flight, stopping, and a service that does not answer.

mod counts;
mod gate;
mod in_flight;
mod settings;
mod silence;
mod statistics;
mod stop;
mod stop_reason;
mod watch;
mod work_progress;

pub(crate) use in_flight::{CallsInFlight, Ended, Event};
pub use settings::CallSettings;
pub(crate) use silence::{Answers, deserves_more_time, is_withdrawn};
pub(crate) use stop::Stop;
pub use stop_reason::StopReason;
pub use work_progress::{Snapshot, WorkProgress};
