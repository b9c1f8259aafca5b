// The training curves: a chart for each metric, the models' lines in one chart.
// Training is dashed, validation solid; models differ by colour and by the shape at
// the end of their lines.

import { byId, h, number, percent, s, score } from "./dom.js";

const shapes = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", "M-3.5-3.5h7v7h-7z", "M0-4.5L4.5 3.5H-4.5z",
  "M0-5L5 0L0 5L-5 0z", "M0 4.5L4.5-3.5H-4.5z", "M-5-1.5h3.5V-5h3v3.5H5v3H1.5V5h-3V1.5H-5z",
];
const look = (i) => ({ line: `line${i % shapes.length}`, shape: shapes[i % shapes.length] });
const swatch = (i) => s("svg", { class: look(i).line, viewBox: "-12 -6 24 12", width: 24, height: 12, "aria-hidden": "true" },
  s("path", { class: "curve", d: "M-12 0H12" }), s("path", { class: "end", d: look(i).shape }));

// metrics are the columns that have a validation column as well; loss comes first.
function metrics(runs) {
  const names = new Set(runs.flatMap((r) => r.epochs.flatMap(Object.keys)));
  return [...names].filter((n) => names.has(`val_${n}`) || n === "loss")
    .sort((a, b) => (b === "loss") - (a === "loss") || a.localeCompare(b));
}

// ticks are about n round numbers from lo to hi.
function ticks(lo, hi, n) {
  const raw = (hi - lo) / n || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((f) => f * power >= raw) * power;
  const all = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9; i++) all.push(i * step);
  return all;
}

