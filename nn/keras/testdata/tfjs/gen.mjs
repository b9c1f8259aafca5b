// Writes golden.json.gz: tiny models of TensorFlow.js, as it saves them, with inputs and
// what it predicts of them. One model for each layer and option that it has of nn's.
//
//	npm install --ignore-scripts && node gen.mjs | gzip -9n > golden.json.gz
import * as tf from '@tensorflow/tfjs';

await tf.setBackend('cpu');
const L = tf.layers;

// A generator of small numbers that are the same everywhere.
let state = 1;
const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
const small = n => Array.from({ length: n }, () => Math.round((2 * next() - 1) * 256) / 256);

const seq = (input, ...layers) => () => {
  layers[0] = layers[0]({ inputShape: input });
  return tf.sequential({ layers: layers.map(l => (typeof l === 'function' ? l({}) : l)) });
};
const of = (make, config = {}) => extra => make({ ...config, ...extra });
const one = (make, config, input = [4, 3]) => seq(input, of(make, config));
const ids = (config, ...layers) => () =>
  tf.sequential({ layers: [L.embedding({ inputDim: 6, outputDim: 3, inputLength: 4, ...config }), ...layers.map(l => l({}))] });

const models = {};
const add = (name, make) => (models[name] = make);

for (const a of ['elu', 'hardSigmoid', 'linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus', 'softsign', 'tanh', 'swish', 'mish', 'gelu', 'gelu_new'])
  add('dense ' + a, one(L.dense, { units: 3, activation: a }, [3]));
add('dense without bias, in time', one(L.dense, { units: 2, useBias: false }));
add('dense, all settings', one(L.dense, {
  units: 2, kernelInitializer: 'heNormal', biasInitializer: tf.initializers.constant({ value: 0.5 }),
  kernelRegularizer: tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 }), biasRegularizer: 'l1l2', kernelConstraint: tf.constraints.maxNorm({ maxValue: 2 }), biasConstraint: 'nonNeg',
}, [3]));
for (const i of ['glorotNormal', 'glorotUniform', 'heUniform', 'leCunNormal', 'leCunUniform', 'ones', 'zeros', 'randomNormal', 'randomUniform', 'truncatedNormal', 'varianceScaling', 'orthogonal'])
  add('initializer ' + i, one(L.dense, { units: 2, kernelInitializer: i }, [3]));
add('activation', one(L.activation, { activation: 'tanh' }));
add('frozen', seq([3], of(L.dense, { units: 2, trainable: false }), of(L.dense, { units: 1 })));
add('dropouts', seq([4, 3], of(L.dropout, { rate: 0.5 }), of(L.spatialDropout1d, { rate: 0.25 }), of(L.gaussianNoise, { stddev: 0.1 })));
add('shapes', seq([4, 3], of(L.permute, { dims: [2, 1] }), of(L.reshape, { targetShape: [2, 6] }), of(L.flatten), of(L.repeatVector, { n: 2 })));

for (const [name, make] of [['simpleRNN', L.simpleRNN], ['lstm', L.lstm], ['gru', L.gru]]) {
  const add1 = (what, config, input) => add(name + ' ' + what, one(make, { units: 2, ...config }, input));
  add1('', {});
  add1('sequences', { returnSequences: true });
  add1('backwards', { goBackwards: true, returnSequences: true });
  add1('without bias', { useBias: false });
  add1('relu', { activation: 'relu' });
  add1('dropout', { dropout: 0.2, recurrentDropout: 0.3 });
  add1('unknown length', {}, [null, 3]);
  add(name + ' masked', ids({ maskZero: true }, of(make, { units: 2 })));
  add(name + ' masked sequences', ids({ maskZero: true }, of(make, { units: 2, returnSequences: true }), of(L.dense, { units: 1 })));
  add(name + ' unit forget', one(make, { units: 2, recurrentActivation: 'hardSigmoid', unitForgetBias: true }));
  for (const mode of ['concat', 'sum', 'mul', 'ave'])
    add(name + ' bidirectional ' + mode, one(L.bidirectional, { layer: make({ units: 2, returnSequences: mode !== 'sum' }), mergeMode: mode }));
}
add('lstm unit forget off', one(L.lstm, { units: 2, unitForgetBias: false, recurrentActivation: 'sigmoid' }));
add('gru sigmoid', one(L.gru, { units: 2, recurrentActivation: 'sigmoid' }));
add('rnn stacked', () => {
  const cells = [L.lstmCell({ units: 2 }), L.gruCell({ units: 3 }), L.simpleRNNCell({ units: 2 })];
  return tf.sequential({ layers: [L.rnn({ cell: L.stackedRNNCells({ cells }), inputShape: [4, 3] })] });
});
add('rnn of a cell', () => tf.sequential({ layers: [L.rnn({ cell: L.simpleRNNCell({ units: 2 }), inputShape: [4, 3], returnSequences: true })] }));
add('states', () => {
  const x = tf.input({ shape: [4, 3] });
  const [y, h, c] = L.lstm({ units: 2, returnState: true, returnSequences: true }).apply(x);
  const z = L.lstm({ units: 2 }).apply([y, h, c]);
  return tf.model({ inputs: x, outputs: [z, h] });
});
add('embedding', ids({}, of(L.flatten)));
add('masking', seq([4, 3], of(L.masking, { maskValue: 0.5 }), of(L.gru, { units: 2 })));
add('timeDistributed', one(L.timeDistributed, { layer: L.dense({ units: 2, activation: 'tanh' }) }));
add('batchNormalization', one(L.batchNormalization, { epsilon: 0.01, momentum: 0.9 }));
add('batchNormalization bare', one(L.batchNormalization, { center: false, scale: false }));
add('layerNormalization', one(L.layerNormalization, { epsilon: 0.01 }));
for (const padding of ['valid', 'same'])
  add('conv1d ' + padding, one(L.conv1d, { filters: 2, kernelSize: 2, padding, activation: 'relu' }, [6, 3]));
