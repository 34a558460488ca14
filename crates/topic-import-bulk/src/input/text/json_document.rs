//! One JSON document, of which one element is in memory at a time.

use std::io::{self, BufRead, Read};

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::input::problem::{Problem, ProblemRule, excerpt};
use crate::input::text::lines::{MAX_LINE_BYTES, Unmarked, without_byte_order_mark};

/// A step on the way from the top of a document to its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into the member of this name.
    Key(&'static str),
    /// Into each member of an object.
    AnyKey,
    /// Into each item of a list.
    Item,
}

/// Where a document may keep its elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) ways: &'static [&'static [Step]],
    /// What a document of this shape is, in words.
    pub(crate) wanted: &'static str,
    /// The rule that another document breaks.
    pub(crate) rule: ProblemRule,
}

/// Cuts a document into elements.
#[derive(Debug)]
pub(crate) struct Elements<R> {
    reader: Unmarked<R>,
    shape: Shape,
    line: u64,
    /// What the reader is within, the outermost first.
    open: Vec<Open>,
    /// The text of the last value that was kept.
    text: Vec<u8>,
    state: State,
    /// A place for elements was seen, if only an empty one.
    is_found: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Before,
    Within,
    Over,
}

/// A list or an object whose end was not read yet.
#[derive(Debug)]
struct Open {
    is_object: bool,
    is_fresh: bool,
    /// The name of the member that is being read.
    key: String,
}

/// What stands next in a document.
#[derive(Debug, PartialEq)]
pub(crate) enum Cut {
    /// Its text is in [`Elements::text`].
    Whole { line: u64 },
    /// Passed over without being kept.
    TooLong { line: u64 },
    /// It stands where a list or an object of elements must: see [`Elements::key`].
    Stray { line: u64 },
}

/// Why a document cannot be read on.
#[derive(Debug)]
pub(crate) enum Broken {
    Io(io::Error),
    Document(Problem),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

type Result<T> = std::result::Result<T, Broken>;

/// What to do with a value, by where it stands.
enum Way {
    Take,
    Enter,
    PassOver,
}

impl<R: BufRead> Elements<R> {
    pub(crate) fn new(reader: R, shape: Shape) -> io::Result<Self> {
        Ok(Self {
            reader: without_byte_order_mark(reader)?,
            shape,
            line: 1,
            open: Vec::new(),
            text: Vec::new(),
            state: State::Before,
            is_found: false,
        })
    }

    /// The next element; `None` at the end. After it, or after a failure, nothing more comes.
    pub(crate) fn next(&mut self) -> Result<Option<Cut>> {
        let next = match self.state {
            State::Before => {
                self.state = State::Within;
                self.begin().and_then(|()| self.advance())
            }
            State::Within => self.advance(),
            State::Over => Ok(None),
        };
        if !matches!(next, Ok(Some(_))) {
            self.state = State::Over;
        }
        next
    }

    /// The last element as it stands in the document; empty where it was passed over.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The name of the member that was entered at this depth, from 0 at the top.
    pub(crate) fn key(&self, depth: usize) -> &str {
        self.open.get(depth).map_or("", |open| &open.key)
    }

    /// Reads what is left, to the end.
    pub(crate) fn read_on(&mut self) -> io::Result<()> {
        io::copy(&mut self.reader, &mut io::sink()).map(drop)
    }

    fn begin(&mut self) -> Result<()> {
        match self.peek()? {
            Some(b'[' | b'{') => self.enter(),
            Some(byte) if !byte.is_ascii() => {
                Err(Broken::Document(Problem::not_utf8(self.line, None)))
            }
            _ => Err(self.shapeless()),
        }
    }

    fn advance(&mut self) -> Result<Option<Cut>> {
        while let Some(open) = self.open.last() {
            let is_object = open.is_object;
            if !self.has_more()? {
                self.open.pop();
                continue;
            }
            if is_object {
                self.read_key()?;
            }
            let way = self.way();
            let next = self.peek()?;
            match way {
                Way::Take => {
                    let line = self.line;
                    let is_whole = self.read_value()?;
                    return Ok(Some(if is_whole {
                        Cut::Whole { line }
                    } else {
                        Cut::TooLong { line }
                    }));
                }
                Way::Enter if self.is_stray(next) => {
                    let line = self.line;
                    self.pass_over()?;
                    return Ok(Some(Cut::Stray { line }));
                }
                Way::Enter if matches!(next, Some(b'[' | b'{')) => self.enter()?,
                Way::Enter | Way::PassOver => self.pass_over()?,
            }
        }
        if self.peek()?.is_some() {
            return Err(Broken::Document(Problem {
                rule: ProblemRule::OtherFormat,
                ..Problem::syntax(self.line, "something follows the end of the document")
            }));
        }
        if self.is_found {
            Ok(None)
        } else {
            Err(self.shapeless())
        }
    }

