//! A drawing of boxes and arrows as SVG, for a light and a dark page.

use std::fmt::Write as _;

const STYLE: &str = "\
    .paper{fill:#fff}.box{fill:#f3f5f7;stroke:#8c959f}.good{fill:#dff3e4;stroke:#1a7f37}.bad{fill:#fbe3e4;stroke:#c4232d}\
    .doubt{fill:#fdeedb;stroke:#b35900}.again{fill:#e2edfb;stroke:#0550ae}.aside{fill:none;stroke:#8c959f;stroke-dasharray:5 4}\
    text{fill:#1b1f24;font:14px system-ui,'Segoe UI',Helvetica,Arial,sans-serif}.quiet{fill:#545d68}.name{font-weight:600}\
    .line{fill:none;stroke:#545d68;stroke-width:1.5}.head{fill:#545d68}.graph{fill:none;stroke:#3b7dd8;stroke-width:3}\
    .quota{fill:none;stroke:#c4232d;stroke-width:2;stroke-dasharray:7 4}\
    @media(prefers-color-scheme:dark){.paper{fill:#0f141a}.box{fill:#1a212a;stroke:#7d8793}.good{fill:#12351d;stroke:#3fb950}\
    .bad{fill:#3d1719;stroke:#ff6b64}.doubt{fill:#3a2712;stroke:#f0883e}.again{fill:#132a45;stroke:#7fbcff}.aside{stroke:#7d8793}\
    text{fill:#e6edf3}.quiet{fill:#a5b0bc}.line{stroke:#a5b0bc}.head{fill:#a5b0bc}.graph{stroke:#58a0ff}.quota{stroke:#ff8a84}}";

/// How far apart two lines of text are.
const LEADING: i32 = 19;
const MARGIN: i32 = 16;

/// A rectangle: left, top, width, height.
#[derive(Clone, Copy)]
pub(crate) struct Area(
    pub(crate) i32,
    pub(crate) i32,
    pub(crate) i32,
    pub(crate) i32,
);

impl Area {
    pub(crate) const fn left(self) -> (i32, i32) {
        (self.0, self.1 + self.3 / 2)
    }

    pub(crate) const fn right(self) -> (i32, i32) {
        (self.0 + self.2, self.1 + self.3 / 2)
    }

    pub(crate) const fn top(self) -> (i32, i32) {
        (self.0 + self.2 / 2, self.1)
    }

    pub(crate) const fn bottom(self) -> (i32, i32) {
        (self.0 + self.2 / 2, self.1 + self.3)
    }
}

pub(crate) struct Drawing {
    head: String,
    parts: String,
}

impl Drawing {
    /// An empty drawing, and what it shows in words.
    pub(crate) fn new(width: i32, height: i32, words: &str) -> Self {
        let (all_width, all_height) = (width + 2 * MARGIN, height + 2 * MARGIN);
        Self {
            head: format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} {} {all_width} {all_height}\" width=\"{all_width}\" \
                 height=\"{all_height}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
                 <rect class=\"paper\" x=\"{}\" y=\"{}\" width=\"{all_width}\" height=\"{all_height}\" rx=\"8\"/>\n",
                -MARGIN,
                -MARGIN,
                escaped(words),
                -MARGIN,
                -MARGIN
            ),
            parts: String::new(),
        }
    }

    fn add(&mut self, part: std::fmt::Arguments<'_>) {
        let _ = self.parts.write_fmt(part);
        self.parts.push('\n');
    }

    /// A box with lines of text in its middle; the first is its name.
    pub(crate) fn area(&mut self, area: Area, class: &str, lines: &[&str]) -> Area {
        let Area(left, top, width, height) = area;
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>"
        ));
        let rows = i32::try_from(lines.len()).unwrap_or_default();
        let first = top + height / 2 - LEADING * (rows - 1) / 2 + 5;
        for (row, line) in (0..).zip(lines) {
            let class = if row == 0 { "name" } else { "quiet" };
            self.add(format_args!(
                "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                left + width / 2,
                first + LEADING * row,
                escaped(line)
            ));
        }
        area
    }

    /// A line through these points, with a head at its end.
    pub(crate) fn arrow(&mut self, points: &[(i32, i32)]) {
        let [.., before, end] = points else {
            return;
        };
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x} {y}")).collect();
        self.add(format_args!(
            "<path class=\"line\" d=\"M{}\"/>",
            path.join("L")
        ));
        let (x, y) = end;
        let (dx, dy) = ((end.0 - before.0).signum(), (end.1 - before.1).signum());
        // The head points along the last part of the line, which is level or upright.
        let (one, other) = if dx != 0 {
            ((x - 9 * dx, y - 5), (x - 9 * dx, y + 5))
        } else {
            ((x - 5, y - 9 * dy), (x + 5, y - 9 * dy))
        };
        self.add(format_args!(
            "<path class=\"head\" d=\"M{x} {y}L{} {}L{} {}Z\"/>",
            one.0, one.1, other.0, other.1
        ));
    }

    pub(crate) fn path(&mut self, class: &str, path: &str) {
        self.add(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
    }

    /// Text that begins, ends or has its middle here: `start`, `end`, `middle`.
    pub(crate) fn text(&mut self, (x, y): (i32, i32), anchor: &str, text: &str) {
        self.add(format_args!(
            "<text class=\"quiet\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        ));
    }

    pub(crate) fn finish(self) -> String {
        format!("{}{}</svg>\n", self.head, self.parts)
    }
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
