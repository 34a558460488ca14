//! A row of the input, as a journal stores it.

use std::sync::Arc;

use topic_import_core::{GroupId, ImportTopic};

use crate::input::communities::InputCommunity;
use crate::input::element::Element;
use crate::input::row::InputRow;
use crate::request::{Community, json};

/// A row of a journal's table `input`.
pub(super) struct InputLine<'a> {
    pub(super) number: i64,
    pub(super) line: u64,
    /// The file, where the input is several.
    pub(super) file: Option<&'a Arc<str>>,
    /// The community, if the row is valid.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "only a database has a column for it")
    )]
    pub(super) group_id: Option<&'a GroupId>,
    /// The request as JSON, if the row is valid.
    pub(super) request: Option<String>,
    pub(super) is_derived: bool,
    pub(super) as_read: Option<&'a str>,
    /// What is wrong with an invalid row.
    pub(super) cause: Option<String>,
}

impl<'a> InputLine<'a> {
    /// Topics, numbered after `before` earlier ones.
    pub(super) fn of_topics(
        before: i64,
        rows: &'a [InputRow],
    ) -> impl Iterator<Item = InputLine<'a>> {
        (before + 1..).zip(rows).map(|(number, row)| {
            let topic = row.topic.as_ref().ok();
            Self {
                number,
                line: row.line,
                file: row.element.as_deref().and_then(Element::shared_file),
                group_id: topic.map(ImportTopic::group_id),
                request: topic.map(json),
                is_derived: row.is_derived,
                as_read: row.as_read.as_deref(),
                cause: row.cause(),
            }
        })
    }

    /// All communities, numbered so that the last one has -1.
    pub(super) fn of_communities(
        rows: &'a [InputCommunity],
    ) -> impl Iterator<Item = InputLine<'a>> {
        let first = -i64::try_from(rows.len()).unwrap_or(i64::MAX);
        (first..).zip(rows).map(|(number, row)| {
            let community = row.community.as_ref().ok();
            Self {
                number,
                line: row.line,
                file: row.file.as_ref(),
                group_id: community.map(Community::group_id),
                request: community.map(|community| json(&**community.request())),
                is_derived: false,
                as_read: row.as_read.as_deref(),
                cause: row.cause(),
            }
        })
    }
}

/// Finds out where the rows of a file begin, among rows that come in their order.
#[derive(Debug, Default)]
pub(super) struct Files {
    current: Option<Arc<str>>,
}

impl Files {
    /// Whether the row before this one is of another file.
    pub(super) fn begin_with(&mut self, line: &InputLine<'_>) -> bool {
        if self.current.as_ref() == line.file {
            return false;
        }
        self.current = line.file.cloned();
        true
    }
}
