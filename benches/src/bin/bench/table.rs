//! The table that is printed, in Markdown.

use std::fmt;

pub(crate) const HEAD: &str = "\
| what | against | measured | to reach | reached |
| --- | --- | --- | --- | --- |
";

/// One line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) against: String,
    pub(crate) figure: Figure,
    pub(crate) target: Target,
}

/// What was measured.
pub(crate) enum Figure {
    /// A number, and the words in which it is shown.
    Measured(f64, String),
    /// Why there is none.
    Missing(&'static str),
}

#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64, &'static str),
    AtMost(f64, &'static str),
    /// Shown for information.
    None,
}

impl Row {
    pub(crate) fn new(what: &str, against: &str, figure: Figure, target: Target) -> Self {
        Self {
            what: what.to_owned(),
            against: against.to_owned(),
            figure,
            target,
        }
    }
}

impl Figure {
    /// How many times the other side's, and what lies behind it.
    pub(crate) fn times(ratio: f64, behind: &str) -> Self {
        Self::Measured(ratio, format!("{ratio:.2}× ({behind})"))
    }
}

impl Target {
    fn reached(self, value: f64) -> &'static str {
        let is_reached = match self {
            Self::AtLeast(least, _) => value >= least,
            Self::AtMost(most, _) => value <= most,
            Self::None => return "–",
        };
        if is_reached { "yes" } else { "**no**" }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least, unit) => write!(f, "≥ {least}{unit}"),
            Self::AtMost(most, unit) => write!(f, "≤ {most}{unit}"),
            Self::None => f.write_str("–"),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            against,
            figure,
            target,
        } = self;
        let (words, reached) = match figure {
            Figure::Measured(value, words) => (words.as_str(), target.reached(*value)),
            Figure::Missing(why) => (*why, "–"),
        };
        write!(f, "| {what} | {against} | {words} | {target} | {reached} |")
    }
}
