//! Documents of JSON, one after the other, of which one element is in memory at a time.

use std::fmt;
use std::io::{self, BufRead};
use std::ops::ControlFlow;

use jaq_json::{Map, Num, Rc, Val};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::input::jq::json::text;
use crate::input::place::{Place, Step, dotted};
use crate::input::problem::Problem;
use crate::input::text::json_error;
use crate::input::text::json_text::{At, JsonText};
use crate::input::text::json_value::{Key, Reading, ValueSeed, insert};

/// So much is kept of what stands beside the elements, of each member by itself: the 250 roles that a guild of Discord may
/// have are less.
const AROUND_BYTES: usize = 128 * 1024;
/// So many members of an object are kept of what stands beside the elements.
const AROUND_MEMBERS: usize = 64;
/// A list or an object that is a member of an element and larger is passed over, where nobody knows what is needed.
const MEMBER_BYTES: usize = 256 * 1024;

/// What of documents are elements, and what of an element is kept.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Where elements stand; none where the first list of objects holds them.
    pub(crate) places: Vec<Place>,
    /// The members of an element that are kept; all where that is `None`.
    pub(crate) members: Option<Names>,
    /// The members that tell an element from an answer, where a list may hold either.
    pub(crate) own: Vec<String>,
    /// Where each line is a document, one that cannot be read does not spoil the others.
    pub(crate) is_lines: bool,
}

/// Names that are keys of one value after the other.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<(String, Val)>);

impl Names {
    pub(crate) fn new(names: &[String]) -> Self {
        let names = names.iter().map(|name| (name.clone(), text(name.as_str())));
        Self(names.collect())
    }

    fn key(&self, name: &str) -> Option<Val> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, key)| key.clone())
    }
}

/// What comes out of documents.
#[derive(Debug)]
pub(crate) enum Found {
    Element(Element),
    /// Something else stands where a list or an object of elements must, or nothing: within the member of any name that was
    /// passed on the way, and the last member after it.
    Stray {
        line: u64,
        name: String,
        member: Option<String>,
        is_missing: bool,
    },
    /// A line that is no JSON, where each line is a document; or what follows an element on its line.
    BadLine {
        problem: Problem,
        is_rest: bool,
    },
    /// A document is over.
    End(Document),
}

/// An element of a document.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) line: u64,
    /// The members that lead to it, from the top.
    pub(crate) keys: Vec<String>,
    /// What stands beside it in the objects that hold it, the outermost first, as far as it comes before.
    pub(crate) around: Val,
    /// It is the whole document.
    pub(crate) is_document: bool,
    /// No other document stands before it on its line.
    pub(crate) is_first_of_line: bool,
    pub(crate) value: Val,
    /// It is larger than any row: nothing is kept of it.
    pub(crate) is_too_long: bool,
    /// The names that stand twice in one object.
    pub(crate) twice: Vec<String>,
    /// How many halves of pairs were replaced.
    pub(crate) replaced: u64,
    /// The members that were passed over for their size.
    pub(crate) passed_over: Vec<String>,
}

/// A document that is over.
#[derive(Debug)]
pub(crate) struct Document {
    /// Where it begins.
    pub(crate) line: u64,
    /// A place for elements was there, if only an empty one.
    pub(crate) is_found: bool,
    pub(crate) null: Null,
    /// It is a list of answers, each of which was told as a document.
    pub(crate) is_of_answers: bool,
    /// What stands at its top beside the elements.
    pub(crate) says: Val,
    /// The list that holds the elements, where it was searched for.
    pub(crate) list: Option<String>,
    /// The lists of people or messages, and those within an error, that were passed over in that search.
    pub(crate) passed_over: Vec<String>,
}

/// Whether null stands where a list of elements might.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Null {
    Nowhere,
    /// Somewhere in a document in which the list was searched for.
    Somewhere,
    /// Where elements are said to stand.
    InPlace,
}

