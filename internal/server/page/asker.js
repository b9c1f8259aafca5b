// Asking about a text that changes all the time.

import { predict, Failure } from "./api.js";

const quiet = 120; // milliseconds without a change before the server is asked
const longest = 400; // but no longer than this while typing goes on
const slowest = 15_000; // between two tries of a server that does not answer

// backOff is the milliseconds before the next try after a number of failed ones.
export const backOff = (failure, tries) =>
  Math.min(slowest, failure.wait > 0 ? failure.wait * 1000 : 500 * 2 ** tries);

// Asker has one model judge the newest text. A newer question ends an older one, so
// answers never come out of order.
export class Asker {
  failure = null; // of the last answer
  waiting = false; // for an answer, or for the next try

  #model;
  #changed; // called after each change of failure and waiting, with a prediction and its text if there is one
  #text = "";
  #explain = false;
  #timer;
  #since = 0; // the first change that was not asked yet
  #tries = 0;
  #notBefore = 0; // a server that wants a rest gets it however fast one types
  #controller;

  constructor(model, changed) {
    this.#model = model;
    this.#changed = changed;
  }

  // ask judges the text after a pause of typing, or at once.
  ask(text, explain, atOnce = false) {
    this.#text = text;
    this.#explain = explain;
    const now = performance.now();
    this.#since ||= now;
    this.waiting = true;
    const due = atOnce ? now : Math.min(now + quiet, this.#since + longest);
    this.#plan(Math.max(due, this.#notBefore));
    this.#changed();
  }

  // retry tries now what waits for its next try.
  retry() {
    if (!this.failure?.passing) return;
    this.#notBefore = 0;
    this.ask(this.#text, this.#explain, true);
  }

  // stop forgets the question.
  stop() {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#since = 0;
    this.waiting = false;
    this.failure = null;
  }

  #plan(due) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), due - performance.now());
  }

  async #run() {
    this.#since = 0;
    this.#controller?.abort();
    const mine = (this.#controller = new AbortController());
    const [text, explain] = [this.#text, this.#explain];
    try {
      const prediction = await predict(this.#model, text, explain, mine.signal);
      if (mine.signal.aborted) return;
      this.failure = null;
      this.#tries = 0;
      this.waiting = this.#since > 0; // typing went on meanwhile
      this.#changed({ prediction, text, explain });
    } catch (e) {
      if (mine.signal.aborted) return;
      if (!(e instanceof Failure)) throw e;
      this.failure = e;
      this.waiting = e.passing || this.#since > 0;
      if (e.passing) {
        this.#notBefore = performance.now() + backOff(e, this.#tries++);
        this.#plan(this.#notBefore);
      }
      this.#changed();
    }
  }
}
