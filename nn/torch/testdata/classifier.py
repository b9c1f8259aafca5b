"""Writes classifier.safetensors and prints what the module answers.

The module is that of the example of LoadWeights. Its parameters are a formula, so that
neither PyTorch nor a seed is needed; the file is what safetensors.torch.save_file writes of
such a state_dict, and the equations are those of PyTorch's documentation.
"""
import json, math, os, struct

shapes = {
    "words.weight": [4, 2],
    "encoder.weight_ih_l0": [4, 2], "encoder.weight_hh_l0": [4, 1], "encoder.bias_ih_l0": [4], "encoder.bias_hh_l0": [4],
    "head.weight": [1, 1], "head.bias": [1],
}
single = lambda x: struct.unpack("<f", struct.pack("<f", x))[0]
state, n = {}, 0
for name, shape in shapes.items():
    state[name] = [single(2 * math.cos(n + i)) for i in range(math.prod(shape))]
    n += math.prod(shape)

header, data = {"__metadata__": {"format": "pt"}}, b""
for name in sorted(shapes):
    values = struct.pack(f"<{len(state[name])}f", *state[name])
    header[name] = {"dtype": "F32", "shape": shapes[name], "data_offsets": [len(data), len(data) + len(values)]}
    data += values
head = json.dumps(header, separators=(",", ":")).encode()
head += b" " * (-len(head) % 8)
with open(os.path.join(os.path.dirname(__file__), "classifier.safetensors"), "wb") as f:
    f.write(struct.pack("<Q", len(head)) + head + data)

sigmoid = lambda x: 1 / (1 + math.exp(-x))
for ids in ([1, 2, 3], [3, 2, 1]):
    h = c = 0.0
    for word in ids:
        x = state["words.weight"][2 * word:2 * word + 2]
        i, f, g, o = (
            sum(w * v for w, v in zip(state["encoder.weight_ih_l0"][2 * k:2 * k + 2], x)) + state["encoder.bias_ih_l0"][k]
            + state["encoder.weight_hh_l0"][k] * h + state["encoder.bias_hh_l0"][k] for k in range(4))
        c = sigmoid(f) * c + sigmoid(i) * math.tanh(g)
        h = sigmoid(o) * math.tanh(c)
    print(ids, round(sigmoid(state["head.weight"][0] * h + state["head.bias"][0]), 4))