/// Why documents cannot be read on.
#[derive(Debug)]
pub(crate) enum Broken {
    Io(io::Error),
    Document(Problem),
    /// It ends in the middle.
    Cut(Problem),
}

/// Reads documents to their end, or until nothing more is wanted, and gives everything that is found.
pub(crate) fn read<R: BufRead>(
    text: &mut JsonText<R>,
    wanted: &Wanted,
    take: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<(), Broken> {
    let first = text.peek().map_err(Broken::Io)?;
    let (mut is_lines, mut is_first) = (false, true);
    let mut walk = Walk::new(wanted, text.at(), take);
    let mut next = first;
    while let Some(byte) = next {
        let line = walk.at.next_line();
        if is_lines {
            text.begin_line();
        }
        let read = walk.document(serde_json::Deserializer::from_reader(&mut *text), is_lines);
        if walk.is_stopped {
            return Ok(());
        }
        if let Some(problem) = walk.broken.take() {
            return Err(Broken::Document(problem));
        }
        match read {
            Ok(()) => {}
            Err(error) if is_lines || (wanted.is_lines && is_first && walk.at.line() == line) => {
                is_lines = true;
                let problem = bad_line(text, line, &error)?;
                let is_rest = walk.given_on == line;
                if walk.give(Found::BadLine { problem, is_rest }).is_break() {
                    return Ok(());
                }
            }
            Err(error) => return Err(not_json(text, byte, line, &error)),
        }
        if is_lines {
            text.end_line().map_err(Broken::Io)?;
        }
        is_first = false;
        let is_on_one_line = byte == b'{' && walk.at.line() == line;
        next = text.peek().map_err(Broken::Io)?;
        // The first document tells: it ends on its line, and the second one begins on another.
        is_lines |= wanted.is_lines && is_on_one_line && walk.at.next_line() > line;
    }
    if first.is_none() {
        let _ = walk.give(Found::End(Document {
            line: 1,
            is_found: false,
            null: Null::Nowhere,
            is_of_answers: false,
            says: Val::Null,
            list: None,
            passed_over: Vec::new(),
        }));
    }
    Ok(())
}

/// Why a line is no JSON.
fn bad_line<R: BufRead>(
    text: &mut JsonText<R>,
    line: u64,
    error: &serde_json::Error,
) -> Result<Problem, Broken> {
    if let Some(failure) = text.at().take_failure() {
        return Err(Broken::Io(failure));
    }
    if is_not_utf8(error) {
        return Ok(Problem::not_utf8(line, None));
    }
    let column = text.at().column();
    let what = what(text, error);
    Ok(Problem::syntax(
        line,
        format!("column {column}: {what}: a row is one JSON object on one line"),
    ))
}

/// Why a document that begins with this byte on this line is no JSON.
fn not_json<R: BufRead>(
    text: &mut JsonText<R>,
    first: u8,
    begins: u64,
    error: &serde_json::Error,
) -> Broken {
    let at = text.at();
    if let Some(failure) = at.take_failure() {
        return Broken::Io(failure);
    }
    if !first.is_ascii() {
        return Broken::Document(Problem::not_utf8(begins, None));
    }
    if is_not_utf8(error) {
        // The parser has looked for what follows the text.
        let line = begins + (error.line() as u64).saturating_sub(1);
        return Broken::Document(Problem::not_utf8(line, None));
    }
    let line = at.line();
    if error.is_eof() {
        let message = "the document ends in the middle: is the file whole?";
        return Broken::Cut(Problem::syntax(at.next_line(), message));
    }
    let column = at.column();
    let what = what(text, error);
    let message = format!("column {column}: {what}: from there on the document is no JSON");
    Broken::Document(Problem::syntax(line, message))
}

fn is_not_utf8(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("invalid unicode code point")
}

/// What is wrong with what stands here.
fn what<R: BufRead>(text: &mut JsonText<R>, error: &serde_json::Error) -> String {
    let found = text.word_here();
    json_error::in_words(error, found.as_deref())
}

/// On the way through documents.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one thing that is known so far"
)]
struct Walk<'w> {
    wanted: &'w Wanted,
    at: At,
    take: &'w mut dyn FnMut(Found) -> ControlFlow<()>,
    /// The members that lead here.
    keys: Vec<String>,
    /// What was kept of the objects that hold what is read, the outermost first.
    around: Vec<Map<Val, Val>>,
    /// The same as a value, as long as nothing is added.
    around_value: Option<Val>,
    /// The list that holds the elements, where it is searched for.
    list: Option<Vec<String>>,
    /// The lists of people or messages that were passed over.
    passed_over: Vec<String>,
    /// How many lists hold what is read.
    lists: usize,
    /// The line of the last element.
    given_on: u64,
    /// The line on which the last document ended, and whether this one begins on another.
    ended: u64,
    is_first_of_line: bool,
    /// The document is a line.
    is_line: bool,
    /// The document is a list, and answers were in it.
    is_of_answers: bool,
    is_found: bool,
    null: Null,
    is_stopped: bool,
    broken: Option<Problem>,
}

