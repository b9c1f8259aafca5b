#!/usr/bin/python3
"""Golden values of the layers and of training, from PyTorch.

    apt-get install -y python3-torch      # 1.13 was used
    /usr/bin/python3 golden.py layers     # nn/golden_test.go
    /usr/bin/python3 golden.py training   # train/golden_test.go

It prints the Go maps that stand in those tests. All of it is float64. Weights
and inputs are formulas, so there is no data file: wave(offset, shape) holds
cos(offset + i) at the row-major place i.

PyTorch keeps Keras's kernels transposed. Its RNN and LSTM have two biases, of
which the second is zero here, and its gates stand in another order than Keras's
in the GRU: r, z, n for z, r, h. In the LSTM they are the same: i, f, g, o.
"""

import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def wave(offset, *shape):
    n = 1
    for k in shape:
        n *= k
    return torch.cos(offset + torch.arange(n, dtype=torch.float64)).reshape(shape)


def rnn(kernel, recurrent, bias):
    """The layer; gradients flow into the three tensors, as they stand in Keras."""
    layer = torch.nn.RNN(kernel.shape[0], kernel.shape[1], batch_first=True)
    for name, value in [
        ("weight_ih_l0", kernel.t()),
        ("weight_hh_l0", recurrent.t()),
        ("bias_ih_l0", bias),
        ("bias_hh_l0", torch.zeros_like(bias)),
    ]:
        delattr(layer, name)
        setattr(layer, name, value)
    return lambda x: layer(x)[0]


def lstm(kernel, recurrent, bias):
    layer = torch.nn.LSTM(kernel.shape[0], recurrent.shape[0], batch_first=True)
    for name, value in [
        ("weight_ih_l0", kernel.t()),
        ("weight_hh_l0", recurrent.t()),
        ("bias_ih_l0", bias),
        ("bias_hh_l0", torch.zeros_like(bias)),
    ]:
        delattr(layer, name)
        setattr(layer, name, value)
    return lambda x: layer(x)[0]


def gru(kernel, recurrent, bias):
    """reset_after=True, with a bias of [2, 3 units]."""

    def rzn(w):  # from z, r, h in the last dimension
        z, r, h = w.chunk(3, dim=-1)
        return torch.cat([r, z, h], dim=-1)

    layer = torch.nn.GRU(kernel.shape[0], recurrent.shape[0], batch_first=True)
    for name, value in [
        ("weight_ih_l0", rzn(kernel).t()),
        ("weight_hh_l0", rzn(recurrent).t()),
        ("bias_ih_l0", rzn(bias[0])),
        ("bias_hh_l0", rzn(bias[1])),
    ]:
        delattr(layer, name)
        setattr(layer, name, value)
    return lambda x: layer(x)[0]


def gru_reset_before(kernel, recurrent, bias):
    """reset_after=False, which PyTorch has not: Cho et al. 2014, equations 5 to 8."""
    units = recurrent.shape[0]
    wz, wr, wh = kernel.split(units, dim=1)
    uz, ur, uh = recurrent.split(units, dim=1)
    bz, br, bh = bias.split(units)

    def run(x):
        h, out = torch.zeros(x.shape[0], units), []
        for t in range(x.shape[1]):
            z = torch.sigmoid(x[:, t] @ wz + h @ uz + bz)
            r = torch.sigmoid(x[:, t] @ wr + h @ ur + br)
            g = torch.tanh(x[:, t] @ wh + (r * h) @ uh + bh)
            h = z * h + (1 - z) * g
            out.append(h)
        return torch.stack(out, dim=1)

    return run


def leaf(offset, *shape):
    return wave(offset, *shape).requires_grad_()


def show(name, tensor):
    values = ["%.12g" % v for v in tensor.detach().flatten().tolist()]
    if len(values) <= 4:
        print('\t"%s": {%s},' % (name, ", ".join(values)))
        return
    print('\t"%s": {' % name)
    for i in range(0, len(values), 6):
        print("\t\t%s," % ", ".join(values[i : i + 6]))
    print("\t},")


def golden(name, out, weights):
    """Prints out and the gradients of sum(out * wave(9))."""
    (out * wave(9, *out.shape)).sum().backward()
    show(name, out)
    for path, w in weights.items():
        show(name + "/" + path, w.grad)
        w.grad = None


