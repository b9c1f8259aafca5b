#!/usr/bin/env python3
"""Computes, with NumPy over h5py and nothing else, what published models of Keras
predict, and writes it to published.json, for published_test.go.

    /usr/bin/python3 reference.py FOLDER > published.json

The folder holds the files; they are no part of the project. Layers follow Keras's
documentation and not our code; all is computed in float64.
"""
import io, json, sys, zipfile
import h5py
import numpy as np

SAMPLES = 64


class Random:
    """The generator that the test has too."""

    def __init__(self, x=1):
        self.x = x

    def below(self, n):
        self.x = (1103515245 * self.x + 12345) % (1 << 31)
        return (self.x >> 8) % n


def inputs(name, steps, features, words):
    r = Random()
    if words:
        x = np.array([[r.below(words) for _ in range(steps)] for _ in range(SAMPLES)])
    else:
        x = np.array([[[r.below(2001) / 1000 - 1 for _ in range(features)] for _ in range(steps)] for _ in range(SAMPLES)])
    if "mask" in name:
        for i in range(SAMPLES):
            x[i, steps - 3 * (i % 8):] = 0
    return x


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def functions(keras):
    slope = 0.2 if keras.startswith("2") else 1 / 6
    return {
        "linear": lambda x: x, "tanh": np.tanh, "sigmoid": sigmoid, "softmax": softmax,
        "relu": lambda x: np.maximum(x, 0), "hard_sigmoid": lambda x: np.clip(slope * x + 0.5, 0, 1),
    }


def recurrent(step, c, x, mask, states):
    outs = []
    for t in range(x.shape[1]):
        new = step(x[:, t], states)
        if mask is not None:
            new = [np.where(mask[:, t, None], n, s) for n, s in zip(new, states)]
        states = new
        outs.append(states[0])
    if c["return_sequences"]:
        return np.stack(outs, 1), mask
    return states[0], None


def layer(kind, c, w, x, mask, f):
    if kind in ("InputLayer", "Dropout"):
        return x, mask
    if kind == "Embedding":
        return w[0][x], (x != 0) if c["mask_zero"] else None
    if kind == "Masking":
        keep = (x != c["mask_value"]).any(-1)
        return x * keep[..., None], keep
    if kind == "Dense":
        return f[c["activation"]](x @ w[0] + w[1]), mask
    if kind == "RepeatVector":
        return np.repeat(x[:, None], c["n"], 1), None
    if kind == "Conv1D":
        k = w[0].shape[0]
        y = sum(x[:, i:x.shape[1] - k + 1 + i] @ w[0][i] for i in range(k))
        return f[c["activation"]](y + w[1]), None
    if kind == "MaxPooling1D":
        size, stride = c["pool_size"][0], c["strides"][0]
        return np.stack([x[:, i:i + size].max(1) for i in range(0, x.shape[1] - size + 1, stride)], 1), None
    act = f[c["activation"]]
    n = c["units"]
    zeros = np.zeros((len(x), n))
    if kind == "SimpleRNN":
        return recurrent(lambda x, s: [act(x @ w[0] + s[0] @ w[1] + w[2])], c, x, mask, [zeros])
    rec = f[c["recurrent_activation"]]
    if kind == "LSTM":
        def step(x, s):
            i, g, m, o = np.split(x @ w[0] + s[0] @ w[1] + w[2], 4, 1)
            memory = rec(g) * s[1] + rec(i) * act(m)
            return [rec(o) * act(memory), memory]
        return recurrent(step, c, x, mask, [zeros, zeros])
    if kind == "GRU":
        assert c["reset_after"]

        def step(x, s):
            xz, xr, xh = np.split(x @ w[0] + w[2][0], 3, 1)
            hz, hr, hh = np.split(s[0] @ w[1] + w[2][1], 3, 1)
            z, r = rec(xz + hz), rec(xr + hr)
            return [z * s[0] + (1 - z) * act(xh + r * hh)]
        return recurrent(step, c, x, mask, [zeros])
    raise SystemExit("no layer " + kind)


