# Writes numpy_layers.json.gz: archives of Keras 3 with layers that no file people
# published and no TensorFlow.js has, with inputs and what NumPy makes of them by the
# formulas of Keras's documentation. h5py writes the weights where Keras does.
#
#	/usr/bin/python3 numpy_layers.py | gzip -9n > numpy_layers.json.gz
import base64, io, json, zipfile
import h5py
import numpy as np

rng = np.random.default_rng(1)


def small(*shape):
    return rng.integers(-128, 128, shape).astype(np.float32) / 128


def policy():
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def layer(cls, name, config, calls):
    return {"module": "keras.layers", "class_name": cls, "registered_name": None, "name": name,
            "config": {"name": name, "trainable": True, "dtype": policy(), **config}, "inbound_nodes": calls}


def source(name, shape):
    return {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None, "name": name, "inbound_nodes": [],
            "config": {"batch_shape": [None, *shape], "dtype": "float32", "sparse": False, "name": name}}


def tensor(name):
    return {"class_name": "__keras_tensor__", "config": {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]}}


def call(*names, **keywords):
    return [{"args": [tensor(n) for n in names], "kwargs": keywords}]


def archive(layers, inputs, weights):
    """weights: the paths of groups, with the arrays of each."""
    config = {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional", "config": {
        "name": "functional", "trainable": True, "layers": layers,
        "input_layers": [[n, 0, 0] for n in inputs], "output_layers": [[layers[-1]["name"], 0, 0]]}}
    data = io.BytesIO()
    with h5py.File(data, "w") as f:
        f.create_group("vars")
        for path, arrays in weights.items():
            for i, a in enumerate(arrays):
                f[f"layers/{path}/vars/{i}"] = a
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("metadata.json", json.dumps({"keras_version": "3.8.0", "date_saved": "2025-01-01@00:00:00"}))
        z.writestr("config.json", json.dumps(config))
        z.writestr("model.weights.h5", data.getvalue())
    return base64.b64encode(out.getvalue()).decode()


golden = {}


