//! What a terminal shows, as SVG.

use std::fmt::Write as _;

use super::drawing::escaped;

const STYLE: &str = "\
    rect{fill:#0f141a}text{fill:#e6edf3;font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}\
    .dim{fill:#7d8793}.cyan{fill:#56d4dd}";
const COLUMN: f64 = 8.4;
const LINE: f64 = 19.0;
const MARGIN: f64 = 16.0;

/// The screen that tmux has captured, with its colours.
pub(crate) fn drawing(screen: &str) -> String {
    let lines: Vec<Vec<(&str, String)>> = screen.trim_end().lines().map(parts).collect();
    let longest = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
    let width = precise(longest) * COLUMN + 2.0 * MARGIN;
    let height = precise(lines.len()) * LINE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         role=\"img\">\n<title>The live view of an import in a terminal</title>\n<style>{STYLE}</style>\n\
         <rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\"/>\n"
    );
    let mut y = MARGIN + 14.0;
    for line in lines {
        let mut column = 0;
        for (class, text) in line {
            let wide = text.chars().count();
            // The given length keeps columns in their place, whatever the font.
            let _ = writeln!(
                svg,
                "<text class=\"{class}\" x=\"{:.1}\" y=\"{y:.1}\" textLength=\"{:.1}\" xml:space=\"preserve\">{}</text>",
                MARGIN + precise(column) * COLUMN,
                precise(wide) * COLUMN,
                escaped(&text)
            );
            column += wide;
        }
        y += LINE;
    }
    svg + "</svg>\n"
}

fn columns(line: &[(&str, String)]) -> usize {
    line.iter().map(|(_, text)| text.chars().count()).sum()
}

#[allow(clippy::cast_precision_loss, reason = "it is a place in a drawing")]
const fn precise(count: usize) -> f64 {
    count as f64
}

/// A line's texts with the colour of each.
fn parts(line: &str) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    let mut class = "";
    for (place, part) in line.split('\u{1b}').enumerate() {
        let text = match part.strip_prefix('[').and_then(|part| part.split_once('m')) {
            Some((codes, text)) if place > 0 => {
                class = if codes.contains("36") {
                    "cyan"
                } else if codes.contains('2') {
                    "dim"
                } else {
                    ""
                };
                text
            }
            _ => part,
        };
        if !text.is_empty() {
            parts.push((class, text.to_owned()));
        }
    }
    parts
}
