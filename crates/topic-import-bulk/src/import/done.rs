use topic_import_core::{Imported, ImportedGroup, KnownTopicId};

use crate::outcome::Outcome;

/// What was imported, a topic or a community, is there.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) outcome: Outcome,
    /// The topic's ID.
    pub(super) topic_id: Option<KnownTopicId>,
}

impl From<Imported> for Done {
    fn from(imported: Imported) -> Self {
        let (outcome, topic_id) = match imported {
            Imported::Created(id) => (Outcome::Imported, id),
            Imported::Existing(id) => (Outcome::Existing, id),
        };
        Self {
            outcome,
            topic_id: Some(topic_id),
        }
    }
}

impl From<ImportedGroup> for Done {
    fn from(imported: ImportedGroup) -> Self {
        Self {
            outcome: match imported {
                ImportedGroup::Created(_) => Outcome::Imported,
                ImportedGroup::Existing(_) => Outcome::Existing,
            },
            topic_id: None,
        }
    }
}
