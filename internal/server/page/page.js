// The page: one text, judged by all models, its words coloured for the chosen one.

import * as api from "./api.js";
import { Asker, backOff } from "./asker.js";
import { Curves } from "./curves.js";
import { byId, h, listed, number, percent, plural, signed } from "./dom.js";
import { facts } from "./facts.js";
import { inUnits, moved, paint } from "./text.js";
import { Card, sides } from "./verdict.js";
import { tables } from "./words.js";

const box = byId("text");
const curves = new Curves();

let models = [];
let chosen; // the model whose pushes are shown
let judges = new Map(); // by name: asker, card
let marked = { text: "", words: [], toward: "", least: 0 }; // what the layer shows

const examples = [
  "A quiet, patient film that trusts its audience, and is all the better for it.",
  "I wanted to like it, but the plot makes no sense and the jokes fall flat.",
  "Not bad at all! The first half is slow, yet the ending is wonderful.",
  "The worst two hours I have ever spent in a cinema. What a waste of good actors.",
];

// load asks for the models until there are some, and starts anew if they are others.
let loading;
const load = () => (loading ??= find().finally(() => (loading = undefined)));

async function find() {
  for (let tries = 0; ; tries++) {
    try {
      const found = await api.models();
      if (found.length === 0) throw new api.Failure(503, "no model is loaded");
      if (JSON.stringify(found) !== JSON.stringify(models)) start(found);
      return status();
    } catch (e) {
      if (!(e instanceof api.Failure)) throw e;
      say(e.inWords, false);
      await new Promise((resume) => setTimeout(resume, backOff(e, tries)));
    }
  }
}

const named = (name) => models.find((m) => m.name === name) ?? models.find((m) => m.default) ?? models[0];

function start(found) {
  for (const j of judges.values()) j.asker.stop();
  models = found;
  const wanted = chosen?.name ?? link().get("model");
  chosen = named(wanted);

  judges = new Map(models.map((m) => [m.name, {
    asker: new Asker(m.name, (answer) => heard(m, answer)),
    card: new Card(m, models.length === 1, choose),
  }]));
  const cards = [...judges.values()].map((j) => j.card);
  byId("verdicts").replaceChildren(byId("verdicts").firstElementChild, ...cards.map((c) => c.root));
  judges.get(chosen.name).card.radio.checked = true;

  offer();
  byId("facts").replaceChildren(...facts(models));
  byId("models").hidden = false;
  learn();
  judge(true);
}

// offer shows examples where the classes say that the texts are reviews.
function offer() {
  const reviews = models.every((m) => m.task === "classes" && m.classes.toSorted().join() === "negative,positive");
  byId("ask").textContent = reviews ? "Write a review" : "Write a text";
  byId("examples").hidden = !reviews;
  byId("examples").replaceChildren(h("span", {}, "For example"), ...(reviews ? examples : []).map((text) =>
    h("button", { type: "button", title: text, onclick: () => write(text) }, text)));
}

async function learn() {
  const asked = models;
  const got = await Promise.allSettled(asked.map((m) => api.history(m.name)));
  if (models !== asked) return; // others were loaded meanwhile, and have asked themselves
  curves.show(models.map((m, i) => ({ name: m.name, epochs: got[i].value ?? [] })));
}

function choose(model) {
  chosen = model;
  marked = { ...marked, words: [] };
  judge(true);
}

// write puts another text in place of the one that stands there.
function write(text) {
  box.value = text;
  box.focus();
  box.setSelectionRange(text.length, text.length);
  judge(true);
}

// judge asks all models about the text as it stands. It is also asked while a
// syllable is composed: a Korean sentence rests with its last one unfinished.
function judge(atOnce = false) {
  const text = box.value;
  marked = { ...marked, text, words: moved(marked.words, marked.text, text) };
  show();
  if (models.length === 0) return;
  if (text.trim() === "") {
    for (const { asker, card } of judges.values()) {
      asker.stop();
      card.clear();
    }
    forget();
    status();
    remember();
    return;
  }
  for (const [name, { asker }] of judges) asker.ask(text, name === chosen.name, atOnce);
}

