//! Whether a cell of a table is what was written into it.

use topic_import_core::Field;

use crate::input::problem::{Problem, ProblemRule, excerpt};

/// Whether a spreadsheet wrote a long number so that most of its digits are gone: `1.40019E+11`, or `1.40019e+11`.
fn is_rounded(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_large = text.contains("E+");
    let parts = text.split_once(if is_large { "E+" } else { "e+" });
    parts.is_some_and(|(number, exponent)| {
        let parts = number.split_once(['.', ',']);
        // A name may be `1e+11`, and no spreadsheet writes a number so.
        let parts = parts.or_else(|| is_large.then_some((number, "0")));
        let (whole, parts) = parts.unwrap_or_default();
        is_digits(exponent) && is_digits(whole) && is_digits(parts)
    })
}

/// Whether a spreadsheet could not calculate what should stand here, such as the name `@lobby`, which it took for a formula.
fn is_error(text: &str) -> bool {
    matches!(
        text,
        "#NAME?" | "#N/A" | "#REF!" | "#VALUE!" | "#DIV/0!" | "#NUM!" | "#NULL!"
    )
}

/// Whether a cell is what was written into it, and not what a spreadsheet has made of that.
pub(crate) fn is_whole(text: &str) -> bool {
    !is_rounded(text) && !is_error(text)
}

/// What is wrong with a cell that is not what was written into it.
pub(crate) fn check_whole(line: u64, field: Field, text: &str) -> Result<(), Problem> {
    if is_rounded(text) {
        return Err(rounded(line, field, text));
    }
    if is_error(text) {
        let message = format!(
            "is {text}, the error value of a spreadsheet: write what should be there instead"
        );
        return Err(Problem {
            found: text.into(),
            rule: ProblemRule::Format,
            field: Some(field.name().into()),
            ..Problem::syntax(line, message)
        });
    }
    Ok(())
}

/// What is wrong with the cell of an ID that has a space at either end, which nobody sees, and which makes another ID of it.
pub(crate) fn check_ends(line: u64, field: Field, text: &str) -> Result<(), Problem> {
    if !has_space_at_an_end(field, text) {
        return Ok(());
    }
    let end = if text.ends_with(char::is_whitespace) {
        "end"
    } else {
        "beginning"
    };
    let shown = excerpt(text);
    let message = format!("is {shown:?}, with a space at the {end}: take it out");
    Err(Problem {
        found: shown.into(),
        rule: ProblemRule::Format,
        field: Some(field.name().into()),
        ..Problem::syntax(line, message)
    })
}

/// Whether the field is an ID, and its text has a space at either end.
pub(crate) fn has_space_at_an_end(field: Field, text: &str) -> bool {
    let is_id = matches!(
        field,
        Field::GroupId | Field::TopicId | Field::FromAccount | Field::OwnerAccount
    );
    is_id && (text.ends_with(char::is_whitespace) || text.starts_with(char::is_whitespace))
}

fn rounded(line: u64, field: Field, text: &str) -> Problem {
    let text = excerpt(text);
    Problem {
        line,
        element: None,
        field: Some(field.name().into()),
        rule: ProblemRule::Format,
        limit: "all digits".into(),
        found: text.into(),
        message: format!(
            "is {text:?}, a number that a spreadsheet has rounded: format the column as text there, restore the digits, and save the file again"
        )
        .into(),
    }
}
