"use strict";
// Reads values off the charts, and draws them again for the lines that are
// shown. The arithmetic is that of chart.go and ticks.go, to the last digit.
(() => {
  const svgNS = "http://www.w3.org/2000/svg";
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const off = { series: new Set(), part: new Set() }; // what the legend hides
  const charts = [];

  const finite = Number.isFinite; // null, a number that was not finite, is not
  const pixel = v => String(Math.floor(v * 10 + 0.5) / 10);
  const axis = (low, high, from, to) => v => from + (v - low) / (high - low) * (to - from);
  const x = (line, i) => line.x ? line.x[i] : i + 1;
  const shown = line => !off.series.has(String(line.series)) && !off.part.has(line.part);

  function span(lines) {
    let low = Infinity, high = -Infinity;
    for (const l of lines) for (const v of l.y) if (finite(v)) { low = Math.min(low, v); high = Math.max(high, v) }
    if (low > high) return [0, 1];
    let room = 0.05 * (high - low);
    const size = Math.max(Math.abs(low), Math.abs(high));
    if (room < 1e-6 * size || size === 0) room = Math.max(0.05 * size, 1e-3);
    return [low - room, high + room];
  }

  function ticks(low, high, percent) {
    let step = Math.pow(10, Math.floor(Math.log10((high - low) / 6)));
    for (const m of [1, 2, 5, 10]) if ((high - low) / (m * step) <= 6) { step *= m; break }
    const scale = percent ? 100 : 1, out = [];
    const digits = Math.max(0, Math.ceil(-Math.log10(scale * step) - 1e-9));
    for (let i = Math.ceil(low / step); i * step <= high; i++)
      out.push([i * step, (i === 0 ? "0" : (scale * i * step).toFixed(digits).replace("-", "\u2212")) + (percent ? "\u00a0%" : "")]);
    return out;
  }

  function element(parent, name, attributes, text) {
    const e = document.createElementNS(svgNS, name);
    for (const a in attributes) e.setAttribute(a, attributes[a]);
    if (text !== undefined) e.textContent = text;
    parent.append(e);
    return e;
  }

  class Chart {
    constructor(figure, spec) {
      this.spec = spec;
      this.plot = figure.querySelector(".plot");
      this.svg = figure.querySelector("svg");
      this.readout = figure.querySelector(".readout");
      this.cross = figure.querySelector(".cross");
      [this.left, this.right, this.top, this.bottom] = spec.plot;
      this.x = axis(spec.x[0], spec.x[1], this.left, this.right);
      this.y = axis(spec.y[0], spec.y[1], this.bottom, this.top);
      this.listen();
    }

    // draw moves lines, marks and the grid to the range of what is shown.
    draw() {
      const { spec, left, right, top, bottom } = this;
      const lines = spec.lines.filter(shown);
      const [low, high] = spec.fixed || !lines.length ? spec.y : span(lines);
      const y = this.y = axis(low, high, bottom, top);
      for (const g of this.svg.querySelectorAll("[data-line]")) {
        const line = spec.lines[g.dataset.line];
        g.toggleAttribute("hidden", !shown(line));
        let d = "", pen = "M";
        line.y.forEach((v, i) => {
          if (!finite(v)) { pen = "M"; return }
          d += pen + pixel(this.x(x(line, i))) + "," + pixel(y(v));
          pen = "L";
        });
        g.firstElementChild.setAttribute("d", d);
        for (const m of g.querySelectorAll("[data-index]")) {
          const i = +m.dataset.index;
          m.setAttribute("transform", `translate(${pixel(this.x(x(line, i)))},${pixel(y(line.y[i]))})`);
        }
      }
      const grid = this.svg.querySelector(".grid");
      grid.replaceChildren();
      for (const [v, label] of ticks(low, high, spec.percent)) {
        const g = element(grid, "g", { transform: `translate(0,${pixel(y(v))})` });
        element(g, "path", { d: `M${left},0H${right}` });
        element(g, "text", { x: left - 8, y: 4, "text-anchor": "end" }, label);
      }
    }

    // value reads a line at a place on the x axis, between points of a curve that
    // has some; undefined where it has no value.
    value(line, at) {
      if (!line.x) return line.y[at - 1];
      let i = 0;
      while (i < line.x.length - 1 && line.x[i + 1] <= at) i++;
      if (i === line.x.length - 1 || line.x[i] === at) return line.y[i];
      return line.y[i] + (at - line.x[i]) / (line.x[i + 1] - line.x[i]) * (line.y[i + 1] - line.y[i]);
    }

    text(v) {
      if (v === null) return "not finite";
      return this.spec.percent ? (Math.floor(1000 * v + 0.5) / 10).toFixed(1) + "\u00a0%" : v.toFixed(4);
    }

    // show puts the crosshair at a value of x, null for none.
    show(at) {
      const { spec, plot, readout, cross } = this;
      readout.hidden = at === null;
      cross.toggleAttribute("hidden", at === null);
      if (at === null) return;
      const px = this.x(at);
      cross.setAttribute("d", `M${pixel(px)},${this.top}V${this.bottom}`);
      const head = document.createElement("b"), table = document.createElement("table");
      head.textContent = `${spec.xname} ${spec.step < 1 ? this.text(at) : at}`;
      const said = [head.textContent];
      for (const line of spec.lines) {
        const v = this.value(line, at);
        if (!shown(line) || v === undefined) continue;
        const [name, value] = [table.insertRow().insertCell(), table.rows[table.rows.length - 1].insertCell()];
        const button = document.querySelector(`button[data-series="${line.series}"] .swatch`);
        const swatch = button.cloneNode(true);
        if (line.part === "train") { swatch.querySelector(".line").classList.add("dashed"); swatch.querySelector(".dot").remove() }
        name.append(swatch, line.name);
        value.textContent = this.text(v);
        said.push(`${line.name} ${value.textContent}`);
      }
      readout.replaceChildren(head, table);
      plot.setAttribute("aria-valuenow", at);
      plot.setAttribute("aria-valuetext", said.join("; "));
      // On the side of the crosshair that has more room, inside the chart.
      const scale = plot.clientWidth / 520, width = readout.offsetWidth;
      let place = px < (this.left + this.right) / 2 ? px * scale + 12 : px * scale - 12 - width;
      place = Math.max(0, Math.min(place, plot.clientWidth - width));
      readout.style.transform = `translate(${Math.round(place)}px,${Math.round(this.top * scale)}px)`;
    }

    // listen makes a slider of the chart: its value is where the crosshair is.
    listen() {
      const { spec, plot } = this;
      const [low, high] = spec.x, step = spec.step;
      const first = step === 1 ? Math.ceil(low) : low, last = step === 1 ? Math.floor(high) : high;
      const snap = v => Math.max(first, Math.min(last, Math.round(v / step) * step));
      const move = v => point(spec.group, v);
      plot.tabIndex = 0;
      plot.setAttribute("role", "slider");
      plot.setAttribute("aria-valuemin", first);
      plot.setAttribute("aria-valuemax", last);
      plot.setAttribute("aria-valuenow", last);
      const hover = e => {
        const box = this.svg.getBoundingClientRect();
        const px = (e.clientX - box.left) / box.width * 520;
        move(snap(low + (px - this.left) / (this.right - this.left) * (high - low)));
      };
      plot.addEventListener("pointermove", hover);
      plot.addEventListener("pointerdown", hover);
      plot.addEventListener("pointerleave", () => { if (document.activeElement !== plot) move(null) });
      plot.addEventListener("focus", () => { if (at[spec.group] == null) move(last) });
      plot.addEventListener("blur", () => move(null));
      plot.addEventListener("keydown", e => {
        const v = at[spec.group] ?? last, far = Math.max(step, (last - first) / 10);
        const to = {
          ArrowRight: v + step, ArrowUp: v + step, ArrowLeft: v - step, ArrowDown: v - step,
          PageUp: v + far, PageDown: v - far, Home: first, End: last,
        }[e.key];
        if (e.key === "Escape") move(null);
        if (to === undefined) return;
        e.preventDefault();
        move(snap(to));
      });
    }
  }

  const at = {}; // by group, where the crosshair is
  function point(group, v) {
    at[group] = v;
    for (const c of charts) if (c.spec.group === group) c.show(v);
  }

  for (const id in specs) charts.push(new Chart(document.getElementById(id), specs[id]));
  const buttons = document.querySelectorAll(".legend button");
  for (const b of buttons) {
    const kind = b.dataset.series === undefined ? "part" : "series", name = b.dataset[kind];
    b.disabled = false;
    b.addEventListener("click", () => {
      if (!off[kind].delete(name)) off[kind].add(name);
      for (const other of buttons) // there is a legend for each group of charts
        if (other.dataset[kind] === name) other.setAttribute("aria-pressed", !off[kind].has(name));
      for (const c of charts) { c.draw(); c.show(at[c.spec.group] ?? null) }
    });
  }
  if (matchMedia("(max-width: 40rem)").matches) for (const e of document.querySelectorAll("details.list")) e.open = false;
  for (const e of document.querySelectorAll(".scripted")) e.hidden = false;
})();