/// What stands at a place, as far as it is kept beside the elements.
type Beside = Option<Val>;

impl<'w> Walk<'w> {
    fn new(wanted: &'w Wanted, at: At, take: &'w mut dyn FnMut(Found) -> ControlFlow<()>) -> Self {
        Self {
            wanted,
            at,
            take,
            keys: Vec::new(),
            around: Vec::new(),
            around_value: None,
            list: None,
            passed_over: Vec::new(),
            lists: 0,
            given_on: 0,
            ended: 0,
            is_first_of_line: true,
            is_line: false,
            is_of_answers: false,
            is_found: false,
            null: Null::Nowhere,
            is_stopped: false,
            broken: None,
        }
    }

    fn document<R: io::Read>(
        &mut self,
        mut deserializer: serde_json::Deserializer<serde_json::de::IoRead<R>>,
        is_line: bool,
    ) -> serde_json::Result<()> {
        let line = self.at.next_line();
        self.is_first_of_line = line > self.ended;
        self.is_line = is_line;
        self.is_of_answers = false;
        self.is_found = false;
        self.null = Null::Nowhere;
        self.lists = 0;
        self.keys.clear();
        self.around.clear();
        self.around_value = None;
        let beside = if self.wanted.places.is_empty() {
            Search(self).deserialize(&mut deserializer)?
        } else {
            let ways = self.wanted.places.iter().map(|place| &*place.0);
            let ways = ways.filter(|way| !is_line || way.first() != Some(&Step::Item));
            let ways = ways.collect();
            Within { walk: self, ways }.deserialize(&mut deserializer)?
        };
        if is_line {
            deserializer.end()?;
        }
        self.ended = self.at.line();
        let list = self.list.as_ref().map(|keys| path(keys));
        let passed_over = std::mem::take(&mut self.passed_over);
        let _ = self.give(Found::End(Document {
            line,
            is_found: self.is_found,
            null: self.null,
            is_of_answers: self.is_of_answers,
            says: beside.unwrap_or_default(),
            list,
            passed_over,
        }));
        Ok(())
    }

    fn give(&mut self, found: Found) -> ControlFlow<()> {
        let flow = (self.take)(found);
        self.is_stopped |= flow.is_break();
        flow
    }

