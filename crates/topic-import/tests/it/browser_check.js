// Runs in a page that holds the report in frames, and says what it finds in each of them as JSON.
"use strict";

function channels(color) {
  const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
  return { rgb: [red, green, blue], alpha };
}

function luminance({ rgb }) {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function background(element, view) {
  for (let at = element; at; at = at.parentElement) {
    const color = channels(view.getComputedStyle(at).backgroundColor);
    if (color.alpha === 1) return color;
  }
  return { rgb: [255, 255, 255], alpha: 1 };
}

// Texts with too little contrast to what is behind them.
function faint(page, view) {
  const all = Array.from(page.body.querySelectorAll("*"));
  const withText = all.filter((element) =>
    !element.closest("script, style") && Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim()));
  return withText.filter((element) => {
    const [one, other] = [luminance(channels(view.getComputedStyle(element).color)), luminance(background(element, view))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) < 4.5;
  }).map((element) => element.outerHTML.slice(0, 100));
}

// The words that a screen reader says for an element that is not text.
function namelessParts(page) {
  const parts = Array.from(page.querySelectorAll("section, nav, svg, input, table"));
  return parts.filter((part) => {
    if (part.getAttribute("aria-hidden") === "true") return false;
    const labelledBy = part.getAttribute("aria-labelledby");
    const label = labelledBy ? page.getElementById(labelledBy) : part.labels?.[0] ?? part.caption;
    return !(part.getAttribute("aria-label") ?? label?.textContent ?? "").trim();
  }).map((part) => part.outerHTML.slice(0, 100));
}

// Every page of rows, as its first and last line and their number; at last page 2, asked for by its number.
function paged(page) {
  const pager = page.querySelector(".pager");
  if (!pager || pager.hidden) return [];
  const seen = [];
  const look = () => {
    const lines = Array.from(page.querySelectorAll("#failed-rows tbody td.number"), (cell) => Number(cell.textContent));
    seen.push([lines[0], lines[lines.length - 1], lines.length]);
  };
  look();
  while (!pager.querySelector(".after").disabled) {
    pager.querySelector(".after").click();
    look();
  }
  const number = pager.querySelector("input");
  number.value = "2";
  number.dispatchEvent(new Event("change"));
  look();
  return seen;
}

// The topics of each community, unfolded.
function unfolded(page) {
  return Array.from(page.querySelectorAll("details.topics"), (details) => {
    details.dispatchEvent(new Event("toggle"));
    return Array.from(details.querySelectorAll("li"), (item) => item.textContent);
  });
}

// The links to the rows of each reason, and where they lead.
function reasons(page) {
  return Array.from(page.querySelectorAll("a[data-reason]"), (link) => [link.textContent, link.hash]);
}

// What is said of the rows that are shown, if they are only those of one reason.
function onlyOne(page) {
  const said = page.getElementById("one-reason");
  return said.hidden ? null : said.textContent;
}

function follow(link, view) {
  view.location.hash = link.hash;
  view.dispatchEvent(new view.Event("hashchange"));
}

// How many rows there are after the link to those of the first reason, and where the keyboard goes on.
function firstReason(page, view) {
  follow(page.querySelector("a[data-reason]"), view);
  return [page.getElementById("found").textContent, page.activeElement.textContent];
}

// How many rows there are after the link that shows those of all reasons.
function allAgain(page, view) {
  follow(page.querySelector("#one-reason a"), view);
  return [page.getElementById("found").textContent, onlyOne(page)];
}

function check(frame) {
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  const root = page.documentElement;
  const rows = Array.from(page.querySelectorAll("#failed-rows tbody tr"));
  return {
    title: page.title,
    found: page.getElementById("found").textContent,
    search_is_shown: page.getElementById("search").getClientRects().length > 0,
    shown: rows.filter((row) => row.getClientRects().length > 0).map((row) => row.cells[1].querySelector("bdi")?.textContent),
    width: root.clientWidth,
    overflow: root.scrollWidth - root.clientWidth,
    is_dark: luminance(background(page.body, view)) < 0.2,
    faint: faint(page, view),
    nameless: namelessParts(page),
    landmarks: Array.from(page.querySelectorAll("header, nav, main, footer, [role=search]")).map((part) => part.tagName),
    unscoped: Array.from(page.querySelectorAll("th:not([scope])")).length,
    first_focus: page.querySelector("a, input, summary, [tabindex='0']").textContent,
    forced_order: page.querySelectorAll("[tabindex]:not([tabindex='-1']):not([tabindex='0'])").length,
    rows_as_html: page.querySelector("#failed-rows tbody").innerHTML,
    times: Array.from(page.querySelectorAll("header time"), (time) => time.textContent),
    topics: unfolded(page),
    pages: paged(page),
    reasons: reasons(page),
    only_one: onlyOne(page),
    first_reason: firstReason(page, view),
    all_again: allAgain(page, view),
    fetched: view.performance.getEntriesByType("resource").map((entry) => entry.name),
  };
}

addEventListener("load", () => {
  const result = document.createElement("pre");
  result.textContent = `RESULT${JSON.stringify(Array.from(document.querySelectorAll("iframe"), check))}TLUSER`;
  document.body.append(result);
});