def snake(kind):
    return {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru", "Conv1D": "conv1d"}.get(kind, kind.lower())


def by_place(h5):
    """Weights of Keras 3: layers/lstm_1/cell/vars/0."""
    seen = {}

    def weights(kind, config):
        name = snake(kind)
        n = seen[name] = seen.get(name, -1) + 1
        g = h5["layers"].get(name + (f"_{n}" if n else ""))
        if g is None:
            return []
        g = g["cell/vars"] if "cell" in g else g["vars"]
        return [np.float64(g[str(i)]) for i in range(len(g))]
    return weights


def by_name(h5):
    """Weights of Keras 2: model_weights/lstm_1, in the order of weight_names."""
    def weights(kind, config):
        g = h5["model_weights"].get(config["name"])
        return [] if g is None else [np.float64(g[n]) for n in g.attrs["weight_names"]]
    return weights


def model(path):
    data = open(path, "rb").read()
    if data[:2] == b"PK":
        z = zipfile.ZipFile(io.BytesIO(data))
        keras = json.loads(z.read("metadata.json"))["keras_version"]
        config = json.loads(z.read("config.json"))
        weights = by_place(h5py.File(io.BytesIO(z.read("model.weights.h5"))))
    else:
        h5 = h5py.File(io.BytesIO(data))
        keras, config, weights = h5.attrs["keras_version"], json.loads(h5.attrs["model_config"]), by_name(h5)
    layers = config["config"]
    return keras, layers if isinstance(layers, list) else layers["layers"], weights


def run(name, keras, layers, weights, steps=0):
    f = functions(keras)
    x = mask = None
    for l in layers:
        c = l["config"]
        if x is None:
            shape = c.get("batch_shape") or c["batch_input_shape"]
            words = [l["config"]["input_dim"] for l in layers if l["class_name"] == "Embedding"]
            x = inputs(name, shape[1] or steps, shape[-1], words[0] if words else 0)
        x, mask = layer(l["class_name"], c, weights(l["class_name"], c), x, mask, f)
    return x.reshape(SAMPLES, -1)


def gru_weights(path):
    """The weights alone of a forecaster, in the model that the test describes."""
    h5 = h5py.File(path)
    place = by_place(h5)
    dense = [np.float64(h5["layers/time_distributed/layer/vars/" + i]) for i in "01"]
    gru = lambda sequences: {"class_name": "GRU", "config": {"units": 70, "activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True, "return_sequences": sequences}}
    layers = [{"class_name": "InputLayer", "config": {"batch_shape": [None, 24, 1]}}]
    layers += [gru(True), gru(True), gru(False), {"class_name": "RepeatVector", "config": {"n": 3}}, gru(True), gru(True)]
    layers += [{"class_name": "Dense", "config": {"activation": "linear"}}]
    return run("gru.weights.h5", "3", layers, lambda kind, c: dense if kind == "Dense" else place(kind, c) if kind == "GRU" else [])


FILES = ["simple_rnn-3.13.keras", "lstm_imdb-2.0.9.h5", "simple_rnn-2.6.h5", "lstm_series-3.8.h5", "lstm_series-3.8.keras",
         "gru_mask-3.13.keras", "masking_lstm-3.8.keras", "cnn_lstm.keras"]

folder = sys.argv[1]
out = {}
for name in FILES:
    out[name] = run(name, *model(f"{folder}/{name}"), steps=80)
out["gru.weights.h5"] = gru_weights(f"{folder}/gru.weights.h5")
print("{")
for i, name in enumerate(out):
    rows = ",\n  ".join(json.dumps([float(f"{v:.9g}") for v in row]) for row in out[name])
    print(f'"{name}": [\n  {rows}\n]' + ("," if i < len(out) - 1 else ""))
print("}")