    /// Gives something from within a document, which ends the reading where nothing more is wanted.
    fn give_within<E: serde::de::Error>(&mut self, found: Found) -> Result<(), E> {
        match self.give(found) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(E::custom("nothing more is wanted")),
        }
    }

    fn give_element<E: serde::de::Error>(
        &mut self,
        line: u64,
        value: Val,
        reading: Reading<'_>,
    ) -> Result<(), E> {
        self.is_found = true;
        self.given_on = line;
        let element = Element {
            line,
            keys: self.keys.clone(),
            around: self.around(),
            is_document: self.keys.is_empty() && self.lists == 0,
            is_first_of_line: self.is_first_of_line,
            is_too_long: reading.is_too_long(),
            replaced: reading.replaced(),
            twice: reading.twice,
            passed_over: reading.passed_over,
            value,
        };
        self.give_within(Found::Element(element))
    }

    /// Whether nothing was entered of the document, which may be a list of whole documents.
    const fn is_at_its_top(&self) -> bool {
        !self.is_line && self.lists == 0 && self.keys.is_empty()
    }

    fn around(&mut self) -> Val {
        let around = &self.around;
        let value = self.around_value.get_or_insert_with(|| {
            let levels = around.iter();
            levels
                .map(|level| Val::Obj(Rc::new(level.clone())))
                .collect()
        });
        value.clone()
    }

    fn enter(&mut self) {
        self.around.push(Map::default());
        self.around_value = None;
    }

    fn leave(&mut self) -> Map<Val, Val> {
        self.around_value = None;
        self.around.pop().unwrap_or_default()
    }

    fn keep(&mut self, name: String, value: Val) {
        self.around_value = None;
        if let Some(level) = self.around.last_mut()
            && level.len() < AROUND_MEMBERS
        {
            level.insert(Val::from(name), value);
        }
    }

    /// Adds a member of an object that may be an element.
    fn add(&mut self, name: Val, value: Val, reading: &mut Reading<'_>) {
        self.around_value = None;
        if let Some(level) = self.around.last_mut() {
            insert(level, &mut reading.twice, name, value);
        }
    }

    /// How large a list or an object in an element may be.
    const fn most(&self) -> usize {
        match self.wanted.members {
            Some(_) => usize::MAX,
            None => MEMBER_BYTES,
        }
    }

    /// The key of a member of an element, if it is kept.
    fn kept(&self, name: &str) -> Option<Val> {
        match &self.wanted.members {
            Some(members) => members.key(name),
            None => Some(text(name)),
        }
    }

    /// Reads an object that is an element, of which a name may have been read.
    fn element<'de, A: MapAccess<'de>>(
        &mut self,
        line: u64,
        first: Option<String>,
        mut map: A,
    ) -> Result<(), A::Error> {
        let at = self.at.clone();
        let mut reading = Reading::new(&at);
        let mut members = Map::default();
        let most = self.most();
        let mut next = first.map(|name| self.kept(&name));
        loop {
            let name = match next.take() {
                Some(name) => Some(name),
                None => map.next_key_seed(Key(|name: &str| self.kept(name)))?,
            };
            match name {
                None => break,
                Some(None) => reading.pass_over(&mut map)?,
                Some(Some(_)) if reading.is_too_long() => reading.pass_over(&mut map)?,
                Some(Some(name)) => {
                    reading.take_name(&name);
                    let value = reading.member(&mut map, &name, most)?;
                    insert(&mut members, &mut reading.twice, name, value);
                }
            }
        }
        self.give_element(line, Val::Obj(Rc::new(members)), reading)
    }

    /// Reads a member that stands beside the elements.
    fn beside<'de, A: MapAccess<'de>>(
        &mut self,
        name: String,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let at = self.at.clone();
        let mut reading = Reading::of_size(&at, AROUND_BYTES);
        let value = map.next_value_seed(ValueSeed(&mut reading))?;
        if !reading.is_too_long() {
            self.keep(name, value);
        }
        Ok(())
    }
}

/// What a visitor does with every value that is no list and no object.
macro_rules! scalars {
    ($made:ty) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }
        fn visit_unit<E: serde::de::Error>(self) -> Result<$made, E> {
            self.scalar(Val::Null)
        }
        fn visit_bool<E: serde::de::Error>(self, is_true: bool) -> Result<$made, E> {
            self.scalar(Val::Bool(is_true))
        }
        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<$made, E> {
            self.scalar(Val::Num(Num::from_integral(number)))
        }
        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<$made, E> {
            self.scalar(Val::Num(Num::from_integral(number)))
        }
        fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<$made, E> {
            self.scalar(Val::Num(Num::Float(number)))
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$made, E> {
            self.scalar(Val::from(text.to_owned()))
        }
    };
}