    fn way(&self) -> Way {
        let mut way = Way::PassOver;
        for steps in self.shape.ways {
            if !self.is_on(steps) {
                continue;
            }
            if self.open.len() == steps.len() {
                return Way::Take;
            }
            way = Way::Enter;
        }
        way
    }

    /// Whether the value that is being read lies on this way.
    fn is_on(&self, steps: &[Step]) -> bool {
        self.open.len() <= steps.len()
            && self.open.iter().zip(steps).all(|(open, step)| match step {
                Step::Key(name) => open.is_object && open.key == *name,
                Step::AnyKey => open.is_object,
                Step::Item => !open.is_object,
            })
    }

    /// Whether no elements can stand in the value that begins so, though they must: below a name that only the document
    /// knows. At the top, anything may stand beside them; null is no value.
    fn is_stray(&self, next: Option<u8>) -> bool {
        let depth = self.open.len();
        let mut ways = self.shape.ways.iter().filter(|steps| self.is_on(steps));
        depth > 1
            && !matches!(next, None | Some(b'n'))
            && ways.all(|steps| {
                let begins = if steps[depth] == Step::Item {
                    b'['
                } else {
                    b'{'
                };
                steps[..depth].contains(&Step::AnyKey) && next != Some(begins)
            })
    }

    /// Goes into the list or object that stands next.
    fn enter(&mut self) -> Result<()> {
        let is_object = self.peek()? == Some(b'{');
        let next = if is_object { Step::AnyKey } else { Step::Item };
        let depth = self.open.len();
        // That the document is an object says nothing yet.
        let is_place =
            |steps: &&[Step]| steps.get(depth) == Some(&next) && (depth > 0 || !is_object);
        let mut ways = self.shape.ways.iter();
        self.is_found |= ways.any(|steps| self.is_on(steps) && is_place(steps));
        self.reader.consume(1);
        self.open.push(Open {
            is_object,
            is_fresh: true,
            key: String::new(),
        });
        Ok(())
    }

    /// Whether the innermost list or object goes on; its end is read.
    fn has_more(&mut self) -> Result<bool> {
        let next = self.peek()?;
        let Some(open) = self.open.last_mut() else {
            return Ok(false);
        };
        let (end, wanted) = if open.is_object {
            (b'}', "a comma or } must follow")
        } else {
            (b']', "a comma or ] must follow")
        };
        let is_fresh = std::mem::replace(&mut open.is_fresh, false);
        match next {
            Some(byte) if byte == end => {
                self.reader.consume(1);
                Ok(false)
            }
            Some(_) if is_fresh => Ok(true),
            Some(b',') => {
                self.reader.consume(1);
                match self.peek()? {
                    Some(byte) if byte == end => Err(self.broken("a value must follow the comma")),
                    _ => Ok(true),
                }
            }
            Some(_) => Err(self.broken(wanted)),
            None => Err(self.cut_short()),
        }
    }

    fn read_key(&mut self) -> Result<()> {
        if self.peek()? != Some(b'"') {
            return Err(self.broken("the name of a member must follow, in quotation marks"));
        }
        if !self.read_value()? {
            return Err(self.broken("the name of a member is longer than 1 MiB"));
        }
        let Ok(key) = serde_json::from_slice(&self.text) else {
            return Err(self.broken("the name of a member is no text of JSON"));
        };
        if let Some(open) = self.open.last_mut() {
            open.key = key;
        }
        if self.peek()? != Some(b':') {
            return Err(self.broken("a colon must follow the name of a member"));
        }
        self.reader.consume(1);
        Ok(())
    }

