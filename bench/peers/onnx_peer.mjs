// ONNX Runtime's side of the comparison: runs models on request, one JSON object a line on
// standard input and output. The first line that is written says the version.
import ort from 'onnxruntime-node';
import fs from 'node:fs';
import readline from 'node:readline';

const tell = (reply) => fs.writeSync(1, JSON.stringify(reply) + '\n');
process.on('SIGINT', () => {}); // the caller ends this process
tell({ version: ort.env.versions.node ?? ort.env.versions.common });

const sessions = new Map(); // by path and number of threads
const session = async (path, threads) => {
  const key = `${threads} ${path}`;
  if (!sessions.has(key)) {
    sessions.set(key, await ort.InferenceSession.create(path, { logSeverityLevel: 3, intraOpNumThreads: threads, interOpNumThreads: 1 }));
  }
  return sessions.get(key);
};

// Word ids as ours are: see ids in onnx.go.
const ids = (batch, steps, words) => BigInt64Array.from({ length: batch * steps }, (_, i) => BigInt((Math.floor(i / steps) * 7919 + (i % steps) * 31) % words));

const infer = async (r) => {
  const model = await session(r.path, r.threads);
  const feeds = { [model.inputNames[0]]: new ort.Tensor('int64', ids(r.batch, r.steps, r.words), [r.batch, r.steps]) };
  for (let n = 0; n < 3; n++) await model.run(feeds); // the first runs are slower
  const start = performance.now();
  for (let n = 1; ; n++) {
    await model.run(feeds);
    const seconds = (performance.now() - start) / 1000;
    if (seconds >= r.seconds) return seconds / n;
  }
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    tell({ seconds: await infer(JSON.parse(line)) });
  } catch (e) {
    tell({ error: String(e.message) });
  }
}