/// A list of members as a path.
fn path(keys: &[String]) -> String {
    if keys.is_empty() {
        return ".".to_owned();
    }
    keys.iter().map(|key| dotted(key)).collect()
}

/// Reads a value from which these ways lead to elements.
struct Within<'s, 'w> {
    walk: &'s mut Walk<'w>,
    ways: Vec<&'w [Step]>,
}

impl<'w> Within<'_, 'w> {
    fn is_element(&self) -> bool {
        self.ways.iter().any(|way| way.is_empty())
    }

    /// The ways that begin with such a step, without it.
    fn ways(&self, is_taken: impl Fn(&Step) -> bool) -> Vec<&'w [Step]> {
        let ways = self.ways.iter().filter_map(|way| way.split_first());
        let ways = ways.filter(|(step, _)| is_taken(step));
        ways.map(|(_, rest)| rest).collect()
    }

    /// A value that is no list and no object.
    fn scalar<E: serde::de::Error>(self, value: Val) -> Result<Beside, E> {
        let line = self.walk.at.line();
        if self.is_element() {
            let at = self.walk.at.clone();
            self.walk.give_element(line, value, Reading::new(&at))?;
            return Ok(None);
        }
        if matches!(value, Val::Null) {
            let is_list = |way: &&[Step]| way.first() == Some(&Step::Item);
            if self.ways.iter().any(is_list) {
                self.walk.null = Null::InPlace;
            }
        }
        self.walk.stray(line, None)?;
        Ok(None)
    }

    /// The member that an object must have as elements stand within it.
    fn needed(&self) -> Option<&'w str> {
        let mut needed = self.ways.iter().map(|way| match way.first() {
            Some(Step::Key(key)) => Some(key.as_str()),
            _ => None,
        });
        let first = needed.next()??;
        needed.all(|key| key.is_some()).then_some(first)
    }

    /// The ways through an answer, where this is a list in which several may stand.
    fn ways_of_answers(&self) -> Vec<&'w [Step]> {
        if !self.walk.is_at_its_top() {
            return Vec::new();
        }
        let ways = self.ways.iter().copied();
        ways.filter(|way| matches!(way.first(), Some(Step::Key(_) | Step::Member)))
            .collect()
    }

    /// Says that a list holds no elements, unless it is one.
    fn no_elements<E: serde::de::Error>(self, line: u64) -> Result<(), E> {
        if !self.is_element() {
            return self.walk.stray(line, None);
        }
        let at = self.walk.at.clone();
        let list = Vec::new().into_iter().collect();
        self.walk.give_element(line, list, Reading::new(&at))
    }

    /// Reads a list of elements, or of answers that hold them.
    fn list_of_documents<'de, A: SeqAccess<'de>>(
        self,
        mut seq: A,
        elements: &[&'w [Step]],
        answers: &[&'w [Step]],
    ) -> Result<Beside, A::Error> {
        let line = self.walk.at.line();
        self.walk.is_found |= !elements.is_empty();
        self.walk.lists += 1;
        loop {
            let item = DocumentItem {
                walk: self.walk,
                elements,
                answers,
            };
            if seq.next_element_seed(item)?.is_none() {
                break;
            }
        }
        self.walk.lists -= 1;
        if elements.is_empty() && !self.walk.is_of_answers {
            self.no_elements(line)?;
        }
        Ok(None)
    }
}

impl Walk<'_> {
    /// Says that there are no elements where some must be, if a member of any name was passed on the way: something else
    /// stands there, or the object there lacks this member.
    fn stray<E: serde::de::Error>(&mut self, line: u64, missing: Option<&str>) -> Result<(), E> {
        let places = self.wanted.places.iter().map(|place| &place.0);
        let passed = places.filter_map(|steps| {
            let keys = steps.iter().filter(|step| **step != Step::Item);
            keys.clone().position(|step| *step == Step::Member)
        });
        let Some(at) = passed.filter(|at| *at < self.keys.len()).min() else {
            return Ok(());
        };
        let name = self.keys[at].clone();
        let member = missing.map(ToOwned::to_owned);
        let member = member.or_else(|| self.keys[at + 1..].last().cloned());
        self.give_within(Found::Stray {
            line,
            name,
            member,
            is_missing: missing.is_some(),
        })
    }
}

