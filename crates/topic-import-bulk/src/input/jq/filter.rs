//! Programs of jq, compiled and run.

use std::fmt::Write as _;
use std::iter;
use std::sync::Arc;

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, Error as LoadError, File, Loader, parse::Def, parse::Expect};
use jaq_core::{Compiler, Ctx, Native, Vars, native};
use jaq_json::Val;

use crate::input::jq::json::as_text;
use crate::input::jq::natives;
use crate::input::problem::excerpt;

type Data = JustLut<Val>;

/// What jq can do and a row must not depend on: the environment, which holds secrets, the clock, and what ends or
/// speaks for a whole program.
const NOT_OFFERED: [&str; 12] = [
    "debug",
    "debug_empty",
    "env",
    "halt",
    "halt_error",
    "input",
    "inputs",
    "localtime",
    "now",
    "stderr",
    "stderr_empty",
    "strflocaltime",
];

/// A compiled program. Compiling takes longer than reading a small file, so whatever holds a program holds it compiled.
#[derive(Clone)]
pub(crate) struct Filter {
    code: Arc<str>,
    compiled: Arc<jaq_core::Filter<Data>>,
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Filter")
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Filter {}

/// Why a program cannot be compiled: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CompileError(String);

impl Filter {
    /// Compiles a program that may use these variables, whose names begin with `$`.
    pub(crate) fn compile(code: &str, variables: &[&str]) -> Result<Self, CompileError> {
        let arena = Arena::default();
        let modules = Loader::new(definitions())
            .load(&arena, File { code, path: () })
            .map_err(|errors| not_loaded(code, &errors))?;
        Compiler::default()
            .with_funs(functions())
            .with_global_vars(variables.iter().copied())
            .compile(modules)
            .map(|compiled| Self {
                code: code.into(),
                compiled: Arc::new(compiled),
            })
            .map_err(|errors| {
                let undefined = errors.iter().flat_map(|(_, errors)| errors);
                let first = undefined.map(|(name, kind)| {
                    let what = format!("`{}` is no {} here", excerpt(name), kind.as_str());
                    located(code, name, &what)
                });
                CompileError(first.take(1).collect())
            })
    }

    /// The text that was compiled.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// Everything that the program makes of a value; after what fails, nothing more comes.
    pub(crate) fn run(
        &self,
        variables: Vec<Val>,
        value: Val,
    ) -> impl Iterator<Item = Result<Val, String>> {
        let context = Ctx::<Data>::new(&self.compiled.lut, Vars::new(variables));
        let mut made = self.compiled.id.run((context, value));
        let mut has_failed = false;
        iter::from_fn(move || {
            if has_failed {
                return None;
            }
            let made = made.next()?;
            has_failed = made.is_err();
            Some(made.map_err(|exception| match exception.get_err() {
                Ok(error) => {
                    let value = error.into_val();
                    let what = as_text(&value).unwrap_or_else(|| value.to_string());
                    excerpt(&what).to_owned()
                }
                Err(_) => "ends the program".to_owned(),
            }))
        })
    }

    /// The first value that the program makes; `None` where it makes nothing.
    pub(crate) fn first(&self, value: Val) -> Result<Option<Val>, String> {
        self.run(Vec::new(), value).next().transpose()
    }
}

fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .filter(|definition| !NOT_OFFERED.contains(&definition.name))
        .filter(|definition| !natives::REDEFINED.contains(&definition.name))
        .chain(natives::definitions())
}

fn functions() -> impl Iterator<Item = native::Filter<Native<Data>>> {
    jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|(name, _, _)| !NOT_OFFERED.contains(name))
        .filter(|(name, _, _)| !natives::REPLACED.contains(name))
        .chain(natives::functions())
}

fn not_loaded(code: &str, errors: &[(File<&str, ()>, LoadError<&str>)]) -> CompileError {
    let first = errors.iter().map(|(_, error)| match error {
        LoadError::Lex(errors) => errors.first().map_or_else(String::new, |(wanted, rest)| {
            located(code, rest, &format!("{} is missing", wanted.as_str()))
        }),
        LoadError::Parse(errors) => errors.first().map_or_else(String::new, |(wanted, found)| {
            let found = if found.is_empty() {
                &code[code.len()..]
            } else {
                found
            };
            match wanted {
                Expect::Nothing => not_compiled(code, found),
                wanted => located(code, found, &format!("{} is missing", wanted.as_str())),
            }
        }),
        LoadError::Io(modules) => {
            let mut what = String::new();
            for (name, _) in modules.iter().take(1) {
                let _ = write!(what, "modules cannot be included: {name:?}");
            }
            what
        }
    });
    CompileError(first.take(1).collect())
}

/// Why code ends before this part of it. A key of several words is the most frequent reason.
fn not_compiled(code: &str, part: &str) -> String {
    let what = located(code, part, "it does not compile");
    let is_of_words = |key: &&str| {
        let mut characters = key.chars();
        characters.all(|character| character.is_alphanumeric() || " _".contains(character))
    };
    match code.trim().strip_prefix('.').filter(is_of_words) {
        Some(key) => format!("{what}; a key with a space is written .[{key:?}]"),
        None => what,
    }
}

