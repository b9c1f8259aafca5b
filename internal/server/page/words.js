// The words' pushes as tables, for those who do not see the colours.

import { h, signed } from "./dom.js";

const most = 8; // rows of a table

// strongest adds up the pushes of each word, whatever its case, and returns the
// words of one sign, the strongest first.
function strongest(words, sign) {
  const sums = new Map();
  for (const w of words) {
    const key = w.word.toLowerCase();
    const sum = sums.get(key) ?? { word: key, push: 0, times: 0 };
    sum.push += w.push;
    sum.times++;
    sums.set(key, sum);
  }
  return [...sums.values()].filter((w) => w.push * sign > 0)
    .sort((a, b) => sign * (b.push - a.push)).slice(0, most);
}

function table(caption, kind, rows, scale) {
  // Two places, and for a text of weak words as many as its strongest needs.
  const places = Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(scale))));
  rows = rows.filter((w) => Math.abs(w.push) >= 0.5 * 10 ** -places);
  const body = rows.map((w) => {
    const fill = h("span", { class: "fill" });
    fill.style.setProperty("--part", Math.abs(w.push) / scale);
    return h("tr", {},
      h("th", { scope: "row" }, w.word, ...(w.times > 1 ? [h("span", { class: "times" }, ` × ${w.times}`)] : [])),
      h("td", { class: "gauge", "aria-hidden": "true" }, fill), h("td", { class: "push" }, signed(w.push, places)));
  });
  if (rows.length === 0) body.push(h("tr", {}, h("td", { class: "empty", colspan: 3 }, "none")));
  return h("table", { class: `pushes ${kind}` }, h("caption", {}, h("span", {}, caption)),
    h("thead", { class: "unseen" }, h("tr", {}, h("th", { scope: "col" }, "word"), h("td", {}), h("th", { scope: "col" }, "push"))),
    h("tbody", {}, ...body));
}

// tables returns the words towards and against.
export function tables(words, [towards, against]) {
  const [up, down] = [strongest(words, 1), strongest(words, -1)];
  const scale = Math.max(...[...up, ...down].map((w) => Math.abs(w.push)));
  return [table(towards, "towards", up, scale), table(against, "against", down, scale)];
}