impl<'de> DeserializeSeed<'de> for Within<'_, '_> {
    type Value = Beside;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Beside, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within<'_, '_> {
    type Value = Beside;

    scalars!(Beside);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Beside, A::Error> {
        let ways = self.ways(|step| *step == Step::Item);
        let answers = self.ways_of_answers();
        if !answers.is_empty() {
            return self.list_of_documents(seq, &ways, &answers);
        }
        if ways.is_empty() {
            let line = self.walk.at.line();
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            self.no_elements(line)?;
            return Ok(None);
        }
        self.walk.is_found = true;
        self.walk.lists += 1;
        loop {
            let within = Within {
                walk: self.walk,
                ways: ways.clone(),
            };
            if seq.next_element_seed(within)?.is_none() {
                self.walk.lists -= 1;
                return Ok(None);
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Beside, A::Error> {
        let line = self.walk.at.line();
        let is_element = self.is_element();
        let is_entered = self
            .ways
            .iter()
            .any(|way| matches!(way.first(), Some(Step::Key(_) | Step::Member)));
        if !is_entered {
            if is_element {
                self.walk.element(line, None, map)?;
            } else {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                self.walk.stray(line, None)?;
            }
            return Ok(None);
        }
        let is_any = |way: &&[Step]| matches!(way.first(), Some(Step::Member));
        self.walk.is_found |= self.ways.iter().any(is_any);
        self.walk.enter();
        let at = self.walk.at.clone();
        let mut reading = Reading::new(&at);
        let most = self.walk.most();
        let mut is_inside = false;
        while let Some(name) = map.next_key::<String>()? {
            let ways = self.ways(|step| match step {
                Step::Key(key) => *key == name,
                Step::Member => true,
                Step::Item => false,
            });
            let kept = (ways.is_empty() && is_element)
                .then(|| self.walk.kept(&name))
                .flatten();
            if let Some(name) = kept {
                reading.take_name(&name);
                let value = reading.member(&mut map, &name, most)?;
                self.walk.add(name, value, &mut reading);
                continue;
            }
            if ways.is_empty() {
                self.walk.beside(name, &mut map)?;
                continue;
            }
            is_inside = true;
            self.walk.keys.push(name);
            let walk = &mut *self.walk;
            let beside = map.next_value_seed(Within { walk, ways })?;
            if let (Some(name), Some(beside)) = (self.walk.keys.pop(), beside) {
                self.walk.keep(name, beside);
            }
        }
        let level = Val::Obj(Rc::new(self.walk.leave()));
        if is_element && !is_inside {
            self.walk.give_element(line, level.clone(), reading)?;
        } else if !is_inside && let Some(needed) = self.needed() {
            self.walk.stray(line, Some(needed))?;
        }
        Ok(Some(level))
    }
}

/// Reads an item of a list that is a whole document: an element, or an answer that holds some, as whoever puts several
/// answers into a list writes them.
struct DocumentItem<'s, 'w> {
    walk: &'s mut Walk<'w>,
    /// The ways to elements, and those that lead there through an answer.
    elements: &'s [&'w [Step]],
    answers: &'s [&'w [Step]],
}

impl<'w> DocumentItem<'_, 'w> {
    fn element(&mut self) -> Within<'_, 'w> {
        Within {
            walk: &mut *self.walk,
            ways: self.elements.to_vec(),
        }
    }

    fn is_element(&mut self) -> bool {
        self.element().is_element()
    }

    fn scalar<E: serde::de::Error>(mut self, value: Val) -> Result<(), E> {
        self.element().scalar(value).map(drop)
    }

    /// The ways from an answer into a member of this name.
    fn ways(&self, name: &str) -> Vec<&'w [Step]> {
        let ways = self.answers.iter().filter_map(|way| way.split_first());
        let ways = ways.filter(|(step, _)| match step {
            Step::Key(key) => key == name,
            Step::Member => true,
            Step::Item => false,
        });
        ways.map(|(_, rest)| rest).collect()
    }

