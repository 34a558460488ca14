//! Rows of an export, made by the program that reads it.

use std::collections::HashMap;

use jaq_json::{Rc, Val};
use topic_import_core::Field;

use crate::input::draft::Draft;
use crate::input::element::Element as ElementName;
use crate::input::export::Export;
use crate::input::field::lenient::{unescaped, with_line_feeds};
use crate::input::field::time_zone::TimeZone;
use crate::input::format::jsonl;
use crate::input::groups::Source;
use crate::input::jq::json::{as_text, kind, member, text, to_json};
use crate::input::left_out::LeftOutReason;
use crate::input::mapped::Mapped;
use crate::input::place::dotted;
use crate::input::problem::{Problem, ProblemRule, excerpt};
use crate::input::text::elements::Element;
use crate::input::text::lines::MAX_LINE_BYTES;

/// What a row of a program has beside fields of the API.
const OTHERS: [&str; 7] = ["id", "group", "topic", "of", "left_out", "problem", "notes"];

/// Makes drafts of elements.
#[derive(Debug)]
pub(crate) struct ExportRows<'e> {
    export: &'e Export,
    /// The zone of times that are written without one.
    zone: Option<&'e TimeZone>,
    file: Val,
    path: Val,
    clean: fn(&str) -> String,
    /// How many elements came so far, those that are left out included.
    count: u64,
    /// The rows that may still change, and where among them each ID is.
    gathered: Vec<(Element, Val)>,
    places: HashMap<String, usize>,
}

