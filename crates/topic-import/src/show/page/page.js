"use strict";
(() => {
  const input = document.getElementById("search");
  if (!input) return;
  const rows = Array.from(document.querySelectorAll("#failed-rows tbody tr"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const found = document.getElementById("found");
  let timer;

  function filter() {
    const words = input.value.toLowerCase().split(/\s+/).filter((word) => word);
    let shown = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every((word) => texts[place].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    found.textContent = words.length ? `${shown} of ${rows.length} rows match` : `${rows.length} rows`;
  }

  // A link may contain the search words, as in …#q=rejected
  function follow() {
    if (!location.hash.startsWith("#q=")) return;
    const asked = location.hash.slice(3);
    try {
      input.value = decodeURIComponent(asked);
    } catch {
      input.value = asked;
    }
    filter();
    input.scrollIntoView();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 100);
  });
  addEventListener("hashchange", follow);
  input.closest(".search").hidden = false;
  filter();
  follow();
})();