    /// Reads the value that begins at the next byte and keeps nothing of it; it must be JSON all the same.
    fn pass_over(&mut self) -> Result<()> {
        self.text.clear();
        let mut passed = Passed {
            elements: self,
            value: Value::default(),
            is_cut_short: false,
        };
        let mut json = serde_json::Deserializer::from_reader(&mut passed);
        let Err(error) = IgnoredAny::deserialize(&mut json).and_then(|_| json.end()) else {
            return Ok(());
        };
        if error.is_io() {
            return Err(Broken::Io(error.into()));
        }
        if error.is_eof() && passed.is_cut_short {
            return Err(self.cut_short());
        }
        let text = error.to_string();
        let what = match text.split(" at line ").next() {
            Some(what) if !error.is_eof() => what,
            _ => "a value is missing, or not whole",
        };
        let message = match self.open.last() {
            Some(Open {
                is_object: true,
                key,
                ..
            }) => {
                format!("`{}` does not hold JSON: {what}", excerpt(key))
            }
            _ => format!("an item of a list is not JSON: {what}"),
        };
        Err(Broken::Document(Problem::syntax(self.line, message)))
    }

    /// Reads the value that begins at the next byte, and keeps its text if it is not too long. Whether it is kept in
    /// full.
    fn read_value(&mut self) -> Result<bool> {
        self.text.clear();
        let mut length = 0;
        let mut value = Value::default();
        loop {
            let available = fill(&mut self.reader)?;
            if available.is_empty() {
                // Only a number or a word can end here, and what is open around it says that something is missing.
                return if value.is_word() {
                    Ok(length <= MAX_LINE_BYTES)
                } else {
                    Err(self.cut_short())
                };
            }
            let end = available.iter().position(|byte| value.ends_before(*byte));
            let part = &available[..end.unwrap_or(available.len())];
            length += part.len();
            if length <= MAX_LINE_BYTES {
                self.text.extend_from_slice(part);
            }
            let consumed = part.len();
            self.line += lines(part);
            self.reader.consume(consumed);
            if end.is_some() {
                break;
            }
        }
        if length > MAX_LINE_BYTES {
            self.text.clear();
        }
        Ok(length <= MAX_LINE_BYTES)
    }

    /// The next byte that is no white space; it is not read yet.
    fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            let available = fill(&mut self.reader)?;
            let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let space = available.iter().take_while(|byte| is_space(byte)).count();
            let next = available.get(space).copied();
            let is_over = available.is_empty();
            self.line += lines(&available[..space]);
            self.reader.consume(space);
            if next.is_some() || is_over {
                return Ok(next);
            }
        }
    }

    /// What to say where a second list is found beside the first.
    pub(crate) fn second_list(&self, first: &str) -> Problem {
        let second = self.key(0);
        let message = format!(
            "is a second list of objects, `{}`, beside `{}`: leave only the rows in the document",
            excerpt(second),
            excerpt(first)
        );
        Problem::syntax(self.line, message)
    }

    fn cut_short(&self) -> Broken {
        self.broken("the document ends in the middle: is the file whole?")
    }

    fn shapeless(&self) -> Broken {
        let message = format!("is not {}", self.shape.wanted);
        Broken::Document(Problem {
            rule: self.shape.rule,
            ..Problem::syntax(1, message)
        })
    }

    fn broken(&self, message: &'static str) -> Broken {
        Broken::Document(Problem::syntax(self.line, message))
    }
}

/// The bytes of one value, passed over as they are read.
struct Passed<'a, R> {
    elements: &'a mut Elements<R>,
    value: Value,
    /// The document ends within it.
    is_cut_short: bool,
}

impl<R: BufRead> Read for Passed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = fill(&mut self.elements.reader)?;
        self.is_cut_short |= available.is_empty();
        let mut length = 0;
        for (to, byte) in buffer.iter_mut().zip(available) {
            if self.value.ends_before(*byte) {
                break;
            }
            self.elements.line += u64::from(*byte == b'\n');
            *to = *byte;
            length += 1;
        }
        self.elements.reader.consume(length);
        Ok(length)
    }
}

/// How far a value was read.
#[derive(Default)]
struct Value {
    depth: u64,
    part: Part,
}

/// What was read of a value last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Nothing,
    /// Within a list or an object, or a number or a word.
    Some,
    WithinText,
    Backslash,
    All,
}

