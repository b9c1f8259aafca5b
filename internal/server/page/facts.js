// What is known of the models, a column each.

import { count, h, percent, score } from "./dom.js";

function scores(part) {
  if (!part) return "–";
  const named = Object.entries(part).filter(([, v]) => Number.isFinite(v));
  named.sort(([a], [b]) => (a === "loss") - (b === "loss")); // the loss says least
  return h("ul", {}, ...named.map(([name, v]) => h("li", {}, `${name} ${name === "accuracy" ? percent(v) : score(v)}`)));
}

const many = 8; // classes; more are folded, as a phone would show nothing else

function says(m) {
  if (m.task === "number") return "a number";
  const several = m.task === "labels";
  const list = (several ? "any of " : "") + m.classes.join(", ");
  return m.classes.length > many ? h("details", {}, h("summary", {}, `${several ? "any" : "one"} of ${count(m.classes.length)} ${several ? "labels" : "classes"}`), list) : list;
}

const when = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

const rows = [
  ["Says", says],
  ["Parameters", (m) => count(m.parameters)],
  ["Layers", (m) => h("ol", {}, ...m.layers.map((l) => h("li", {}, l)))],
  ["Reads", (m) => (m.max_words > 0 ? `up to ${count(m.max_words)} words` : "–")],
  ["Validation", (m) => scores(m.validation)],
  ["Test", (m) => scores(m.test)],
  ["Loaded", (m) => (Number.isNaN(Date.parse(m.loaded)) ? "–" : when.format(new Date(m.loaded)))],
];

export function facts(models) {
  return [
    h("thead", {}, h("tr", {}, h("td", {}), ...models.map((m) => h("th", { scope: "col" }, m.name)))),
    h("tbody", {}, ...rows.map(([name, of]) => h("tr", {}, h("th", { scope: "row" }, name), ...models.map((m) => h("td", {}, of(m)))))),
  ];
}
