//! A run that ended before its time is taken up again.

mod after_death;
mod after_stop;
mod held;
mod in_doubt;
mod retry;