add('conv1d strides', one(L.conv1d, { filters: 2, kernelSize: 3, strides: 2, useBias: false }, [7, 3]));
add('conv1d dilation', one(L.conv1d, { filters: 2, kernelSize: 2, dilationRate: 2 }, [6, 3]));
add('poolings', seq([12, 3], of(L.maxPooling1d, { poolSize: 2 }), of(L.averagePooling1d, { poolSize: 3, strides: 1, padding: 'same' })));
add('globalMaxPooling1d', one(L.globalMaxPooling1d));
add('globalAveragePooling1d', one(L.globalAveragePooling1d));
add('reLU', one(L.reLU, { maxValue: 0.5 }));
add('leakyReLU', one(L.leakyReLU, { alpha: 0.2 }));
add('pReLU', one(L.prelu, { sharedAxes: [1] }));
add('elu', one(L.elu));
add('thresholdedReLU', one(L.thresholdedReLU, { theta: 0.25 }));
add('softmax', one(L.softmax, {}, [3]));
add('softmax in time', one(L.softmax, { axis: -1 }));
for (const merge of ['add', 'multiply', 'average', 'maximum', 'minimum', 'concatenate'])
  add(merge, () => {
    const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    return tf.model({ inputs: [a, b], outputs: L[merge]().apply([L.dense({ units: 2 }).apply(a), L.dense({ units: 2 }).apply(b)]) });
  });
add('concatenate in time', () => {
  const [a, b] = [tf.input({ shape: [2, 3] }), tf.input({ shape: [3, 3] })];
  return tf.model({ inputs: [a, b], outputs: L.concatenate({ axis: 1 }).apply([a, b]) });
});
add('dot', () => {
  const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
  return tf.model({ inputs: [a, b], outputs: L.dot({ axes: 1, normalize: true }).apply([a, b]) });
});
add('shared', () => {
  const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
  const d = L.dense({ units: 2 });
  return tf.model({ inputs: [a, b], outputs: L.add().apply([d.apply(a), d.apply(b)]) });
});
add('nested', () => {
  const inner = tf.sequential({ layers: [L.dense({ units: 3, inputShape: [3] }), L.batchNormalization(), L.dense({ units: 2 })] });
  return tf.sequential({ layers: [L.dense({ units: 3, inputShape: [3], activation: 'tanh' }), inner, L.dense({ units: 1 })] });
});
add('noises', seq([4, 3], of(L.alphaDropout, { rate: 0.5 }), of(L.gaussianDropout, { rate: 0.25 }), of(L.dense, { units: 1 })));
add('rescaling', one(L.rescaling, { scale: 0.25, offset: -1.5 }));
add('layerNormalization over steps', one(L.layerNormalization, { axis: 1 }));
add('layerNormalization over all', one(L.layerNormalization, { axis: [1, 2] }));
for (const kind of ['sequential', 'graph'])
  add('nested and shared ' + kind, () => {
    const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    const x = tf.input({ shape: [3] });
    const inner = kind === 'sequential'
      ? tf.sequential({ layers: [L.dense({ units: 2, inputShape: [3] }), L.dense({ units: 2, activation: 'tanh' })] })
      : tf.model({ inputs: x, outputs: L.dense({ units: 2, activation: 'tanh' }).apply(L.dense({ units: 2 }).apply(x)) });
    const [first, second] = [inner.apply(a), inner.apply(b)];
    return tf.model({ inputs: [a, b], outputs: [L.concatenate().apply([first, second]), second, first] });
  });

const golden = {};
for (const [name, make] of Object.entries(models)) {
  let model;
  try {
    model = make();
  } catch (e) {
    console.error(name, e.message);
    continue;
  }
  model.setWeights(model.getWeights().map(w => tf.tensor(small(w.size), w.shape)));
  for (const w of model.weights) if (w.name.includes('variance')) w.write(w.read().abs().add(0.5)); // which is positive
  const text = name.includes('masked') || name === 'embedding';
  const inputs = model.inputs.map(t => {
    const shape = [2, ...t.shape.slice(1).map(n => n ?? 5)];
    const size = shape.reduce((a, b) => a * b);
    const values = text ? [1, 2, 3, 4, 5, 1, 0, 0] : small(size);
    if (name === 'masking') values.fill(0.5, 6, 9);
    return { shape, values };
  });
  const got = model.predict(inputs.map(i => tf.tensor(i.values, i.shape)));
  const outputs = [got].flat().map(t => ({ shape: t.shape, values: Array.from(t.dataSync(), x => +x.toPrecision(8)) }));
  let saved;
  await model.save(tf.io.withSaveHandler(async a => { saved = a; return { modelArtifactsInfo: {} }; }));
  golden[name] = {
    model: {
      format: saved.format, generatedBy: saved.generatedBy, convertedBy: null, modelTopology: saved.modelTopology,
      weightsManifest: [{ paths: ['weights.bin'], weights: saved.weightSpecs }],
    },
    weights: Buffer.from(saved.weightData).toString('base64'), inputs, outputs,
  };
}
console.log('{');
console.log(Object.entries(golden).map(([k, v]) => JSON.stringify(k) + ': ' + JSON.stringify(v)).join(',\n'));
console.log('}');
