//! Formats the report as a table that is 80 characters wide.

use super::belief::Verdict;
use super::report::{Report, Tried};

/// The columns and the spaces between them make 80.
const WIDTHS: [usize; 4] = [44, 7, 16, 7];
const BETWEEN: &str = "  ";

/// The table's lines, its head first.
pub(crate) fn table(report: &Report) -> Vec<String> {
    let head = ["belief", "source", "the service", ""].map(str::to_owned);
    let rule = WIDTHS.map(|width| "-".repeat(width));
    let rows = report.beliefs.iter().map(cells);
    [head, rule]
        .into_iter()
        .chain(rows)
        .flat_map(|cells| lines(&cells))
        .collect()
}

fn cells(tried: &Tried) -> [String; 4] {
    let (found, verdict) = match tried.verdict {
        Verdict::Agrees => (tried.brief.clone(), "agrees"),
        Verdict::Differs => (
            format!("{}; expected: {}", tried.found, tried.expected),
            "DIFFERS",
        ),
        Verdict::Untried => (tried.found.clone(), "untried"),
    };
    [
        tried.belief.clone(),
        tried.source.to_owned(),
        found,
        verdict.to_owned(),
    ]
}

/// The lines of a row: as many as its tallest cell has.
fn lines(cells: &[String; 4]) -> Vec<String> {
    let mut columns = Vec::new();
    for (cell, width) in cells.iter().zip(WIDTHS) {
        columns.push(wrapped(cell, width));
    }
    let height = columns.iter().map(Vec::len).max().unwrap_or_default();
    (0..height)
        .map(|line| {
            let cells = columns.iter().zip(WIDTHS).map(|(column, width)| {
                let cell = column.get(line).map_or("", String::as_str);
                format!("{cell:<width$}")
            });
            let cells: Vec<String> = cells.collect();
            cells.join(BETWEEN).trim_end().to_owned()
        })
        .collect()
}

/// Wraps a text into lines of at most `width` characters, between words where possible.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split(' ') {
        let characters = word.chars().count();
        if length > 0 && length + 1 + characters > width {
            lines.push(String::new());
            length = 0;
        }
        let mut separator = if length > 0 { " " } else { "" };
        for character in word.chars() {
            if length + separator.len() == width {
                lines.push(String::new());
                length = 0;
                separator = "";
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(separator);
                line.push(character);
            }
            length += separator.len() + 1;
            separator = "";
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fill_a_terminal() {
        let between = BETWEEN.len() * (WIDTHS.len() - 1);
        assert_eq!(WIDTHS.into_iter().sum::<usize>() + between, 80);
    }

    #[test]
    fn text_breaks_between_words_and_inside_those_that_are_too_long() {
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("a bc def", 5), ["a bc", "def"]);
        assert_eq!(wrapped("abcde fghijklm n", 5), ["abcde", "fghij", "klm n"]);
        assert_eq!(wrapped("题题题题", 3), ["题题题", "题"]);
    }
}
