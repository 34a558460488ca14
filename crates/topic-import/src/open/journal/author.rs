use topic_import_bulk::journal::OpenJournal;

/// Lets a journal keep who works on it from now on: the user of this process, and the machine.
pub(crate) fn worked_on_by_us(journal: OpenJournal) -> OpenJournal {
    match (whoami::username(), whoami::hostname()) {
        (Ok(user), Ok(host)) => journal.worked_on_by(format!("{user}@{host}")),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => journal.worked_on_by(one),
        // Then the journal says nothing of it.
        (Err(_), Err(_)) => journal,
    }
}
