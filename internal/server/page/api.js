// What the page asks of the server it came from.

// Failure is an answer other than 200, or none at all (status 0). wait is the
// seconds after which the server wants to be asked again, if it said so.
export class Failure extends Error {
  constructor(status, message, wait) {
    super(message);
    this.status = status;
    this.wait = wait;
  }

  // Busy, closing, too slow or gone: the same request may do better later.
  get passing() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }

  // inWords says what happened to the person who types.
  get inWords() {
    switch (this.status) {
      case 0: return "The server does not answer. Trying again …";
      case 404: return "This model is no longer loaded.";
      case 413: return "This text is longer than the server reads. Shorten it a little.";
      case 429: return "The server is busy. Trying again …";
      case 502:
      case 503: return "The server is restarting. Trying again …";
      case 504: return "The server took too long. Trying again …";
    }
    return `The server could not judge this text: ${this.message}`;
  }
}

const patience = 30_000; // milliseconds; the server's own limit is shorter

async function ask(path, options = {}) {
  const limits = [AbortSignal.timeout(patience), options.signal].filter(Boolean);
  let answer, body;
  try {
    // Not the page's own address, which may hold the password of the server's token:
    // browsers refuse to fetch such addresses.
    answer = await fetch(new URL(path, location.origin + location.pathname), { ...options, signal: AbortSignal.any(limits) });
    body = await answer.text();
  } catch (e) {
    if (options.signal?.aborted) throw e; // by a newer question, which will be answered
    throw new Failure(0, String(e));
  }
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    value = {}; // what stands between, such as a proxy, answers in its own words
  }
  if (!answer.ok) {
    const wait = Number(answer.headers.get("Retry-After") ?? NaN);
    throw new Failure(answer.status, value.error?.message ?? answer.statusText, Number.isFinite(wait) ? wait : undefined);
  }
  return value;
}

export const models = async () => (await ask("v1/models")).models ?? [];

export const history = async (name) => (await ask(`v1/models/${encodeURIComponent(name)}/history`)).epochs ?? [];

// predict judges one text. With explain the words come with their pushes.
export async function predict(model, text, explain, signal) {
  const answer = await ask("v1/predict", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ texts: [text], model, explain }),
    signal,
  });
  const [prediction] = answer.predictions ?? [];
  if (!prediction) throw new Failure(200, "the answer holds no prediction");
  return prediction;
}