impl<'e> ExportRows<'e> {
    /// The rows of a file with this path within a whole export.
    pub(crate) fn new(export: &'e Export, path: &str, zone: Option<&'e TimeZone>) -> Self {
        let is_escaped = export.head().is_escaped;
        Self {
            export,
            zone,
            file: text(path.rsplit('/').next().unwrap_or(path)),
            path: text(path),
            clean: if is_escaped {
                unescaped
            } else {
                with_line_feeds
            },
            count: 0,
            gathered: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// The drafts of an element; one that is left out says why.
    pub(crate) fn drafts(&mut self, element: &Element, mapped: &mut Mapped) -> Vec<Draft> {
        self.count += 1;
        let line = element.line;
        if element.is_too_long {
            let is_line = element.is_document && element.is_first_of_line;
            let problem = if is_line {
                jsonl::too_long(line)
            } else {
                too_long(line)
            };
            return vec![self.unreadable(element, problem)];
        }
        let is_object = matches!(element.value, Val::Obj(_));
        if !is_object && !element.is_document {
            let message = format!("is {}: it must be an object", kind(&element.value));
            return vec![self.unreadable(element, Problem::syntax(line, message))];
        }
        let keys = element.keys.iter().map(|key| text(key.as_str()));
        let variables = vec![
            keys.collect(),
            element.around.clone(),
            self.file.clone(),
            self.path.clone(),
        ];
        let mut made: Vec<_> = self
            .export
            .filter()
            .run(variables, element.value.clone())
            .collect();
        if self.export.head().gathers {
            made.retain(|made| !self.gather(element, made));
        }
        let drafts = made.into_iter().map(|made| match made {
            Ok(row @ Val::Obj(_)) => self.draft(element, &row, mapped),
            Ok(other) => {
                let what = format!("the source makes {} of it, and no row", kind(&other));
                self.unreadable(element, of_system(line, what))
            }
            Err(what) => {
                let what = format!("the source cannot read it: {what}");
                self.unreadable(element, of_system(line, what))
            }
        });
        drafts.collect()
    }

    /// Keeps a row that has an ID until the document ends; one of an ID that came before changes that row.
    fn gather(&mut self, element: &Element, made: &Result<Val, String>) -> bool {
        let Ok(row) = made else {
            return false;
        };
        let Some(id) = member(row, "id").and_then(plain) else {
            return false;
        };
        let place = self.places.get(&id).copied();
        if let Some((_, before)) = place.and_then(|place| self.gathered.get_mut(place)) {
            if let (Val::Obj(before), Val::Obj(row)) = (before, row) {
                let present = row
                    .iter()
                    .filter(|(_, value)| !matches!(value, Val::Null))
                    .map(|(name, value)| (name.clone(), value.clone()));
                Rc::make_mut(before).extend(present);
            }
        } else {
            self.places.insert(id, self.gathered.len());
            self.gathered.push((element.clone(), row.clone()));
        }
        true
    }

    /// The drafts of the rows that no longer change, as a document is over.
    pub(crate) fn gathered(&mut self, mapped: &mut Mapped) -> Vec<(Element, Draft)> {
        self.places.clear();
        let gathered = std::mem::take(&mut self.gathered).into_iter();
        let drafts = gathered.map(|(element, row)| {
            let draft = self.draft(&element, &row, mapped);
            (element, draft)
        });
        drafts.collect()
    }

    /// Says that there are no elements where some must be.
    pub(crate) fn stray(
        &self,
        line: u64,
        name: &str,
        inner: Option<&str>,
        is_missing: bool,
    ) -> Draft {
        let message = match inner {
            Some(key) if is_missing => format!("has no `{key}`: is the export whole?"),
            None => "is no object: is the export whole?".to_owned(),
            Some(key) => format!("`{key}` is no object: is the export whole?"),
        };
        let name = ElementName::new(&self.export.head().group, None, Some(name));
        Draft {
            element: Some(Box::new(name)),
            ..Draft::unreadable(Problem::syntax(line, message))
        }
    }

    fn draft(&self, element: &Element, row: &Val, mapped: &mut Mapped) -> Draft {
        let mut draft = Draft::new(element.line);
        draft.element = self.name(element);
        draft.is_converted = true;
        if let Some(problem) = member(row, "problem") {
            draft.problems.extend(problems(element.line, problem));
        }
        draft.left_out = reasons(row, &mut draft.problems, element.line);
        let is_other = draft
            .left_out
            .iter()
            .any(|reason| !matches!(reason, LeftOutReason::Archived | LeftOutReason::Private));
        if is_other || row_is_only(row, "problem") {
            return draft;
        }
        draft.notes = notes(row, element);
        if row_is_only(row, "notes") {
            draft.is_only_noted = true;
            return draft;
        }
        draft.problems.extend(
            element
                .twice
                .iter()
                .map(|name| Problem::name_twice(element.line, name)),
        );
        let id = member(row, "id").and_then(plain);
        draft.own_id = id.map(|id| format!("{}-{id}", self.export.name()));
        draft.custom_id = member(row, "topic").and_then(plain);
        draft.source = Some(self.source(row, &mut draft.problems, element.line));
        if let Val::Obj(members) = row {
            for (name, value) in members.iter() {
                let name = as_text(name).unwrap_or_default();
                match Field::from_name(&name) {
                    Some(field) if mapped.has(field) || matches!(value, Val::Null) => {}
                    Some(field) => {
                        let path = place_of(field, value, &element.value).unwrap_or_default();
                        draft.take_value(field, &path, value, self.clean);
                    }
                    None if OTHERS.contains(&&*name) => {}
                    None => draft
                        .problems
                        .push(Problem::unknown_field(element.line, &name)),
                }
            }
        }
        let of = member(row, "of").unwrap_or(&element.value);
        mapped.apply(&mut draft, of, self.clean);
        draft
    }

    /// What the row belongs to where it came from.
    fn source(&self, row: &Val, problems: &mut Vec<Problem>, line: u64) -> Source {
        let group = member(row, "group");
        let at = |name: &str| group.and_then(|group| member(group, name));
        let word = at("kind").and_then(as_text);
        let mut source = Source::new(word.as_deref().unwrap_or(&self.export.head().group), None);
        source.id = at("id").and_then(plain);
        source.group_id = at("GroupId").and_then(plain);
        source.name = at("name").and_then(plain).map(|name| (self.clean)(&name));
        if let Some(created) = at("created") {
            let mut draft = Draft::new(line);
            draft.take_value(Field::CreateTime, "", created, self.clean);
            draft.find_moment(self.zone);
            source.create_time = draft.topic.create_time;
            let of_group = |problem: Problem| Problem {
                field: None,
                message: format!("the {}'s time of creation {}", source.kind, problem.message)
                    .into(),
                ..problem
            };
            problems.extend(draft.problems.into_iter().map(of_group));
        }
        source
    }

    fn unreadable(&self, element: &Element, problem: Problem) -> Draft {
        Draft {
            element: self.name(element),
            ..Draft::unreadable(problem)
        }
    }

    /// Which element it is: by its number, unless its line says that, and by its name.
    fn name(&self, element: &Element) -> Option<Box<ElementName>> {
        let head = self.export.head();
        let at = head.names_at.iter().find_map(|path| {
            let found = path
                .iter()
                .try_fold(&element.value, |value, key| member(value, key));
            found.and_then(as_text)
        });
        let name = at.or_else(|| {
            element
                .keys
                .last()
                .cloned()
                .filter(|_| self.is_keyed(element))
        });
        let is_told_by_line = element.is_document && element.is_first_of_line;
        let number = (!is_told_by_line).then_some(self.count);
        if number.is_none() && name.is_none() {
            return None;
        }
        Some(Box::new(ElementName::new(
            &head.element,
            number,
            name.as_deref(),
        )))
    }

    /// The element is a member of an object, called by its key.
    fn is_keyed(&self, element: &Element) -> bool {
        let places = self.export.head().places.iter();
        let mut keyed = places.filter(|place| place.ends_at_a_member());
        keyed.any(|place| place.keys() == element.keys.len())
    }
}

pub(crate) fn too_long(line: u64) -> Problem {
    let message = format!("is longer than {} MiB", MAX_LINE_BYTES / 1024 / 1024);
    Problem {
        limit: MAX_LINE_BYTES.into(),
        ..Problem::syntax(line, message)
    }
}

fn of_system(line: u64, message: String) -> Problem {
    Problem {
        rule: ProblemRule::OtherSystem,
        ..Problem::syntax(line, message)
    }
}

/// A text, or the digits of a number.
fn plain(value: &Val) -> Option<String> {
    match value {
        Val::Num(_) => Some(to_json(value).to_string()),
        _ => as_text(value),
    }
    .filter(|text| !text.is_empty())
}

/// A value, or the values of a list.
fn each(value: &Val) -> Vec<Val> {
    match value {
        Val::Arr(items) => items.iter().cloned().collect(),
        Val::Null => Vec::new(),
        other => vec![other.clone()],
    }
}

fn row_is_only(row: &Val, name: &str) -> bool {
    match row {
        Val::Obj(members) => members.len() == 1 && member(row, name).is_some(),
        _ => false,
    }
}

/// What a program says is wrong: a text, an object with `message` and perhaps `field`, or several.
fn problems(line: u64, problem: &Val) -> Vec<Problem> {
    let problems = each(problem).into_iter().map(|problem| {
        let field = member(&problem, "field").and_then(as_text);
        let message = member(&problem, "message").unwrap_or(&problem);
        let message = as_text(message).unwrap_or_else(|| message.to_string());
        Problem {
            field: field.map(|field| excerpt(&field).into()),
            ..of_system(line, excerpt_of_message(&message))
        }
    });
    problems.collect()
}

/// So much of a message is shown: more than of a value, which stands within it.
fn excerpt_of_message(message: &str) -> String {
    const SHOWN_BYTES: usize = 400;
    message[..message.floor_char_boundary(SHOWN_BYTES)].to_owned()
}

fn reasons(row: &Val, problems: &mut Vec<Problem>, line: u64) -> Vec<LeftOutReason> {
    let mut reasons = Vec::new();
    for reason in each(member(row, "left_out").unwrap_or(&Val::Null)) {
        let name = as_text(&reason).unwrap_or_else(|| reason.to_string());
        if let Some(reason) = LeftOutReason::from_name(&name) {
            reasons.push(reason);
        } else {
            let name = excerpt(&name);
            let what = format!("the source leaves it out as {name:?}, which is no reason");
            problems.push(of_system(line, what));
        }
    }
    reasons
}

fn notes(row: &Val, element: &Element) -> Vec<Box<str>> {
    let said = each(member(row, "notes").unwrap_or(&Val::Null));
    let mut notes: Vec<Box<str>> = said.iter().filter_map(as_text).map(Into::into).collect();
    notes.extend(notes_of_reading(element));
    notes
}

/// What was replaced and passed over while an element was read.
pub(crate) fn notes_of_reading(element: &Element) -> impl Iterator<Item = Box<str>> {
    let replaced = match element.replaced {
        0 => None,
        1 => Some("half of a character was cut off in the file: it became U+FFFD".to_owned()),
        count => Some(format!(
            "halves of {count} characters were cut off in the file: they became U+FFFD"
        )),
    };
    let passed_over = element
        .passed_over
        .iter()
        .map(|name| format!("`{}` is large, and was passed over", excerpt(name)));
    let all: Vec<String> = replaced.into_iter().chain(passed_over).collect();
    all.into_iter().map(Into::into)
}

/// Where in an element a value stands that cannot be this field, so that people find it.
fn place_of(field: Field, value: &Val, element: &Val) -> Option<String> {
    let is_field = match value {
        Val::Arr(_) | Val::Obj(_) => field == Field::CustomString,
        Val::Bool(_) => false,
        _ => true,
    };
    if is_field {
        return None;
    }
    let Val::Obj(members) = element else {
        return None;
    };
    members.iter().find_map(|(name, inner)| {
        let name = as_text(name).map(|name| dotted(&name))?;
        if inner == value {
            return Some(name);
        }
        place_of(field, value, inner).map(|rest| format!("{name}{rest}"))
    })
}
