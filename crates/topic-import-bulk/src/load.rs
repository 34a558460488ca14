//! From an input to a journal.

use crate::check::derived_id::TopicIds;
use crate::check::{CheckReport, Standing};
use crate::input::problem::Problem;
use crate::input::row::InputRow;
use crate::input::{Input, InputError};
use crate::journal::{JournalError, Loading, NewRow};

/// So many rows are loaded with one commit.
const ROWS_PER_COMMIT: usize = 1000;

/// Why an input could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The input could not be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The journal could not be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What every row depends on is invalid: the header of a CSV input, a document, or a mapping.
    #[error("the input's header is invalid")]
    Header,
    /// The input is no longer what was checked.
    #[error("the input changed while it was read")]
    Changed,
}

/// Loads every row of an input that was checked into a new journal; rows that the check refused are rejected there.
/// Memory does not grow with the input.
///
/// It blocks, as [`Loading`] does.
pub fn load<L: Loading>(
    mut journal: L,
    input: &Input,
    checked: &CheckReport,
    topic_ids: TopicIds,
) -> Result<L::Journal, LoadError> {
    if checked.header_is_bad {
        return Err(LoadError::Header);
    }
    let (mut rows, fingerprint) = input.hashed_rows()?;
    let mut batch = Vec::with_capacity(ROWS_PER_COMMIT);
    for (number, row) in (1..).zip(&mut rows) {
        let row = row.map_err(|error| input.error(error))?;
        let standing = checked
            .standing(number)
            .map_err(|error| input.error(error))?;
        batch.push(new_row(row, standing, topic_ids, checked));
        if batch.len() == ROWS_PER_COMMIT {
            journal.append(&batch)?;
            batch.clear();
        }
    }
    journal.append(&batch)?;
    rows.read_on().map_err(|error| input.error(error))?;
    if fingerprint.so_far() != checked.fingerprint {
        return Err(LoadError::Changed);
    }
    Ok(journal.finish()?)
}

fn new_row(
    row: InputRow,
    standing: Standing,
    topic_ids: TopicIds,
    checked: &CheckReport,
) -> NewRow {
    let line = row.line;
    let topic = match row.topic {
        Ok(topic) => topic,
        Err(problems) => {
            return NewRow::Invalid {
                line,
                as_read: row.as_read,
                message: in_words(&problems),
            };
        }
    };
    let message = match standing {
        Standing::Nth(_) => {
            let (topic, is_derived) = standing.named(topic, topic_ids);
            return NewRow::Sound {
                line,
                is_derived,
                topic,
            };
        }
        Standing::Repeated => {
            "TopicId: is the same as in an earlier line: every topic needs an ID of its own".into()
        }
        Standing::Surplus => format!(
            "GroupId: earlier lines are the {} topics that a community takes: choose another community",
            checked.settings.topics_per_community
        ),
    };
    NewRow::Invalid {
        line,
        as_read: serde_json::to_string(&topic).ok().map(Into::into),
        message,
    }
}

fn in_words(problems: &[Problem]) -> String {
    let words: Vec<String> = problems.iter().map(Problem::without_line).collect();
    words.join("; ")
}
