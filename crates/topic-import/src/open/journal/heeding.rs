use std::pin::pin;

use topic_import_bulk::journal::{Journal as _, Notice, OpenJournal};

use crate::show::out;
use crate::show::text;

/// Waits for an operation on a journal before or after the actual work, and prints a message once if the journal is out
/// of reach.
pub(crate) async fn heeding<T>(journal: &OpenJournal, reading: impl Future<Output = T>) -> T {
    let mut reading = pin!(reading);
    let mut is_said = false;
    loop {
        tokio::select! {
            done = &mut reading => return done,
            notice = journal.next_notice() => {
                if let Notice::Away(why) = notice
                    && !std::mem::replace(&mut is_said, true)
                {
                    let why = text::one_line(text::without_its_number(&why));
                    out::note(&format!("topic-import: {why}; waiting until it is back"));
                }
            }
        }
    }
}