    fn is_own(&self, name: &str) -> bool {
        self.walk.wanted.own.iter().any(|own| own == name)
    }

    /// Reads an object of which the first name tells nothing.
    fn object<'de, A: MapAccess<'de>>(
        mut self,
        line: u64,
        mut next: Option<String>,
        mut map: A,
    ) -> Result<(), A::Error> {
        let is_element = self.is_element();
        let was_found = std::mem::replace(&mut self.walk.is_found, false);
        self.walk.null = Null::Nowhere;
        let (mut is_own, mut is_inside) = (false, false);
        let at = self.walk.at.clone();
        let mut reading = Reading::new(&at);
        let most = self.walk.most();
        self.walk.enter();
        while let Some(name) = next {
            is_own |= is_element && self.is_own(&name);
            let ways = if is_own { Vec::new() } else { self.ways(&name) };
            if !ways.is_empty() {
                is_inside = true;
                self.walk.keys.push(name);
                let walk = &mut *self.walk;
                let beside = map.next_value_seed(Within { walk, ways })?;
                if let (Some(name), Some(beside)) = (self.walk.keys.pop(), beside) {
                    self.walk.keep(name, beside);
                }
            } else if let Some(name) = self.walk.kept(&name).filter(|_| is_element) {
                reading.take_name(&name);
                let value = reading.member(&mut map, &name, most)?;
                self.walk.add(name, value, &mut reading);
            } else if is_own {
                reading.pass_over(&mut map)?;
            } else {
                self.walk.beside(name, &mut map)?;
            }
            next = map.next_key::<String>()?;
        }
        let says = Val::Obj(Rc::new(self.walk.leave()));
        let is_found = std::mem::replace(&mut self.walk.is_found, was_found);
        if !is_own && (is_inside || self.walk.is_of_answers) {
            return self.end(line, says, is_found);
        }
        if is_element {
            self.walk.give_element(line, says, reading)?;
        }
        Ok(())
    }

    /// An answer is over.
    fn end<E: serde::de::Error>(self, line: u64, says: Val, is_found: bool) -> Result<(), E> {
        self.walk.is_of_answers = true;
        self.walk.give_within(Found::End(Document {
            line,
            is_found,
            null: self.walk.null,
            is_of_answers: false,
            says,
            list: None,
            passed_over: Vec::new(),
        }))
    }
}

impl<'de> DeserializeSeed<'de> for DocumentItem<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DocumentItem<'_, '_> {
    type Value = ();

    scalars!(());

    fn visit_seq<A: SeqAccess<'de>>(mut self, seq: A) -> Result<(), A::Error> {
        self.element().visit_seq(seq).map(drop)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let line = self.walk.at.line();
        match map.next_key::<String>()? {
            Some(first) if self.is_element() && self.is_own(&first) => {
                self.walk.element(line, Some(first), map)
            }
            first => self.object(line, first, map),
        }
    }
}

