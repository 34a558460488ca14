use std::pin::pin;

use topic_import_bulk::OpenJournal;
use topic_import_bulk::journal::{Journal as _, Notice};

use crate::output;
use crate::words;

/// Does something with a journal before or after the work on it, and says once where it is out of reach.
pub(crate) async fn heeding<T>(journal: &OpenJournal, reading: impl Future<Output = T>) -> T {
    let mut reading = pin!(reading);
    let mut is_said = false;
    loop {
        tokio::select! {
            done = &mut reading => return done,
            notice = journal.heard() => {
                if let Notice::Away(why) = notice
                    && !std::mem::replace(&mut is_said, true)
                {
                    let why = words::one_line(words::without_its_number(&why));
                    output::note(&format!("{why}; it goes on by itself once it is back"));
                }
            }
        }
    }
}
