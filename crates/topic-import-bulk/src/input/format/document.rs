//! Rows that are elements of one JSON document.

use std::io::{self, BufRead};

use serde_json::{Map, Value};

use crate::input::draft::Draft;
use crate::input::element::Element;
use crate::input::field::lenient::kind;
use crate::input::format::channel::{Become, Channel};
use crate::input::format::jsonl;
use crate::input::format::{discord, slack, zulip};
use crate::input::left_out::LeftOut;
use crate::input::mapped::Mapped;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row_reader::RowReader;
use crate::input::text::json_document::{Broken, Cut, Elements, Shape, Step, on_one_line};
use crate::input::text::legible::legible;
use crate::input::text::lines::MAX_LINE_BYTES;

/// Reads a draft from every element that becomes a topic.
#[derive(Debug)]
pub(crate) struct DocumentRows<R> {
    elements: Elements<R>,
    kind: ElementKind,
    mapped: Mapped,
    is_archived_wanted: bool,
    left_out: LeftOut,
    /// How many elements came so far, those that are left out included.
    count: u64,
    /// The name of the member that holds the rows, where the document is an object.
    list: Option<String>,
    /// The stream of Zulip that is being read, and its ID.
    stream: Option<(String, Value)>,
    broken: Option<Problem>,
}

/// What the elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ElementKind {
    /// Objects with the API's field names, or mapped.
    Row,
    SlackChannel,
    DiscordChannel,
    ZulipTopic,
}

const ROWS: Shape = Shape {
    ways: &[&[Step::Item], &[Step::AnyKey, Step::Item]],
    wanted: "a list of JSON objects, nor an object that holds one",
    rule: ProblemRule::Syntax,
};

impl ElementKind {
    const fn shape(self) -> Shape {
        match self {
            Self::Row => ROWS,
            Self::SlackChannel => slack::SHAPE,
            Self::DiscordChannel => discord::SHAPE,
            Self::ZulipTopic => zulip::SHAPE,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::SlackChannel | Self::DiscordChannel => "channel",
            Self::ZulipTopic => "topic",
        }
    }
}

impl<R: BufRead> DocumentRows<R> {
    pub(crate) fn new(
        reader: R,
        kind: ElementKind,
        mapped: Mapped,
        is_archived_wanted: bool,
    ) -> io::Result<Self> {
        Ok(Self {
            elements: Elements::new(reader, kind.shape())?,
            kind,
            mapped,
            is_archived_wanted,
            left_out: LeftOut::default(),
            count: 0,
            list: None,
            stream: None,
            broken: None,
        })
    }

    fn read(&mut self, line: u64) -> Become {
        match self.kind {
            ElementKind::Row => self.read_row(line),
            ElementKind::ZulipTopic if self.elements.key(2) == "id" => {
                self.note_stream();
                Become::Nothing
            }
            _ => self.read_channel(line),
        }
    }

    /// What holds no topics is said: a stream must not go missing unseen.
    fn stray(&self, line: u64) -> Become {
        let message = match self.elements.key(2) {
            "" => "is no object: is the export whole?".to_owned(),
            key => format!("`{key}` is no object: is the export whole?"),
        };
        let stream = Element::new("stream", None, Some(self.elements.key(1)));
        Become::Topic(Box::new(Draft {
            element: Some(Box::new(stream)),
            ..Draft::unreadable(Problem::syntax(line, message))
        }))
    }

    fn read_row(&mut self, line: u64) -> Become {
        if !self.is_of_the_list() {
            if self.elements.text().starts_with(b"{") {
                let first = self.list.as_deref().unwrap_or_default();
                self.broken = Some(self.elements.second_list(first));
            }
            return Become::Nothing;
        }
        self.count += 1;
        match jsonl::parse(line, self.elements.text(), &mut self.mapped) {
            Ok(mut draft) => {
                draft.element = Some(Box::new(self.place(None)));
                Become::Topic(Box::new(draft))
            }
            Err(error) => self.unreadable(not_json(line, self.elements.text(), &error)),
        }
    }

