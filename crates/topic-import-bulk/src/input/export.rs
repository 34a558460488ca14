//! What other chat systems export, and the programs that read it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jaq_core::load::Lexer;
use jaq_json::Val;
use serde::Deserialize;

use crate::input::fingerprint::Fingerprint;
use crate::input::jq::filter::Filter;
use crate::input::jq::json::to_json;
use crate::input::place::{NotAPlace, Place};
use crate::input::source::BUILT_IN;

/// What a program may use beside the element itself: the members that lead to it, what stands beside it in the objects
/// that hold it, the outermost first, the name of the file, and its path within a whole export.
pub(crate) const VARIABLES: [&str; 4] = ["$at", "$around", "$file", "$path"];

/// A chat system's export, and the program of jq by which it is read: one of those that come with this crate, or
/// somebody's own.
///
/// ```
/// use topic_import_bulk::input::Export;
///
/// let slack = Export::named("slack").expect("it comes with this crate");
/// assert_eq!(slack.name(), "slack");
/// assert!(slack.program().contains("module {"));
/// ```
#[derive(Clone)]
pub struct Export(Arc<Source>);

struct Source {
    name: String,
    program: Cow<'static, str>,
    head: Head,
    filter: Filter,
}

/// What a program says of itself before it begins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a member that a program may leave out"
)]
pub(crate) struct Head {
    /// What it reads, in a line.
    pub(crate) reads: String,
    /// What becomes no topic, in a line.
    pub(crate) leaves_out: String,
    /// The files of a whole export that it reads: names, or ends of names after a `*`.
    #[serde(default)]
    pub(crate) files: Vec<String>,
    /// Where in a document the elements stand.
    elements: Vec<String>,
    /// The members of an element that are read; the others are passed over, however large they are.
    pub(crate) members: Option<Vec<String>>,
    /// What an element is called.
    #[serde(default = "channel")]
    pub(crate) element: String,
    /// Where in an element its name stands: at the first of these places that holds one.
    #[serde(default = "name")]
    names: Vec<String>,
    /// What becomes a community.
    #[serde(default = "workspace")]
    pub(crate) group: String,
    /// Rows say which one they belong to.
    #[serde(default)]
    pub(crate) has_groups: bool,
    /// What a list of groups can name instead, as a path in an element.
    #[serde(default = "id")]
    pub(crate) part: String,
    /// What a document is, in words that follow "is not".
    wanted: Option<String>,
    /// Each line is a document.
    #[serde(default)]
    pub(crate) lines: bool,
    /// Rows of the same ID are one, of which later ones change what they say; they are told at the end of the document.
    #[serde(default)]
    pub(crate) gathers: bool,
    /// Texts have `&`, `<` and `>` escaped as in HTML.
    #[serde(default)]
    pub(crate) is_escaped: bool,
    #[serde(skip)]
    pub(crate) places: Vec<Place>,
    #[serde(skip)]
    pub(crate) names_at: Vec<Vec<String>>,
}

fn channel() -> String {
    "channel".into()
}

fn workspace() -> String {
    "workspace".into()
}

fn name() -> Vec<String> {
    vec![".name".into()]
}

fn id() -> String {
    ".id".into()
}

/// Why a program of somebody's own cannot be used, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExportError(String);

impl ExportError {
    /// The program does not begin by saying what it reads.
    fn no_head(why: impl fmt::Display) -> Self {
        Self(format!(
            "it must begin with `module {{reads: …, leaves_out: …, elements: […]}};`, which says what it reads: {why}"
        ))
    }

    fn no_program(why: impl fmt::Display) -> Self {
        Self(format!("it is no program of jq: {why}"))
    }
}

