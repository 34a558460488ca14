//! Where the rows of each community are.

use std::io::{self, Write};

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{Communities, CommunityOutcomes};

use super::text::{Text, count, number};
use super::{bar, totals};

/// Nobody reads more communities than this.
pub(super) const MOST_LISTED: usize = 200;

pub(super) fn write(communities: &Communities, html: &mut impl Write) -> io::Result<()> {
    let named = communities
        .listed
        .iter()
        .filter(|listed| listed.group_id.is_some());
    let listed = named.count() as u64;
    let further = match communities.count.saturating_sub(listed) {
        0 => String::new(),
        further => format!(" {} more are not listed.", number(further)),
    };
    writeln!(
        html,
        "<table class=\"communities\"><caption>{}, those with most rows that failed first.{further}</caption>\
         <thead><tr><th scope=\"col\">Community</th><th scope=\"col\" class=\"number\">Rows</th>\
         <th scope=\"col\">Outcomes</th></tr></thead><tbody>",
        match communities.count {
            1 => "1 community".to_owned(),
            count => format!("{} communities", number(count)),
        }
    )?;
    for community in &communities.listed {
        write_community(community, html)?;
    }
    writeln!(html, "</tbody></table>")
}

fn write_community(community: &CommunityOutcomes, html: &mut impl Write) -> io::Result<()> {
    let counts: Vec<(Outcome, u64)> = Outcome::ALL
        .into_iter()
        .zip(community.rows)
        .filter(|(_, rows)| *rows > 0)
        .collect();
    let rows: u64 = counts.iter().map(|(_, rows)| rows).sum();
    let words: Vec<String> = counts
        .iter()
        .map(|(outcome, rows)| format!("{} {}", number(*rows), totals::name(*outcome)))
        .collect();
    let parts: Vec<(&str, u64)> = counts
        .iter()
        .map(|(outcome, rows)| (outcome.name(), *rows))
        .collect();
    write!(html, "<tr><th scope=\"row\">")?;
    match &community.group_id {
        Some(group_id) => write!(html, "<bdi>{}</bdi>", Text(group_id))?,
        None => write!(html, "none <small>{} invalid</small>", count(rows, "row"))?,
    }
    writeln!(
        html,
        "</th><td class=\"number\">{}</td><td>{}{}</td></tr>",
        number(rows),
        words.join(", "),
        bar::of(&parts, rows, "bar")
    )
}
