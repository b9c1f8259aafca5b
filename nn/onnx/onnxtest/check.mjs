// Runs each model.onnx in the folders below the given one with ONNX Runtime, on each of
// the inputs in inputs.json there, and writes the outputs to outputs.json, or an error.
//
//	node check.mjs FOLDER
import ort from 'onnxruntime-node';
import fs from 'node:fs';
import path from 'node:path';

const arrays = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array };
for (const name of fs.readdirSync(process.argv[2])) {
  const dir = path.join(process.argv[2], name);
  let result;
  try {
    const model = await ort.InferenceSession.create(path.join(dir, 'model.onnx'), { logSeverityLevel: 3, intraOpNumThreads: 1 });
    result = { runs: [] };
    for (const run of JSON.parse(fs.readFileSync(path.join(dir, 'inputs.json')))) {
      const feeds = {};
      for (const [input, t] of Object.entries(run)) {
        const values = t.type === 'int64' ? t.values.map(BigInt) : t.values;
        feeds[input] = new ort.Tensor(t.type, arrays[t.type].from(values), t.shape);
      }
      const out = await model.run(feeds);
      result.runs.push(Object.fromEntries(Object.entries(out).map(([k, t]) => [k, { shape: t.dims, values: Array.from(t.data, Number) }])));
    }
    await model.release();
  } catch (e) {
    result = { error: String(e.message) };
  }
  fs.writeFileSync(path.join(dir, 'outputs.json'), JSON.stringify(result));
}
