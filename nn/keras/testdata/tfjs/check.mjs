// Loads each model in the folders below the given one with TensorFlow.js, and writes
// what it predicts of inputs.json there to outputs.json, or its error.
//
//	node check.mjs FOLDER
import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import path from 'node:path';

await tf.setBackend('cpu');
for (const name of fs.readdirSync(process.argv[2])) {
  const dir = path.join(process.argv[2], name);
  let result;
  try {
    const json = JSON.parse(fs.readFileSync(path.join(dir, 'model.json')));
    const parts = json.weightsManifest.flatMap(g => g.paths).map(p => fs.readFileSync(path.join(dir, p)));
    const data = new Uint8Array(Buffer.concat(parts)).buffer;
    const model = await tf.loadLayersModel({
      load: async () => ({ modelTopology: json.modelTopology, weightSpecs: json.weightsManifest.flatMap(g => g.weights), weightData: data }),
    });
    const inputs = JSON.parse(fs.readFileSync(path.join(dir, 'inputs.json'))).map(i => tf.tensor(i.values, i.shape));
    result = { outputs: [model.predict(inputs)].flat().map(t => ({ shape: t.shape, values: Array.from(t.dataSync()) })) };
  } catch (e) {
    result = { error: String(e.message) };
  }
  fs.writeFileSync(path.join(dir, 'outputs.json'), JSON.stringify(result));
}