def add(name, layers, weights, inputs, y):
    golden[name] = {
        "archive": archive(layers, list(inputs), weights),
        "inputs": [{"shape": x.shape, "values": [float(v) for v in x.ravel()]} for x in inputs.values()],
        "outputs": [{"shape": y.shape, "values": [float(f"{v:.8g}") for v in y.ravel()]}],
    }


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# MultiHeadAttention: Vaswani et al., 2017; EinsumDense by the equations of its source.
def attention(name, query, value, key=None, heads=2, key_dim=3, value_dim=None, out=None, bias=True, causal=False, mask=None, words=None):
    width = value_dim or key_dim
    last = query.shape[-1]
    inputs = {"query": query, "value": value} if words is None else {"words": words}
    names = ["query", "value"] if words is None else ["embedding", "embedding"]
    if key is not None:
        inputs["key"] = key
        names.append("key")
    k_in = value if key is None else key
    wq, wk, wv = small(last, heads, key_dim), small(k_in.shape[-1], heads, key_dim), small(value.shape[-1], heads, width)
    wo = small(heads, width, out or last)
    bq, bk, bv, bo = small(heads, key_dim), small(heads, key_dim), small(heads, width), small(out or last)
    if not bias:
        bq, bk, bv, bo = (np.zeros_like(b) for b in (bq, bk, bv, bo))
    x64 = lambda *a: [v.astype(np.float64) for v in a]
    q, k, v = (np.einsum("abc,cde->abde", x, w) + b for x, w, b in (x64(query, wq, bq), x64(k_in, wk, bk), x64(value, wv, bv)))
    scores = np.einsum("aecd,abcd->acbe", k, q / np.sqrt(key_dim))
    keep = np.ones_like(scores, bool)
    if causal:
        keep &= np.tril(np.ones(scores.shape[-2:], bool))
    if mask is not None:
        keep &= mask[:, None, None, :]
    weights = softmax(np.where(keep, scores, -1e9))
    y = np.einsum("acbe,aecd->abcd", weights, v)
    y = np.einsum("abcd,cde->abe", y, wo.astype(np.float64)) + bo
    group = "multi_head_attention/"
    stored = {group + part: [w] + ([b] if bias else []) for part, w, b in
              (("query_dense", wq, bq), ("key_dense", wk, bk), ("value_dense", wv, bv), ("output_dense", wo, bo))}
    layers = [source(n, [None] if n == "words" else x.shape[1:]) for n, x in inputs.items()]
    if words is not None:
        stored["embedding"] = [table]
        layers.append(layer("Embedding", "embedding", {"input_dim": len(table), "output_dim": last, "mask_zero": True}, call("words")))
    layers.append(layer("MultiHeadAttention", "multi_head_attention", {
        "num_heads": heads, "key_dim": key_dim, "value_dim": width, "dropout": 0.0, "use_bias": bias,
        "output_shape": [out] if out else None, "attention_axes": [1], "seed": None}, call(*names, **({"use_causal_mask": True} if causal else {}))))
    if mask is not None:  # of queries that are masked versions of Keras make different things
        layers.append(layer("GlobalAveragePooling1D", "mean", {"data_format": "channels_last", "keepdims": False}, call("multi_head_attention")))
        y = (y * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
    add(name, layers, stored, inputs, y)


attention("attention of one to another", small(2, 3, 4), small(2, 5, 2))
attention("attention with a key", small(2, 3, 4), small(2, 5, 2), small(2, 5, 3), heads=3, key_dim=2, value_dim=4, out=5)
attention("attention without bias", small(2, 3, 4), small(2, 3, 4), bias=False, heads=1)
attention("causal attention", small(2, 4, 3), small(2, 4, 3), causal=True)
table = small(6, 4)
ids = np.array([[1, 2, 3, 4], [5, 1, 0, 0]])
attention("masked attention", table[ids], table[ids], mask=ids != 0, words=ids)
attention("masked and causal attention", table[ids], table[ids], mask=ids != 0, words=ids, causal=True)


def one(name, cls, config, x, f, *weights):
    x = x.astype(np.float32)
    snake = {"RMSNormalization": "rms_normalization", "LayerNormalization": "layer_normalization"}.get(cls, "layer")
    stored = {snake: weights} if weights else {}
    add(name, [source("x", x.shape[1:]), layer(cls, "layer", config, call("x"))], stored, {"x": x}, f(x.astype(np.float64)))


def layer_normalization(axis, gamma, beta, epsilon=1e-3):
    def f(x):
        mean, var = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
        shape = [1] * x.ndim
        for a in axis:
            shape[a] = x.shape[a]
        return (x - mean) / np.sqrt(var + epsilon) * gamma.reshape(shape) + beta.reshape(shape)
    return f


one("rescaling", "Rescaling", {"scale": 0.25, "offset": -1.5}, small(2, 3), lambda x: x * 0.25 - 1.5)
one("rescaling in time", "Rescaling", {"scale": 2.0, "offset": 0.0}, small(2, 4, 3), lambda x: x * 2)
one("unit_normalization", "UnitNormalization", {"axis": -1}, small(2, 4, 3), lambda x: x / np.sqrt(np.maximum((x * x).sum(-1, keepdims=True), 1e-12)))
scale = small(3)
one("rms_normalization", "RMSNormalization", {"axis": [-1], "epsilon": 1e-6}, small(2, 4, 3), lambda x: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-6) * scale, scale)
for axis in ([1], [1, 2], [-1]):
    shape = [(2, 4, 3)[a] for a in axis]
    gamma, beta = small(*shape), small(*shape)
    one(f"layer_normalization over {axis}", "LayerNormalization", {"axis": axis, "epsilon": 0.001, "center": True, "scale": True},
        small(2, 4, 3), layer_normalization(tuple(axis), gamma, beta), gamma, beta)
one("alpha_dropout", "AlphaDropout", {"rate": 0.5, "seed": None, "noise_shape": None}, small(2, 3), lambda x: x)
one("gaussian_dropout", "GaussianDropout", {"rate": 0.5, "seed": 3}, small(2, 3), lambda x: x)
one("activity_regularization", "ActivityRegularization", {"l1": 0.1, "l2": 0.0}, small(2, 3), lambda x: x)

print("{" + ",\n".join(json.dumps(k) + ": " + json.dumps(v) for k, v in golden.items()) + "}")
