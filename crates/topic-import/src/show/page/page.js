"use strict";
(() => {
  const number = (value) => value.toLocaleString("en");
  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };

  // The time of the reader's clock, beside UTC.
  for (const time of document.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    if (moment.getTimezoneOffset() === 0) continue;
    const digits = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
    const parts = new Intl.DateTimeFormat("en", { timeZoneName: "short" }).formatToParts(moment);
    const zone = parts.find((part) => part.type === "timeZoneName").value;
    time.append(` (${moment.toLocaleString("sv-SE", digits)} ${zone})`);
  }

  // Rows are data in the page, many of them in each of these elements.
  const stores = (kind) => Array.from(document.querySelectorAll(`script.${kind}`));
  const failed = stores("failed");
  const all = failed.concat(stores("there"));

  function read(store) {
    const { groups, reasons, files, rows, alike } = JSON.parse(store.textContent);
    return rows.map(([line, place, called, id, reason, fileAt], at) => {
      const group = place === null ? null : groups[place];
      const full = group === null ? id : id ? `${group}@TOPIC#_${id}` : group;
      const file = fileAt === null ? "" : files[fileAt];
      return { ...reasons[reason], line, file, group, called, id: full, alike: alike?.[at] ?? null };
    });
  }

  function topic(row) {
    const outcome = element("b", row.words);
    outcome.className = row.outcome;
    return element("li", element("bdi", row.called || "(no name)"), " ", outcome);
  }

  const MOST_TOPICS = 1000;
  for (const folded of document.querySelectorAll("details.topics")) {
    const group = folded.dataset.group;
    // Most elements have no row of this community; their text shows it.
    const named = JSON.stringify(group).replaceAll("<", "\\u003c");
    const fill = () => {
      const holding = all.filter((store) => store.textContent.includes(named));
      const topics = holding.flatMap(read).filter((row) => row.group === group);
      topics.sort((one, other) => (one.file === other.file ? one.line - other.line : one.file < other.file ? -1 : 1));
      const shown = topics.slice(0, MOST_TOPICS).map(topic);
      if (topics.length > MOST_TOPICS) shown.push(element("li", `and ${number(topics.length - MOST_TOPICS)} more`));
      folded.querySelector("ul").replaceChildren(...shown);
    };
    if (folded.open) fill();
    else folded.addEventListener("toggle", fill, { once: true });
  }

  const input = document.getElementById("search");
  if (!input) return;
  const table = document.getElementById("failed-rows");
  const body = table.tBodies[0];
  const together = Number(table.dataset.together);
  const counts = failed.map((store) => Number(store.dataset.rows));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const found = document.getElementById("found");
  const pagers = Array.from(document.querySelectorAll(".pager"));
  const oneReason = document.getElementById("one-reason");
  // For what stands at a row as `alike`, its reason: the number of a row of the table of reasons, or null.
  const reasonOf = JSON.parse(table.dataset.reasons);
  const linkOf = new Map(Array.from(document.querySelectorAll("a[data-reason]"), (link) => [Number(link.dataset.reason), link]));
  // The reason whose rows are shown; null if those of all are.
  let reason = null;
  // The rows that match what is searched; null while nothing is.
  let matching = null;
  const allRows = `${number(total)} ${total === 1 ? "row" : "rows"}`;
  let page = 0;
  let timer;

  function rowsOfAll(from, to) {
    const rows = [];
    let start = 0;
    failed.forEach((store, place) => {
      const end = start + counts[place];
      if (start < to && end > from) rows.push(...read(store).slice(Math.max(from - start, 0), to - start));
      start = end;
    });
    return rows;
  }

  function tableRow(row) {
    const line = element("td", String(row.line));
    line.className = "number";
    const name = element("th");
    name.scope = "row";
    if (row.kind === "community") name.append(element("small", "community"));
    name.append(row.called ? element("bdi", row.called) : "(no name)");
    if (row.id) name.append(element("small", element("bdi", row.id)));
    if (row.file) name.append(element("small", "in ", element("bdi", row.file)));
    const outcome = element("b", row.words);
    outcome.className = row.outcome;
    const what = element("td", outcome);
    if (row.code !== null) {
      const code = element("a", String(row.code));
      code.setAttribute("href", `#${row.kind === "community" ? "community-" : ""}code${row.code}`);
      what.append(" ", code);
    }
    if (row.why !== null) what.append(" ", element("bdi", row.why));
    return element("tr", line, name, what);
  }

  const pages = () => Math.max(Math.ceil((matching ? matching.length : total) / together), 1);

  function turn(to) {
    page = Math.min(Math.max(to, 0), pages() - 1);
    const [from, end] = [page * together, (page + 1) * together];
    const rows = matching ? matching.slice(from, end) : rowsOfAll(from, end);
    body.replaceChildren(...rows.map(tableRow));
    showPage();
  }

  function showPage() {
    for (const pager of pagers) {
      pager.hidden = pages() === 1;
      pager.querySelector("input").value = page + 1;
      pager.querySelector("input").max = pages();
      pager.querySelector("span").textContent = number(pages());
      pager.querySelector(".before").disabled = page === 0;
      pager.querySelector(".after").disabled = page === pages() - 1;
    }
  }

  function has(row, words) {
    const text = [row.file, row.line, row.kind === "community" ? row.kind : "", row.called || "(no name)", row.id, row.words, row.code ?? "", row.why ?? ""]
      .join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  }

  // So many elements are searched before the browser may do something else.
  const SEARCHED_TOGETHER = 20;
  function search() {
    clearTimeout(timer);
    const words = input.value.toLowerCase().split(/\s+/).filter((word) => word);
    if (!words.length && reason === null) {
      matching = null;
      found.textContent = allRows;
      turn(0);
      return;
    }
    matching = [];
    let next = 0;
    const step = () => {
      const stores = failed.slice(next, next + SEARCHED_TOGETHER);
      next += stores.length;
      const isShown = (row) => (reason === null || reasonOf[row.alike] === reason) && has(row, words);
      for (const store of stores) matching.push(...read(store).filter(isShown));
      const isDone = next === failed.length;
      found.textContent = `${number(matching.length)} of ${allRows} match${isDone ? "" : "; still searching"}`;
      if (isDone || next === stores.length) turn(0);
      else showPage();
      if (!isDone) timer = setTimeout(step, 0);
    };
    step();
  }

  // Shows the rows of one reason, or with null those of all, that have these words.
  function show(one, words) {
    reason = one;
    oneReason.hidden = reason === null;
    oneReason.querySelector("strong").textContent = linkOf.get(reason)?.textContent ?? "";
    input.value = words;
    search();
  }

  function decoded(asked) {
    try {
      return decodeURIComponent(asked);
    } catch {
      return asked;
    }
  }

  // A link may name a reason, as in …#reason=3, or words to be searched, as in …#q=rejected
  function follow() {
    const [name, asked] = location.hash.slice(1).split(/=(.*)/);
    if (name === "reason" && linkOf.has(parseInt(asked, 10))) {
      show(parseInt(asked, 10), "");
      document.getElementById("failed").scrollIntoView();
      // Whoever goes on with the keyboard goes on here.
      oneReason.querySelector("a").focus({ preventScroll: true });
    } else if (name === "failed" && reason !== null) {
      show(null, input.value);
    } else if (name === "q") {
      show(null, decoded(asked));
      input.scrollIntoView();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 100);
  });
  for (const pager of pagers) {
    pager.querySelector(".before").addEventListener("click", () => turn(page - 1));
    pager.querySelector(".after").addEventListener("click", () => turn(page + 1));
    pager.querySelector("input").addEventListener("change", (event) => turn(Number(event.target.value) - 1));
  }
  for (const [one, link] of linkOf) link.hash = `reason=${one}`;
  addEventListener("hashchange", follow);
  input.closest(".search").hidden = false;
  found.textContent = allRows;
  showPage();
  follow();
})();
