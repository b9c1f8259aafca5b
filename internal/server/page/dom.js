// What the other modules use to make elements and to write numbers.

const set = (e, props, children) => {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...children.filter(Boolean));
  return e;
};

// h makes an HTML element and s an SVG one. Children are only ever added as text or
// elements, so a text of the user or the server is never read as markup.
export const h = (tag, props = {}, ...children) => set(document.createElement(tag), props, children);
export const s = (tag, props = {}, ...children) =>
  set(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);

export const byId = (id) => document.getElementById(id);

const tenths = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

// percent never says 100 % or 0 % of what is only close to it.
export function percent(p) {
  if (p > 0.999 && p < 1) return "> 99.9%";
  if (p < 0.001 && p > 0) return "< 0.1%";
  return tenths.format(p);
}

const counts = new Intl.NumberFormat("en");
export const count = (n) => counts.format(n);
export const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

// listed writes labels, of which there may be none.
export const listed = (labels) => labels.join(", ") || "(none)";

const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
export const number = (x) => (Number.isFinite(x) ? digits.format(x).replace("-", "−") : "–");

// score writes a loss or an error with three places, so that columns line up.
export const score = (x) => (Math.abs(x) < 10 ? x.toFixed(3).replace("-", "−") : number(x));

// signed writes a push with its sign.
export const signed = (x, places = 2) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(places);