def layers():
    kernel, recurrent, bias = leaf(1, 3, 2), leaf(2, 2, 2), leaf(3, 2)
    f = rnn(kernel, recurrent, bias)
    x = wave(0, 2, 4, 3)  # [batch, time, features]
    weights = {"kernel": kernel, "recurrent_kernel": recurrent, "bias": bias}
    golden("simple_rnn", f(x)[:, -1], weights)
    golden("simple_rnn_sequences", f(x), weights)

    for name, cell, gates, biases in [
        ("lstm", lstm, 4, (8,)),
        ("gru", gru, 3, (2, 6)),
        ("gru_reset_before", gru_reset_before, 3, (6,)),
    ]:
        weights = {
            "kernel": leaf(1, 3, gates * 2),
            "recurrent_kernel": leaf(2, 2, gates * 2),
            "bias": leaf(3, *biases),
        }
        f = cell(*weights.values())
        golden(name, f(x)[:, -1], weights)
        golden(name + "_sequences", f(x), weights)

    table = leaf(1, 5, 2)
    ids = torch.tensor([[4, 0, 4], [1, 4, 0]])
    golden("embedding", torch.nn.functional.embedding(ids, table), {"embeddings": table})

    kernel, bias = leaf(1, 3, 2), leaf(3, 2)
    y = torch.nn.functional.linear(wave(0, 4, 3), kernel.t(), bias)
    golden("dense", y, {"kernel": kernel, "bias": bias})
    golden("dense_sigmoid", torch.sigmoid(
        torch.nn.functional.linear(wave(0, 4, 3), kernel.t(), bias)), {"kernel": kernel, "bias": bias})


STEPS, WORDS, WIDTH, UNITS = 5, 7, 4, 3
BATCHES = [range(0, 4), range(4, 8), range(8, 10)]  # the last one is smaller
IDS = torch.tensor([[(3 * i + j * j) % WORDS for j in range(STEPS)] for i in range(10)])
TARGETS = torch.tensor([[float(i * i % 3 == 1)] for i in range(10)])


def sgd(weights, lr=0.01):
    def step():
        for w in weights:
            w -= lr * w.grad

    return step


def adam(weights, lr=0.001, b1=0.9, b2=0.999, eps=1e-7):
    """Keras's form: epsilon stands outside the bias correction."""
    m = [torch.zeros_like(w) for w in weights]
    v = [torch.zeros_like(w) for w in weights]
    t = 0

    def step():
        nonlocal t
        t += 1
        rate = lr * (1 - b2**t) ** 0.5 / (1 - b1**t)
        for i, w in enumerate(weights):
            m[i] = b1 * m[i] + (1 - b1) * w.grad
            v[i] = b2 * v[i] + (1 - b2) * w.grad**2
            w -= rate * m[i] / (v[i].sqrt() + eps)

    return step


def train(name, encoding, optimizer):
    weights = {}
    if encoding == "embedding":
        weights["embedding/embeddings"] = leaf(1, WORDS, WIDTH)
    weights["simple_rnn/kernel"] = leaf(2, WIDTH if weights else WORDS, UNITS)
    weights["simple_rnn/recurrent_kernel"] = leaf(3, UNITS, UNITS)
    weights["simple_rnn/bias"] = leaf(4, UNITS)
    weights["dense/kernel"] = leaf(5, UNITS, 1)
    weights["dense/bias"] = leaf(6, 1)
    step = optimizer(list(weights.values()))
    losses = []
    for rows in BATCHES:
        ids = IDS[list(rows)]
        if encoding == "embedding":
            x = torch.nn.functional.embedding(ids, weights["embedding/embeddings"])
        else:
            x = torch.nn.functional.one_hot(ids, WORDS).to(torch.float64)
        # Anew in each step: the transposed views do not survive an update in place.
        f = rnn(*[weights["simple_rnn/" + n] for n in ("kernel", "recurrent_kernel", "bias")])
        logits = f(x)[:, -1] @ weights["dense/kernel"] + weights["dense/bias"]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, TARGETS[list(rows)])
        for w in weights.values():
            w.grad = None
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            step()
    show(name + "/losses", torch.tensor(losses))
    for path, w in weights.items():
        show(name + "/" + path, w)


def training():
    for encoding in ("one_hot", "embedding"):
        train(encoding + "/sgd", encoding, sgd)
        train(encoding + "/adam", encoding, adam)


if __name__ == "__main__":
    {"layers": layers, "training": training}[sys.argv[1]]()
