// The coloured words behind the text.
//
// The server gives a word's place in bytes of UTF-8, JavaScript counts units of
// UTF-16. The layer of marks lies behind the textarea and holds the same text,
// invisible, in the same type: only its colours and underlines are seen. So the
// textarea is never written to, and composing Korean, undo, selection and caret stay
// the browser's own.

// units returns, for each byte of the text and for its end, the UTF-16 unit at which
// its character starts. A lone surrogate is sent as U+FFFD, of 3 bytes as well.
export function units(text) {
  const at = [];
  let unit = 0;
  for (const c of text) {
    const p = c.codePointAt(0);
    for (let n = p < 0x80 ? 1 : p < 0x800 ? 2 : p < 0x10000 ? 3 : 4; n > 0; n--) at.push(unit);
    unit += c.length;
  }
  at.push(unit);
  return at;
}

// inUnits returns the server's words with their places in units of the text, and what
// they spell.
export function inUnits(text, words) {
  const at = units(text);
  const end = at.length - 1;
  return (words ?? []).map((w) => {
    const [lo, hi] = [at[Math.min(w.start, end)], at[Math.min(w.end, end)]];
    return { start: lo, end: hi, push: w.push, word: text.slice(lo, hi) };
  });
}

// moved returns the words of the text before an edit where they are after it, so that
// colours stay on their words until the next answer. What the edit touched is left out.
export function moved(words, before, after) {
  if (before === after) return words;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const by = after.length - before.length;
  const kept = [];
  for (const w of words) {
    if (w.end <= head) kept.push(w);
    else if (w.start >= before.length - tail) kept.push({ ...w, start: w.start + by, end: w.end + by });
  }
  return kept;
}

// segments cuts the text where words start and end. Where words overlap, as n-grams
// do, their pushes add up.
function segments(words) {
  const change = new Map();
  const add = (at, push, open) => {
    const c = change.get(at) ?? { push: 0, open: 0 };
    change.set(at, { push: c.push + push, open: c.open + open });
  };
  for (const w of words) {
    add(w.start, w.push, 1);
    add(w.end, -w.push, -1);
  }
  const cuts = [...change.keys()].sort((a, b) => a - b);
  const found = [];
  let [push, open] = [0, 0];
  cuts.forEach((at, i) => {
    push += change.get(at).push;
    open += change.get(at).open;
    if (open > 0) found.push({ start: at, end: cuts[i + 1], push });
  });
  return found;
}

const faint = 0.04; // of the strongest push; what is below is left without a colour
const levels = 4; // of strength; page.css has their colours

// paint has the layer hold the text and colours its words. Colours are relative to
// the strongest push, but not below least: a text of weak words stays pale. They are
// highlights and not elements, at whose edges a browser may break a line where it
// would not break the same line of the textarea.
export function paint(layer, text, words, least = 0) {
  // A last line that is empty has its height only if something stands in it.
  const node = new Text(text + "\u200b");
  layer.replaceChildren(node);
  if (!("highlights" in CSS)) return; // an older browser: the tables tell the same
  const marks = segments(words);
  const most = marks.reduce((m, w) => Math.max(m, Math.abs(w.push)), least);
  const found = new Map();
  for (const w of marks) {
    const strength = most > 0 ? Math.abs(w.push) / most : 0;
    if (strength < faint) continue;
    const name = `${w.push > 0 ? "towards" : "against"}${Math.ceil(Math.sqrt(strength) * levels)}`;
    const range = new StaticRange({ startContainer: node, startOffset: w.start, endContainer: node, endOffset: w.end });
    found.set(name, [...(found.get(name) ?? []), range]);
  }
  CSS.highlights.clear();
  for (const [name, ranges] of found) CSS.highlights.set(name, new Highlight(...ranges));
}
