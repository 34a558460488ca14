//! Problems by what is wrong with which field.

use std::collections::BTreeMap;

use crate::input::problem::{Problem, ProblemRule};

/// So many problems of a kind are kept as examples.
const EXAMPLES: usize = 3;

/// So many kinds are told apart: rows may have any number of unknown fields.
const MOST_KINDS: usize = 100;

/// Problems of one field that break the same rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProblemKind {
    /// The field; `None` where whole lines are meant, or many fields.
    pub field: Option<Box<str>>,
    /// The rule.
    pub rule: ProblemRule,
    /// How many problems there are of this kind.
    pub count: u64,
    /// The first of them by line.
    pub examples: Vec<Problem>,
}

/// All problems by kind.
#[derive(Debug, Default)]
pub(crate) struct ProblemKinds(BTreeMap<(Option<Box<str>>, ProblemRule), ProblemKind>);

impl ProblemKinds {
    pub(crate) fn add(&mut self, problem: &Problem) {
        let mut field = problem.field.clone();
        if self.0.len() >= MOST_KINDS && !self.0.contains_key(&(field.clone(), problem.rule)) {
            field = None;
        }
        let kind = self.0.entry((field.clone(), problem.rule));
        let kind = kind.or_insert_with(|| ProblemKind {
            field,
            rule: problem.rule,
            count: 0,
            examples: Vec::new(),
        });
        kind.count += 1;
        let place = kind
            .examples
            .partition_point(|example| example.line <= problem.line);
        if place < EXAMPLES {
            kind.examples.insert(place, problem.clone());
            kind.examples.truncate(EXAMPLES);
        }
    }

    /// Those of which there are most come first.
    pub(crate) fn by_count(&self) -> Vec<ProblemKind> {
        let mut kinds: Vec<ProblemKind> = self.0.values().cloned().collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use topic_import_core::Field;

    #[test]
    fn problems_are_counted_by_field_and_rule_and_the_first_by_line_are_kept() {
        let mut kinds = ProblemKinds::default();
        for line in [9, 4, 7, 2, 8] {
            kinds.add(&Problem::not_utf8(line, Some(Field::TopicName)));
        }
        kinds.add(&Problem::not_utf8(1, None));
        let kinds = kinds.by_count();
        assert_eq!(
            kinds.iter().map(|kind| kind.count).collect::<Vec<_>>(),
            [5, 1]
        );
        assert_eq!(kinds[0].field.as_deref(), Some("TopicName"));
        let lines: Vec<u64> = kinds[0]
            .examples
            .iter()
            .map(|example| example.line)
            .collect();
        assert_eq!(lines, [2, 4, 7]);
    }

    #[test]
    fn memory_does_not_grow_with_the_fields_that_rows_make_up() {
        let mut kinds = ProblemKinds::default();
        for number in 0..10_000 {
            kinds.add(&Problem::unknown_field(number, &number.to_string()));
        }
        let kinds = kinds.by_count();
        assert_eq!(kinds.len(), MOST_KINDS + 1);
        assert_eq!(
            (kinds[0].field.as_deref(), kinds[0].count),
            (None, 10_000 - MOST_KINDS as u64)
        );
    }
}