impl Value {
    fn ends_before(&mut self, byte: u8) -> bool {
        self.part = match (self.part, byte) {
            (Part::All, _) => return true,
            (Part::WithinText, b'\\') => Part::Backslash,
            (Part::WithinText, b'"') => self.all_or_some(),
            (Part::WithinText | Part::Backslash, _) => Part::WithinText,
            (_, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') if self.depth == 0 => {
                return true;
            }
            (Part::Some, b'"') if self.depth == 0 => return true,
            (_, b'"') => Part::WithinText,
            (_, b'{' | b'[') => {
                self.depth += 1;
                Part::Some
            }
            (_, b'}' | b']') => {
                self.depth -= 1;
                self.all_or_some()
            }
            _ => Part::Some,
        };
        false
    }

    fn all_or_some(&self) -> Part {
        if self.depth == 0 {
            Part::All
        } else {
            Part::Some
        }
    }

    /// Whether what was read so far can be all.
    fn is_word(&self) -> bool {
        self.depth == 0 && !matches!(self.part, Part::WithinText | Part::Backslash)
    }
}

fn lines(text: &[u8]) -> u64 {
    text.split(|byte| *byte == b'\n').skip(1).count() as u64
}

fn fill(reader: &mut impl BufRead) -> io::Result<&[u8]> {
    loop {
        match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Asked for again because of the borrow: what is there is given at once.
            Ok(_) => break,
            Err(error) => return Err(error),
        }
    }
    reader.fill_buf()
}