/// What is wrong at a part of the code, with its place: the line where there are several, and what stands there.
fn located(code: &str, part: &str, what: &str) -> String {
    const SHOWN_BYTES: usize = 20;
    let start = (part.as_ptr() as usize).saturating_sub(code.as_ptr() as usize);
    let before = code.get(..start).unwrap_or(code);
    let mut place = String::new();
    if code.trim_end().contains('\n') {
        let line = before.matches('\n').count() + 1;
        let _ = write!(place, "line {line}: ");
    }
    let rest = code.get(start..).unwrap_or_default().trim_start();
    let shown = rest.lines().next().unwrap_or_default();
    let shown = &shown[..shown.floor_char_boundary(SHOWN_BYTES)];
    if shown.is_empty() {
        format!("{place}{what} at the end")
    } else {
        format!("{place}{what} at {shown:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::jq::json::{to_json, to_value};
    use serde_json::json;

    fn run(code: &str, value: &serde_json::Value) -> Result<Vec<serde_json::Value>, String> {
        let filter = Filter::compile(code, &[]).map_err(|error| error.to_string())?;
        let made = filter.run(Vec::new(), to_value(value));
        made.map(|made| made.map(|value| to_json(&value))).collect()
    }

    #[test]
    fn a_number_that_is_too_large_is_neither_nothing_nor_without_an_end() {
        let endless = "1E+22222222222222222222";
        for code in ["tonumber", "tonumber? // 7", "fromjson"] {
            assert_eq!(run(code, &json!(endless)), Ok(vec![json!(endless)]));
        }
        assert_eq!(run("tonumber", &json!("1e400")), Ok(vec![json!("1e400")]));
        assert_eq!(run("infinite", &json!(null)), Ok(vec![json!("inf")]));
        assert_eq!(run("tonumber", &json!("-7.5")), Ok(vec![json!(-7.5)]));
        let two = run("tonumber", &json!("1 2")).unwrap();
        assert_eq!(two, [json!(1), json!(2)]);
    }

    #[test]
    fn programs_have_what_jq_has() {
        let row = json!({"name": "mpdm-a--b-1", "tags": ["x", "y"], "n": null});
        for (code, made) in [
            (".name | test(\"^mpdm-\")", json!([true])),
            (".tags[]", json!(["x", "y"])),
            (".n // .tags[1]", json!(["y"])),
            ("empty", json!([])),
            (
                ".name | ltrimstr(\"mpdm-\") | ascii_upcase",
                json!(["A--B-1"]),
            ),
            ("\"aGk=\" | @base64d", json!(["hi"])),
            ("{b: 1, a: .tags | length}", json!([{"b": 1, "a": 2}])),
        ] {
            assert_eq!(run(code, &row).map(Into::into), Ok(made), "{code}");
        }
        assert_eq!(
            run(".name.x", &row).unwrap_err(),
            "cannot index \"mpdm-a--b-1\" with \"x\""
        );
    }

    #[test]
    fn what_is_made_here_is_what_jq_says() {
        let values =
            json!([null, false, true, 0, -1.5, "", "a", "ab", "b", [], [0], {}, {"a": null}]);
        for (name, definition) in [
            ("null", "[][0]"),
            ("true", "0 == 0"),
            ("false", "0 != 0"),
            ("not", "if . then 0 != 0 else 0 == 0 end"),
            ("isboolean", "type == \"boolean\""),
            ("isnumber", "type == \"number\""),
            ("isstring", "type == \"string\""),
            ("isarray", "type == \"array\""),
            ("isobject", "type == \"object\""),
            ("is_among(\"b a\")", ". == \"a\" or . == \"b\""),
            (
                "begins_with(\"a\")",
                "type == \"string\" and (. + \"\" | ltrimstr(\"a\") != .)",
            ),
        ] {
            let both = [name, definition].map(|code| run(&format!("[.[] | {code}]"), &values));
            assert_eq!(both[0], both[1], "{name}");
            assert!(both[0].is_ok(), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_compiled_says_where() {
        for (code, what) in [
            (".[", "closing bracket is missing at the end"),
            ("", "term is missing at the end"),
            (".a |", "term is missing at the end"),
            (".a\n| .b c", "line 2: it does not compile at \"c\""),
            (
                ".Channel name",
                "it does not compile at \"name\"; a key with a space is written .[\"Channel name\"]",
            ),
            ("\"x", ""),
            ("nothing_of_this", "`nothing_of_this` is no filter here at"),
            (".a | $x", "`$x` is no variable here at"),
        ] {
            let error = Filter::compile(code, &[]).unwrap_err().to_string();
            assert!(!error.is_empty() && error.contains(what), "{code}: {error}");
        }
    }

    #[test]
    fn secrets_the_clock_and_the_process_are_out_of_reach() {
        for code in [
            "env",
            "$ENV",
            "now",
            "halt",
            "halt_error",
            "input",
            "debug",
            "stderr",
            "localtime",
        ] {
            assert!(Filter::compile(code, &[]).is_err(), "{code}");
        }
    }
}