    fn read_channel(&mut self, line: u64) -> Become {
        self.count += 1;
        let mut value = match serde_json::from_slice(self.elements.text()) {
            Ok(value) => value,
            Err(error) => return self.unreadable(not_json(line, self.elements.text(), &error)),
        };
        let Value::Object(members) = &mut value else {
            let message = format!("is {}: it must be an object", kind(&value));
            return self.unreadable(Problem::syntax(line, message));
        };
        if self.kind == ElementKind::ZulipTopic {
            self.name_topic(members);
        }
        let name = match self.kind {
            ElementKind::ZulipTopic => members.get("topic"),
            _ => members.get("name"),
        };
        let mut draft = Draft::new(line);
        draft.element = Some(Box::new(self.place(name.and_then(Value::as_str))));
        let is_archived_wanted = self.is_archived_wanted;
        let channel = Channel::new(&value, &mut draft, &mut self.mapped, is_archived_wanted);
        let reason = match self.kind {
            ElementKind::SlackChannel => slack::read(channel),
            ElementKind::DiscordChannel => discord::read(channel),
            ElementKind::ZulipTopic | ElementKind::Row => zulip::read(channel),
        };
        Become::of(draft, reason)
    }

    /// Whether the last element is of the list of rows: the document itself, or the first list of objects in it.
    fn is_of_the_list(&mut self) -> bool {
        let name = self.elements.key(0);
        match &self.list {
            Some(list) => list == name,
            None if name.is_empty() => true,
            None => {
                let is_object = self.elements.text().starts_with(b"{");
                if is_object {
                    self.list = Some(name.to_owned());
                }
                is_object
            }
        }
    }

    fn note_stream(&mut self) {
        let id = serde_json::from_slice(self.elements.text()).unwrap_or_default();
        self.stream = Some((self.elements.key(1).to_owned(), id));
    }

    /// Adds what stands around a topic of Zulip.
    fn name_topic(&self, members: &mut Map<String, Value>) {
        let stream = self.elements.key(1);
        members.insert("stream".into(), stream.into());
        members.insert("topic".into(), self.elements.key(3).into());
        if let Some((name, id)) = &self.stream
            && name == stream
        {
            members.insert("stream_id".into(), id.clone());
        }
    }

    fn unreadable(&self, problem: Problem) -> Become {
        Become::Topic(Box::new(Draft {
            element: Some(Box::new(self.place(None))),
            ..Draft::unreadable(problem)
        }))
    }

    fn place(&self, name: Option<&str>) -> Element {
        Element::new(self.kind.word(), Some(self.count), name)
    }
}

impl<R: BufRead> RowReader for DocumentRows<R> {
    fn next(&mut self) -> io::Result<Option<Draft>> {
        while self.broken.is_none() {
            let found = match self.elements.next() {
                Ok(None) => return Ok(None),
                Ok(Some(Cut::Whole { line })) => self.read(line),
                Ok(Some(Cut::TooLong { line })) => {
                    self.count += 1;
                    self.unreadable(too_long(line))
                }
                Ok(Some(Cut::Stray { line })) => self.stray(line),
                Err(Broken::Io(error)) => return Err(error),
                Err(Broken::Document(problem)) => {
                    self.broken = Some(problem);
                    Become::Nothing
                }
            };
            match found {
                Become::Topic(draft) => return Ok(Some(*draft)),
                Become::LeftOut(reason) => self.left_out.add(reason),
                Become::Nothing => {}
            }
        }
        Ok(None)
    }

    /// The last element on one line; `None` where it was passed over.
    fn as_read(&self) -> Option<String> {
        let text = on_one_line(&legible(self.elements.text()));
        (!text.is_empty()).then_some(text)
    }

    /// Why the document could not be read to its end, or else which mappings found nothing.
    fn closing_problems(&self) -> Vec<Problem> {
        match &self.broken {
            Some(broken) => vec![broken.clone()],
            None => self.mapped.problems(),
        }
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }

    fn read_on(&mut self) -> io::Result<()> {
        self.elements.read_on()
    }
}

fn too_long(line: u64) -> Problem {
    let message = format!("is longer than {} MiB", MAX_LINE_BYTES / 1024 / 1024);
    Problem {
        limit: MAX_LINE_BYTES.into(),
        ..Problem::syntax(line, message)
    }
}

fn not_json(line: u64, text: &[u8], error: &serde_json::Error) -> Problem {
    if error.is_data() {
        return Problem::syntax(line, "is no JSON object");
    }
    if str::from_utf8(text).is_err() {
        return Problem::not_utf8(line, None);
    }
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let line_within = error.line().saturating_sub(1) as u64;
    Problem::syntax(
        line,
        format!("is no JSON: {what} (line {})", line + line_within),
    )
}
