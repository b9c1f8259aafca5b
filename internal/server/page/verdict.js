// The models' verdicts, a card each, side by side where there is room. A card is a
// radio button: the chosen model's pushes colour the words.

import { h, listed, number, percent, plural } from "./dom.js";

const most = 5; // classes that a card shows

// sides tells what a positive and a negative push do.
export function sides(model, toward) {
  if (model.task === "number") return ["raises the number", "lowers the number"];
  if (model.task === "classes" && model.classes.length === 2) return [`towards ${model.classes[1]}`, `towards ${model.classes[0]}`];
  return [`towards ${toward}`, `away from ${toward}`];
}

// Card shows what one model says.
export class Card {
  #model;
  #answer = h("div");
  #scale; // of a model with two classes
  #hint = h("p", { class: "hint" });

  constructor(model, single, onpick) {
    this.#model = model;
    this.#scale = model.task === "classes" && model.classes.length === 2 ? new Scale(model.classes) : null;
    this.radio = h("input", { type: "radio", name: "model", value: model.name, onchange: () => onpick(model) });
    this.root = h("div", { class: single ? "card single" : "card", "data-model": model.name },
      h("label", {}, this.radio, model.name),
      h("div", { class: "result" }, this.#answer, this.#scale?.root), this.#hint);
    this.clear();
  }

  // clear shows the card of an empty text.
  clear() {
    this.#answer.replaceChildren(h("p", { class: "answer none" }, "–"));
    this.#scale?.lean(0.5);
    this.#hint.textContent = "";
    this.stale(false);
  }

  // stale marks a verdict that is not about the text as it stands.
  stale(on) {
    this.root.classList.toggle("stale", on);
  }

  show(p) {
    this.#answer.replaceChildren(...this.#parts(p));
    this.#scale?.lean(p.probabilities[1].probability);
    this.#hint.replaceChildren(this.#known(p.known_words));
  }

  #parts(p) {
    if (this.#model.task === "number") return [h("p", { class: "answer" }, h("span", { class: "value" }, number(p.value)))];
    if (this.#model.task === "labels") return [h("p", { class: "answer" }, h("span", {}, listed(p.labels))), bars(p)];
    const top = h("p", { class: "answer" }, h("span", {}, p.label), h("span", { class: "value" }, percent(p.probability)));
    return this.#scale ? [top] : [top, bars(p)];
  }

  #known(n) {
    const reads = this.#model.max_words;
    if (n === 0) return h("strong", {}, "This model knows none of these words.");
    return plural(n, "known word") + (n === reads ? ", as many as it reads" : "");
  }
}

// Scale leans to one of two classes: from even in the middle to sure at an end. It
// stays the same element, so that it is seen to move.
class Scale {
  #fill = h("span", { class: "fill" });

  constructor([left, right]) {
    this.root = h("div", { class: "scale", "aria-hidden": "true" }, h("span", { class: "track" }, this.#fill),
      h("span", { class: "ends" }, h("span", {}, left), h("span", {}, right)));
  }

  lean(second) {
    this.#fill.className = second < 0.5 ? "fill against" : "fill towards";
    this.#fill.style.setProperty("--lean", Math.abs(second - 0.5));
  }
}

// bars shows few classes in their own order, which does not jump while one types, and
// of many the most probable. Labels do not share one probability, so of the others there
// is no sum.
function bars(p) {
  let shown = p.probabilities;
  let rest = [];
  if (shown.length > most) {
    const sorted = shown.toSorted((a, b) => b.probability - a.probability);
    [shown, rest] = [sorted.slice(0, most), sorted.slice(most)];
  }
  const given = p.labels ?? [p.label];
  const rows = shown.map((c) => bar(c.class, c.probability, given.includes(c.class)));
  if (rest.length > 0 && !p.labels) rows.push(bar(plural(rest.length, "other"), rest.reduce((sum, c) => sum + c.probability, 0), false));
  return h("ul", { class: "bars" }, ...rows);
}

function bar(name, p, top) {
  const fill = h("span", { class: "fill" });
  fill.style.setProperty("--part", p);
  return h("li", { class: top ? "top" : undefined },
    h("span", { class: "of" }, name), h("span", { class: "track" }, fill), h("span", { class: "part" }, percent(p)));
}