// Curves draws the charts and keeps one epoch under the cursor in all of them.
export class Curves {
  #runs = []; // name, epochs, shown
  #charts = [];
  #epochs = [];
  #at = 0;
  #width = new ResizeObserver((entries) => {
    for (const e of entries) this.#charts.find((c) => c.frame === e.target)?.draw(this.#shown(), this.#epochs, this.#at);
  });

  // show draws the runs, each a model's name and its epochs.
  show(runs) {
    const hidden = new Set(this.#runs.filter((r) => !r.shown).map((r) => r.name));
    this.#runs = runs.map((r, i) => ({ ...r, index: i, shown: !hidden.has(r.name) }));
    this.#epochs = [...new Set(runs.flatMap((r) => r.epochs.map((e) => e.epoch)))].sort((a, b) => a - b);
    this.#at = this.#epochs.length - 1;
    byId("curves").hidden = this.#epochs.length === 0;

    byId("keys").replaceChildren(
      h("fieldset", {}, h("legend", { class: "unseen" }, "Models in the charts"), ...this.#runs.map((r) => this.#key(r))),
      h("p", { class: "kinds" }, stroke("val"), "validation", stroke("train"), "training"));

    this.#width.disconnect();
    this.#charts = metrics(runs).map((name) => new Chart(name, (at) => this.#move(at)));
    byId("charts").replaceChildren(...this.#charts.map((c) => c.root));
    for (const c of this.#charts) this.#width.observe(c.frame); // draws at once
  }

  #shown() {
    return this.#runs.filter((r) => r.shown);
  }

  #key(run) {
    const change = (e) => {
      run.shown = e.target.checked;
      for (const c of this.#charts) c.draw(this.#shown(), this.#epochs, this.#at);
    };
    return h("label", {}, h("input", { type: "checkbox", checked: run.shown, value: run.name, onchange: change }), swatch(run.index), run.name);
  }

  #move(at) {
    this.#at = Math.max(0, Math.min(this.#epochs.length - 1, at));
    for (const c of this.#charts) c.point(this.#epochs, this.#at);
  }
}

const stroke = (kind) => s("svg", { viewBox: "0 -3 24 6", width: 24, height: 6, "aria-hidden": "true" }, s("path", { class: `curve ${kind}`, d: "M0 0H24" }));

const pad = { left: 44, right: 14, top: 10, bottom: 30 };
const height = 240;

// Chart is one metric over the epochs. It is a slider of the epoch whose value can be
// read: the arrow keys move it, and so does the pointer.
class Chart {
  #name;
  #write;
  #onmove;
  #runs = [];
  #svg;
  #cursor;
  #read = h("tbody");
  #epoch = h("th", { scope: "col" });
  #x;
  #y;

  constructor(name, onmove) {
    this.#name = name;
    this.#write = name.includes("accuracy") ? percent : score;
    this.#onmove = onmove;
    const title = name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
    this.#svg = s("svg", { class: "chart", role: "slider", tabindex: 0, height, "aria-label": `${title} by epoch` });
    this.frame = h("div", { class: "frame" }, this.#svg);
    this.root = h("figure", { "data-metric": name }, h("figcaption", {}, title), this.frame,
      h("table", { class: "values" }, h("thead", {}, h("tr", {}, this.#epoch, h("th", { scope: "col" }, "validation"), h("th", { scope: "col" }, "training"))), this.#read));
  }

  draw(runs, epochs, at) {
    this.#runs = runs;
    const width = Math.max(this.frame.clientWidth, 200);
    const values = runs.flatMap((r) => r.epochs.flatMap((e) => [e[this.#name], e[`val_${this.#name}`]])).filter(Number.isFinite);
    let [lo, hi] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
    if (lo === hi) [lo, hi] = [lo - 0.5, hi + 0.5];
    const room = (hi - lo) * 0.06;
    [lo, hi] = [lo - room, hi + room];
    const [first, last] = [epochs[0], epochs.at(-1)];
    const inner = width - pad.left - pad.right;
    this.#x = (e) => pad.left + (last > first ? (e - first) / (last - first) : 0.5) * inner;
    this.#y = (v) => pad.top + ((hi - v) / (hi - lo)) * (height - pad.top - pad.bottom);

    const grid = ticks(lo, hi, 5).flatMap((v) => [
      s("path", { class: "grid", d: `M${pad.left} ${this.#y(v)}H${width - pad.right}` }),
      s("text", { x: pad.left - 8, y: this.#y(v), dy: "0.35em", "text-anchor": "end" }, this.#tick(v)),
    ]);
    const under = ticks(first, last, inner / 60).filter(Number.isInteger)
      .map((e) => s("text", { x: this.#x(e), y: height - 10, "text-anchor": "middle" }, String(e)));
    this.#cursor = s("g", { class: "cursor" });
    this.#svg.setAttribute("width", width);
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#svg.replaceChildren(...grid, ...under, ...runs.flatMap((r) => this.#lines(r)), this.#cursor);
    this.#listen(epochs);
    this.point(epochs, at);
  }

  // tick writes round numbers without the tenths of percent.
  #tick(v) {
    return this.#write === percent ? `${Math.round(v * 100)}%` : number(v);
  }

  #lines(run) {
    const { line, shape } = look(run.index);
    return [["train", this.#name], ["val", `val_${this.#name}`]].map(([kind, key]) => {
      const points = run.epochs.filter((e) => Number.isFinite(e[key]));
      const g = s("g", { class: line, "data-run": run.name, "data-kind": kind });
      if (points.length === 0) return g;
      const at = points.map((e) => `${this.#x(e.epoch).toFixed(1)} ${this.#y(e[key]).toFixed(1)}`);
      g.append(s("path", { class: `curve ${kind}`, d: "M" + at.join("L") }));
      g.append(s("path", { class: "end", d: shape, transform: `translate(${at.at(-1)})` }));
      return g;
    });
  }

  #listen(epochs) {
    const nearest = (x) => epochs.reduce((best, e, i) => (Math.abs(this.#x(e) - x) < Math.abs(this.#x(epochs[best]) - x) ? i : best), 0);
    const point = (e) => this.#onmove(nearest(e.clientX - this.#svg.getBoundingClientRect().left));
    this.#svg.onpointermove = point;
    this.#svg.onpointerdown = point;
    this.#svg.onkeydown = (e) => {
      const now = Number(this.#svg.dataset.at);
      const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, Home: 0, End: epochs.length - 1 }[e.key];
      if (to === undefined) return;
      e.preventDefault();
      this.#onmove(to);
    };
  }

  // point shows the values at an epoch.
  point(epochs, at) {
    const epoch = epochs[at];
    this.#svg.dataset.at = at;
    const rows = this.#runs.map((r) => {
      const e = r.epochs.find((v) => v.epoch === epoch) ?? {};
      return { run: r, train: e[this.#name], val: e[`val_${this.#name}`] };
    });
    const write = (v) => (Number.isFinite(v) ? this.#write(v) : "–");

    const x = this.#x(epoch);
    this.#cursor.replaceChildren(s("path", { class: "rule", d: `M${x} ${pad.top}V${height - pad.bottom}` }),
      ...rows.flatMap((r) => [r.train, r.val].filter(Number.isFinite).map((v) =>
        s("g", { class: look(r.run.index).line }, s("path", { class: "end", d: look(r.run.index).shape, transform: `translate(${x} ${this.#y(v)})` })))));

    this.#epoch.textContent = `epoch ${epoch}`;
    this.#read.replaceChildren(...rows.map((r) => h("tr", {},
      h("th", { scope: "row" }, swatch(r.run.index), r.run.name), h("td", {}, write(r.val)), h("td", {}, write(r.train)))));

    const spoken = rows.map((r) => `${r.run.name} validation ${write(r.val)}, training ${write(r.train)}`).join("; ");
    for (const [k, v] of Object.entries({ min: epochs[0], max: epochs.at(-1), now: epoch, text: `epoch ${epoch}: ${spoken}` })) {
      this.#svg.setAttribute(`aria-value${k}`, v);
    }
  }
}