/// JSON without the white space between its parts, so that it stands on one line.
pub(crate) fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut is_in_text = false;
    let mut is_escaped = false;
    for character in text.chars() {
        match character {
            ' ' | '\t' if !is_in_text => continue,
            '\r' | '\n' => continue,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_in_text,
            '"' => is_in_text = !is_in_text,
            _ => {}
        }
        line.push(character);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use serde_json::json;
    use std::io::BufReader;

    const SHAPE: Shape = Shape {
        ways: &[
            &[Step::Item],
            &[Step::Key("a"), Step::AnyKey, Step::Key("b"), Step::Item],
        ],
        wanted: "a list",
        rule: ProblemRule::Syntax,
    };

    /// Line, keys and text of every element, and how it ended.
    fn cut(text: &[u8], capacity: usize) -> (Vec<(u64, String, String)>, Option<String>) {
        let reader = BufReader::with_capacity(capacity, text);
        let mut elements = Elements::new(reader, SHAPE).unwrap();
        let mut found = Vec::new();
        loop {
            let (line, text) = match elements.next() {
                Ok(Some(Cut::Whole { line })) => {
                    (line, String::from_utf8(elements.text().to_vec()).unwrap())
                }
                Ok(Some(Cut::TooLong { line })) => (line, "too long".into()),
                Ok(Some(Cut::Stray { line })) => (line, "stray".into()),
                Ok(None) => return (found, None),
                Err(Broken::Document(problem)) => return (found, Some(problem.to_string())),
                Err(Broken::Io(error)) => panic!("{error}"),
            };
            found.push((line, elements.key(1).to_owned(), text));
        }
    }

    #[test]
    fn elements_are_cut_out_wherever_they_stand() {
        let text = "\u{feff} {\r\n\"x\":[1,{\"b\":[7]}], \"a\" : {\n\"k,\\\"\": {\"b\":[\"]\\\"\" ,\n {\"c\":\n[]}], \"b\":[]},\
                    \"l\":{\"b\":[null]}, \"m\":3, \"n\":{\"b\":{\"c\":1}}, \"o\":{\"b\":null}}, \"y\":\"}\"}\n\n";
        for capacity in [1, 2, 3, 7, 4096] {
            let (found, end) = cut(text.as_bytes(), capacity);
            let expected = [
                (3, "k,\"", "\"]\\\"\""),
                (4, "k,\"", "{\"c\":\n[]}"),
                (5, "l", "null"),
                (5, "m", "stray"),
                (5, "n", "stray"),
            ];
            let expected = expected.map(|(line, key, text)| (line, key.into(), text.into()));
            assert_eq!(found, expected, "{capacity}");
            assert_eq!(end, None);
        }
        for empty in ["[]", " [ ] ", "{\"a\":{}}", "{\"a\":{\"k\":{}}}"] {
            assert_eq!(cut(empty.as_bytes(), 4096), (vec![], None), "{empty}");
        }
    }

    #[test]
    fn what_is_no_document_says_where_it_stops_to_be_one() {
        for (text, count, what) in [
            ("", 0, "1: is not a list"),
            ("7", 0, "1: is not a list"),
            ("\n{\"b\":[]}", 0, "1: is not a list"),
            ("{\"a\":[]}", 0, "1: is not a list"),
            (
                "[1\n,2",
                2,
                "2: the document ends in the middle: is the file whole?",
            ),
            (
                "[1,\n{\"a\":",
                1,
                "2: the document ends in the middle: is the file whole?",
            ),
            (
                "[1,\n\"a",
                1,
                "2: the document ends in the middle: is the file whole?",
            ),
            ("[1,]", 1, "1: a value must follow the comma"),
            ("[1\n\n2]", 1, "3: a comma or ] must follow"),
            ("[1}", 1, "1: a comma or ] must follow"),
            (
                "[1]\n[2]",
                1,
                "2: something follows the end of the document",
            ),
            (
                "{a:1}",
                0,
                "1: the name of a member must follow, in quotation marks",
            ),
            (
                "{\"a\" 1}",
                0,
                "1: a colon must follow the name of a member",
            ),
            (
                "{\"\\x\":1}",
                0,
                "1: the name of a member is no text of JSON",
            ),
            ("{\"a\":{},}", 0, "1: a value must follow the comma"),
            (
                "{\"x\":,\"a\":{}}",
                0,
                "1: `x` does not hold JSON: a value is missing, or not whole",
            ),
            (
                "{\"x\":[{},\n{\"y\" 1}],\"a\":{}}",
                0,
                "2: `x` does not hold JSON: expected `:`",
            ),
            (
                "{\"x\":\n[1}\n,\"a\":{}}",
                0,
                "2: `x` does not hold JSON: expected `,` or `]`",
            ),
            (
                "{\"a\":{\"k\":{\"x\":NaN,\"b\":[1]}}}",
                0,
                "1: `x` does not hold JSON: expected value",
            ),
            (
                "{\"x\":nul}",
                0,
                "1: `x` does not hold JSON: a value is missing, or not whole",
            ),
            (
                "{\"x\":\"\\q\",\"a\":{}}",
                0,
                "1: `x` does not hold JSON: invalid escape",
            ),
            (
                "{\"a\":{\"k\":tru}}",
                0,
                "1: `k` does not hold JSON: a value is missing, or not whole",
            ),
            (
                "{\"x\":[[1,\n2",
                0,
                "2: the document ends in the middle: is the file whole?",
            ),
        ] {
            let (found, end) = cut(text.as_bytes(), 3);
            assert_eq!((found.len(), end.as_deref()), (count, Some(what)), "{text}");
        }
    }

    #[test]
    fn an_element_that_is_too_long_is_passed_over() {
        let full = "x".repeat(MAX_LINE_BYTES - 2);
        let text = format!("[\"{full}\",\n\"{full}y\",\n3]");
        let (found, end) = cut(text.as_bytes(), 4096);
        assert_eq!(found[0].2.len(), MAX_LINE_BYTES);
        assert_eq!(found[1], (2, String::new(), "too long".into()));
        assert_eq!(found[2], (3, String::new(), "3".into()));
        assert_eq!(end, None);
    }

    #[test]
    fn white_space_within_text_stays() {
        let text = "{ \"a\\\\\" :\r\n\t\"b \\\" c\" , \"d\": 1 }";
        assert_eq!(on_one_line(text), r#"{"a\\":"b \" c","d":1}"#);
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<i64>().prop_map(|number| json!(number)),
            ".{0,6}".prop_map(|text| json!(text)),
            "[\\\\\"{}\\[\\],: ]{0,6}".prop_map(|text| json!(text)),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(|list| json!(list)),
                vec((".{0,4}", inner), 0..4)
                    .prop_map(|members| members.into_iter().collect::<serde_json::Value>()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_element_of_a_list_comes_out_as_it_went_in(
            list in vec(value(), 0..6),
            is_pretty: bool,
            capacity in 1_usize..40,
        ) {
            let text = if is_pretty {
                serde_json::to_string_pretty(&list).unwrap()
            } else {
                serde_json::to_string(&list).unwrap()
            };
            let (found, end) = cut(text.as_bytes(), capacity);
            prop_assert_eq!(end, None);
            let found: Vec<serde_json::Value> =
                found.iter().map(|(_, _, text)| serde_json::from_str(text).unwrap()).collect();
            prop_assert_eq!(found, list);
        }

        #[test]
        fn no_bytes_go_on_for_ever(text in "[\\[\\]{},:\"a1 \n]{0,24}") {
            cut(text.as_bytes(), 5);
        }
    }
}
