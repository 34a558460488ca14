//! Recognises when failures of single rows and groups repeat in a way that shows that every row would fail.

use std::collections::HashSet;

use topic_import_core::{Code, Escalation, GroupId, Refusal};

use crate::request::Kind;

/// The failures so far, in the order of the answers.
#[derive(Debug, Default)]
pub(super) struct Escalations {
    /// Whether a topic was imported, in this invocation or an earlier one.
    has_imported: bool,
    /// The last failure with a code of [`Escalation::SecondGroup`] since a topic was last imported.
    last_group: Option<(Code, GroupId)>,
    /// The groups that failed with a code of [`Escalation::EveryGroup`].
    groups: HashSet<GroupId>,
    /// The code with which the last rows failed, and how many of them in succession.
    in_turn: Option<(Code, u32)>,
}

impl Escalations {
    /// No failures so far. `has_imported` says whether an earlier invocation imported a topic.
    pub(super) fn new(has_imported: bool) -> Self {
        Self {
            has_imported,
            ..Self::default()
        }
    }

    pub(super) fn note_imported(&mut self, kind: Kind) {
        // That a community was made says nothing of whether it takes topics.
        self.has_imported |= kind == Kind::Topic;
        self.last_group = None;
        self.in_turn = None;
    }

    /// Notes that a row of the group was refused, and returns whether every row would fail.
    pub(super) fn reaches_every_row(&mut self, refusal: &Refusal, group_id: &GroupId) -> bool {
        let code = refusal.code;
        let in_turn = match self.in_turn {
            Some((last, times)) if last == code => times + 1,
            _ => 1,
        };
        self.in_turn = Some((code, in_turn));
        match refusal.escalation() {
            Escalation::Never => false,
            Escalation::RowsInTurn(most) => in_turn >= most,
            Escalation::SecondGroup => {
                let last = self.last_group.replace((code, group_id.clone()));
                last.is_some_and(|(last, group)| last == code && group != *group_id)
            }
            Escalation::EveryGroup => {
                self.groups.insert(group_id.clone());
                !self.has_imported && self.groups.len() > 1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use topic_import_core::Command;

    use super::*;

    const FULL: Code = Code::new(10037);
    const NO_TOPICS: Code = Code::new(11000);
    const UNKNOWN: Code = Code::new(60999);

    fn refused(code: Code) -> Refusal {
        Refusal::new(Command::IMPORT_TOPIC, code, "")
    }

    fn group(name: &str) -> GroupId {
        GroupId::parse(format!("@TGS#_{name}")).unwrap()
    }

    #[test]
    fn a_second_full_group_in_turn_reaches_every_row() {
        let mut met = Escalations::default();
        assert!(!met.reaches_every_row(&refused(FULL), &group("a")));
        assert!(!met.reaches_every_row(&refused(FULL), &group("a")));
        assert!(met.reaches_every_row(&refused(FULL), &group("b")));
    }

    #[test]
    fn a_topic_imported_in_between_shows_that_only_groups_are_full() {
        let mut met = Escalations::default();
        assert!(!met.reaches_every_row(&refused(FULL), &group("a")));
        met.note_imported(Kind::Topic);
        assert!(!met.reaches_every_row(&refused(FULL), &group("b")));
        assert!(met.reaches_every_row(&refused(FULL), &group("c")));
    }

    #[test]
    fn an_app_without_topics_is_told_from_a_group_without() {
        let mut met = Escalations::new(false);
        assert!(!met.reaches_every_row(&refused(NO_TOPICS), &group("a")));
        assert!(met.reaches_every_row(&refused(NO_TOPICS), &group("b")));
        let mut met = Escalations::new(true);
        assert!(!met.reaches_every_row(&refused(NO_TOPICS), &group("a")));
        assert!(!met.reaches_every_row(&refused(NO_TOPICS), &group("b")));
    }

    #[test]
    fn only_the_same_unknown_code_in_turn_reaches_every_row() {
        let mut met = Escalations::default();
        let met_of =
            |met: &mut Escalations, code| met.reaches_every_row(&refused(code), &group("a"));
        assert!((0..4).all(|_| !met_of(&mut met, UNKNOWN)));
        assert!(!met_of(&mut met, Code::new(60998)));
        assert!((0..4).all(|_| !met_of(&mut met, UNKNOWN)));
        met.note_imported(Kind::Topic);
        assert!((0..4).all(|_| !met_of(&mut met, UNKNOWN)));
        assert!(met_of(&mut met, UNKNOWN));
    }
}