// heard takes a model's answer, or the news that there is none.
function heard(model, answer) {
  const { asker, card } = judges.get(model.name);
  card.stale(asker.failure !== null);
  if (asker.failure?.status === 404) load();
  if (answer) {
    const { prediction, text, explain } = answer;
    card.show(prediction);
    if (model === chosen && explain) {
      const words = inUnits(text, prediction.words);
      // A push of a quarter of a logit is never shown as the strongest there is.
      const least = model.task === "number" ? 0 : 0.25;
      marked = { text: box.value, words: moved(words, text, box.value), toward: prediction.class, least };
      show();
      explainIn(words, prediction);
      tell(prediction, words);
      remember();
    }
  }
  status();
}

function show() {
  // Without a text it is the placeholder that needs lines.
  paint(byId("marks"), marked.text || box.placeholder, marked.words, marked.least);
  const any = marked.words.length > 0;
  byId("legend").hidden = !any;
  if (!any) return;
  const [towards, against] = sides(chosen, marked.toward);
  byId("legend-towards").textContent = towards;
  byId("legend-against").textContent = against;
}

function explainIn(words, prediction) {
  byId("why").hidden = words.length === 0;
  if (words.length === 0) return;
  const no = prediction.no_text;
  const answer = no && inWords(no);
  const from = Number.isFinite(prediction.baseline) ? `${answer ? ` Without any text it answers ${answer}.` : ""} The pushes start from ${signed(prediction.baseline)}.${prediction.warning ? ` Warning: ${prediction.warning}.` : ""}` : "";
  byId("why-lead").textContent = `The strongest pushes on ${chosen.name}${chosen.task === "number" ? "" : ", in logits"}.${from}`;
  byId("why-tables").replaceChildren(...tables(words, sides(chosen, prediction.class)));
}

// inWords is an answer of the chosen model.
function inWords(p) {
  switch (chosen.task) {
    case "number": return number(p.value);
    case "labels": return listed(p.labels);
  }
  return `${p.label}, ${percent(p.probability)}`;
}

function forget() {
  byId("why").hidden = true;
  clearTimeout(telling);
  byId("said").textContent = "";
}

// status says in one line what the page waits for or what went wrong.
function status() {
  const askers = [...judges.values()].map((j) => j.asker);
  const failure = judges.get(chosen.name).asker.failure ?? askers.map((a) => a.failure).find(Boolean);
  byId("waiting").classList.toggle("on", askers.some((a) => a.waiting));
  byId("verdicts").setAttribute("aria-busy", String(askers.some((a) => a.waiting)));
  say(failure?.inWords ?? "", failure?.passing ?? false);
}

function say(words, again) {
  if (byId("status").textContent !== words) byId("status").textContent = words; // or it is read out again
  byId("retry").hidden = !again;
}

const pause = 900; // milliseconds of rest before a result is read out
let telling;

// tell has the result read out, once it rests.
function tell(p, words) {
  clearTimeout(telling);
  telling = setTimeout(() => {
    const result = inWords(p);
    const top = words.toSorted((a, b) => Math.abs(b.push) - Math.abs(a.push)).slice(0, 3).map((w) => `${w.word} ${signed(w.push)}`);
    const why = p.known_words === 0 ? "no known word" : `${plural(p.known_words, "known word")}, strongest ${top.join(", ")}`;
    byId("said").textContent = `${chosen.name}: ${result}; ${why}`;
  }, pause);
}

const longestLink = 8000; // characters; browsers and messengers cut longer ones

const link = () => new URLSearchParams(location.hash.slice(1));

// remember keeps the text and the chosen model in the page's address, which a server
// never sees.
function remember() {
  const parts = new URLSearchParams();
  if (box.value !== "") parts.set("text", box.value);
  if (models.length > 1 && chosen !== named()) parts.set("model", chosen.name);
  const hash = String(parts);
  history.replaceState(null, "", hash !== "" && hash.length <= longestLink ? `#${hash}` : location.pathname + location.search);
}

function recall() {
  const parts = link();
  if (!parts.has("text") || models.length === 0) return;
  const other = named(parts.get("model"));
  if (other !== chosen) {
    judges.get(other.name).card.radio.checked = true;
    choose(other);
  }
  if (parts.get("text") !== box.value) write(parts.get("text"));
}

const retry = () => judges.forEach((j) => j.asker.retry());

box.addEventListener("input", () => judge());
byId("retry").addEventListener("click", () => {
  retry();
  box.focus();
});
addEventListener("online", retry);
addEventListener("hashchange", recall);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) load(); // the server may have loaded new models meanwhile
});

box.value = link().get("text") ?? box.value; // which a browser restores after going back
judge();
load();