/// Whether a list of this name is never guessed to be the rows: whoever is in it, or wrote in it, must not become topics
/// by mistake.
fn is_of_people(key: &str) -> bool {
    const NAMES: [&str; 12] = [
        "members",
        "users",
        "participants",
        "people",
        "owners",
        "admins",
        "operators",
        "accounts",
        "profiles",
        "messages",
        "posts",
        "comments",
    ];
    NAMES.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Whether a list at the end of these members tells more of a failure.
fn is_of_a_failure(keys: &[String]) -> bool {
    let above = &keys[..keys.len().saturating_sub(1)];
    above.iter().any(|key| key.eq_ignore_ascii_case("error"))
}

/// Searches a value for the first list of objects, through objects of any depth.
struct Search<'s, 'w>(&'s mut Walk<'w>);

impl Search<'_, '_> {
    #[allow(
        clippy::unnecessary_wraps,
        reason = "other visitors can fail at such a value"
    )]
    fn scalar<E: serde::de::Error>(self, value: Val) -> Result<Beside, E> {
        if matches!(value, Val::Null) {
            self.0.null = Null::Somewhere;
        }
        Ok(Some(value))
    }
}

impl<'de> DeserializeSeed<'de> for Search<'_, '_> {
    type Value = Beside;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Beside, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_, '_> {
    type Value = Beside;

    scalars!(Beside);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Beside, A::Error> {
        self.0.enter();
        while let Some(name) = map.next_key::<String>()? {
            self.0.keys.push(name);
            let beside = map.next_value_seed(Search(self.0))?;
            if let (Some(name), Some(beside)) = (self.0.keys.pop(), beside) {
                self.0.keep(name, beside);
            }
        }
        Ok(Some(Val::Obj(Rc::new(self.0.leave()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Beside, A::Error> {
        let is_of_people = self.0.keys.last().is_some_and(|key| is_of_people(key));
        if is_of_people || is_of_a_failure(&self.0.keys) {
            let mut is_empty = true;
            while seq.next_element::<IgnoredAny>()?.is_some() {
                is_empty = false;
            }
            if !is_empty {
                let list = path(&self.0.keys);
                self.0.passed_over.push(list);
            }
            return Ok(None);
        }
        self.0.is_found = true;
        self.0.lists += 1;
        let mut list = List::default();
        loop {
            let item = Item {
                walk: self.0,
                list: &mut list,
            };
            if seq.next_element_seed(item)?.is_none() {
                self.0.lists -= 1;
                return Ok(None);
            }
        }
    }
}

/// Reads an item of a list that may be the one that is searched for: the first item that is an object with anything in it
/// tells.
struct Item<'s, 'w> {
    walk: &'s mut Walk<'w>,
    list: &'s mut List,
}

#[derive(Default)]
struct List {
    /// It holds the elements.
    is_the_one: bool,
    /// The lines of objects with nothing in them that came before that was known.
    empty_at: Vec<u64>,
}

impl Item<'_, '_> {
    fn scalar<E: serde::de::Error>(self, value: Val) -> Result<(), E> {
        if !self.list.is_the_one {
            return Ok(());
        }
        let (line, at) = (self.walk.at.line(), self.walk.at.clone());
        self.walk.give_element(line, value, Reading::new(&at))
    }

    /// Takes the list for the one that holds the elements, unless another one does.
    fn decide<E: serde::de::Error>(&mut self) -> Result<(), E> {
        let walk = &mut *self.walk;
        let list = walk.list.get_or_insert_with(|| walk.keys.clone());
        if *list != walk.keys {
            let (first, second) = (path(list), path(&walk.keys));
            walk.broken = Some(Problem::second_list(walk.at.line(), &first, &second));
            return Err(E::custom("is a second list"));
        }
        self.list.is_the_one = true;
        let at = walk.at.clone();
        for line in self.list.empty_at.drain(..) {
            walk.give_element(line, Val::Obj(Rc::default()), Reading::new(&at))?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_, '_> {
    type Value = ();

    scalars!(());
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.scalar(Vec::new().into_iter().collect())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let line = self.walk.at.line();
        let first = map.next_key::<String>()?;
        if !self.list.is_the_one {
            if first.is_none() {
                self.list.empty_at.push(line);
                return Ok(());
            }
            self.decide()?;
        }
        self.walk.element(line, first, map)
    }
}