impl Export {
    /// Every one that comes with this crate, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> {
        BUILT_IN.iter().map(|(name, program)| {
            Self::new(name, (*program).into()).expect("a test compiles every one of them")
        })
    }

    /// The one that comes with this crate and has this name.
    pub fn named(name: &str) -> Option<Self> {
        let (name, program) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Self::new(name, (*program).into()).ok()
    }

    /// One of somebody's own, by the text of its program. The name becomes a part of every TopicId.
    ///
    /// # Errors
    /// Where the program does not say what it reads, or cannot be compiled.
    pub fn parse(name: &str, program: impl Into<String>) -> Result<Self, ExportError> {
        const MOST_BYTES: usize = 16;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || name.len() > MOST_BYTES || !name.bytes().all(is_plain) {
            return Err(ExportError(format!(
                "{name:?} cannot stand in a TopicId: name it with letters, digits and hyphens, at most 16"
            )));
        }
        Self::new(name, Cow::Owned(program.into()))
    }

    fn new(name: &str, program: Cow<'static, str>) -> Result<Self, ExportError> {
        let head = Head::of(&program)?;
        let filter = Filter::compile(&program, &VARIABLES).map_err(ExportError::no_program)?;
        let name = name.to_owned();
        Ok(Self(Arc::new(Source {
            name,
            program,
            head,
            filter,
        })))
    }

    /// Its name in arguments.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The text of the program.
    pub fn program(&self) -> &str {
        &self.0.program
    }

    /// What it reads, in a line.
    pub fn reads(&self) -> &str {
        &self.0.head.reads
    }

    /// What becomes no topic, in a line.
    pub fn leaves_out(&self) -> &str {
        &self.0.head.leaves_out
    }

    /// Whether rows say what they belong to, so that a list of groups can name it.
    pub fn has_groups(&self) -> bool {
        self.0.head.has_groups
    }

    /// What becomes a community: a workspace, a team.
    pub fn group_word(&self) -> &str {
        &self.0.head.group
    }

    /// What becomes a topic: a channel, a stream.
    pub fn element_word(&self) -> &str {
        &self.0.head.element
    }

    /// Where in an element stands what a list of groups can name instead of the communities.
    pub fn part(&self) -> &str {
        &self.0.head.part
    }

    /// What tells the program from any other.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.program().as_bytes())
    }

    pub(crate) fn head(&self) -> &Head {
        &self.0.head
    }

    pub(crate) fn filter(&self) -> &Filter {
        &self.0.filter
    }
}

impl PartialEq for Export {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.program() == other.program()
    }
}

impl Eq for Export {}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Export").field(&self.name()).finish()
    }
}

impl Head {
    /// The object after `module`, with which a program begins.
    fn of(program: &str) -> Result<Self, ExportError> {
        let tokens = Lexer::new(program)
            .lex()
            .map_err(|_| ExportError::no_program("a bracket or a quotation mark is not closed"))?;
        let object = match &*tokens {
            [module, object, ..] if module.as_str() == "module" => object.as_str(),
            _ => return Err(ExportError::no_head("`module` is missing")),
        };
        let value = Filter::compile(object, &[])
            .map_err(ExportError::no_head)?
            .first(Val::Null)
            .map_err(ExportError::no_head)?;
        let value = to_json(&value.unwrap_or_default());
        let mut head: Self = serde_json::from_value(value).map_err(ExportError::no_head)?;
        let places = head.elements.iter().map(|place| place.parse::<Place>());
        head.places = places
            .collect::<Result<_, NotAPlace>>()
            .map_err(ExportError::no_head)?;
        if head.places.is_empty() {
            return Err(ExportError::no_head("`elements` is empty"));
        }
        let names = head.names.iter();
        let names = names.map(|name| name.split('.').skip(1).map(ToOwned::to_owned).collect());
        head.names_at = names.collect();
        Ok(head)
    }

    /// The members at the top of an element that say which one it is, as an answer that holds elements has none.
    pub(crate) fn own_members(&self) -> Vec<String> {
        let names = self.names_at.iter().filter_map(|path| path.first());
        let part = self.part.split('.').nth(1);
        let all = names.map(String::as_str).chain(part).chain(["id", "_id"]);
        all.map(ToOwned::to_owned).collect()
    }

    /// What a document is, in words that follow "is not".
    pub(crate) fn wanted(&self) -> String {
        self.wanted.clone().unwrap_or_else(|| {
            let places: Vec<String> = self
                .places
                .iter()
                .map(|place| format!("`{place}`"))
                .collect();
            format!(
                "what this source reads: nothing is at {}",
                places.join(" nor at ")
            )
        })
    }
}
