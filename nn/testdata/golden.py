#!/usr/bin/python3
"""Golden values of the layers and of training, from PyTorch.

    apt-get install -y python3-torch      # 1.13 was used
    /usr/bin/python3 golden.py layers     # nn/golden_test.go
    /usr/bin/python3 golden.py models     # nn/golden_models_test.go
    /usr/bin/python3 golden.py losses     # nn/golden_losses_test.go
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


# Models, written out in PyTorch's operations. The weights of a model are
# wave(1), wave(2), ... in the order in which it declares them; features are
# wave(0) of [batch, time, features], ids are ids(batch, time).

F = torch.nn.functional


def ids(batch, time):
    return torch.tensor([[(3 * b + 2 * t * t) % 5 for t in range(time)] for b in range(batch)])


def row(tensor):
    values = ["%.12g" % v for v in tensor.detach().flatten().tolist()]
    lines = [", ".join(values[i : i + 8]) for i in range(0, len(values), 8)]
    if len(lines) == 1:
        print("\t\t{%s}," % lines[0])
    else:
        print("\t\t{\n\t\t\t%s,\n\t\t}," % ",\n\t\t\t".join(lines))


def model(name, shapes, f):
    """Prints the output and the gradients of sum(out * wave(9))."""
    weights = [leaf(i + 1, *shape) for i, shape in enumerate(shapes)]
    out = f(*weights)
    extra = []
    if isinstance(out, tuple):
        out, *extra = out
    (out * wave(9, *out.shape)).sum().backward()
    print('\t"%s": {' % name)
    for tensor in [out] + [w.grad for w in weights] + extra:
        row(tensor)
    print("\t},")


def pads(time, size, strides, dilation, padding):
    """Steps of padding before and after, by TensorFlow's rule."""
    reach = (size - 1) * dilation + 1
    if padding == "same":
        total = max((-(-time // strides) - 1) * strides + reach - time, 0)
        return total // 2, total - total // 2
    return (reach - 1 if padding == "causal" else 0), 0


def conv(x, kernel, bias, strides=1, dilation=1, padding="valid"):
    before, after = pads(x.shape[1], kernel.shape[0], strides, dilation, padding)
    x = F.pad(x.transpose(1, 2), (before, after))
    return F.conv1d(x, kernel.permute(2, 1, 0), bias, stride=strides, dilation=dilation).transpose(1, 2)


def pool(x, size, strides, padding, reduce):
    before, _ = pads(x.shape[1], size, strides, 1, padding)
    steps = []
    at = -before
    count = -(-x.shape[1] // strides) if padding == "same" else (x.shape[1] - size) // strides + 1
    for _ in range(count):
        steps.append(reduce(x[:, max(at, 0) : at + size]))
        at += strides
    return torch.stack(steps, dim=1)


def largest(x):
    return x.max(dim=1).values


def mean(x):
    return x.mean(dim=1)


def rnn_step(kernel, recurrent, bias):
    def step(x, states):
        h = torch.tanh(x @ kernel + states[0] @ recurrent + bias)
        return h, [h]

    return step, 1


def lstm_step(kernel, recurrent, bias):
    def step(x, states):
        i, f, g, o = (x @ kernel + states[0] @ recurrent + bias).chunk(4, dim=1)
        c = torch.sigmoid(f) * states[1] + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, [h, c]

    return step, 2


def gru_step(kernel, recurrent, bias):
    def step(x, states):
        xz, xr, xh = (x @ kernel + bias[0]).chunk(3, dim=1)
        hz, hr, hh = (states[0] @ recurrent + bias[1]).chunk(3, dim=1)
        z, r = torch.sigmoid(xz + hz), torch.sigmoid(xr + hr)
        h = z * states[0] + (1 - z) * torch.tanh(xh + r * hh)
        return h, [h]

    return step, 1


def run(cell, x, units, mask=None, states=None):
    """Keras's loop: masked steps repeat the output, zeros at first, and keep
    the states. Returns the outputs and the final states."""
    step, n = cell
    states = states or [torch.zeros(x.shape[0], units)] * n
    last, outs = torch.zeros(x.shape[0], units), []
    for t in range(x.shape[1]):
        out, new = step(x[:, t], states)
        if mask is not None:
            m = mask[:, t : t + 1]
            out = torch.where(m, out, last)
            new = [torch.where(m, a, b) for a, b in zip(new, states)]
        last, states = out, new
        outs.append(out)
    return torch.stack(outs, dim=1), states


def attention(q, v, k, scale, q_mask, v_mask, causal=False):
    scores = scale * q @ k.transpose(1, 2)
    scores = scores - 1e9 * (1 - v_mask.double())[:, None, :]
    if causal:
        scores = scores - 1e9 * torch.ones(q.shape[1], v.shape[1]).triu(1)
    return torch.softmax(scores, dim=2) @ v * q_mask[:, :, None]


def batch_norm(gamma, beta, rows, x):
    mean, var = rows.mean(dim=0), rows.var(dim=0, unbiased=False)
    y = (x - mean) / torch.sqrt(var + 1e-3) * gamma + beta
    return y, 0.01 * mean, 0.99 + 0.01 * var


def models():
    x = wave(0, 2, 5, 3)
    for name, size, strides, dilation, padding in [
        ("valid", 3, 1, 1, "valid"),
        ("strides", 2, 2, 1, "valid"),
        ("dilated", 2, 1, 3, "valid"),
        ("same", 4, 1, 1, "same"),
        ("same_strides", 2, 3, 1, "same"),
        ("causal", 3, 1, 2, "causal"),
    ]:
        model("conv1d_" + name, [(size, 3, 2), (2,)], lambda k, b: conv(x, k, b, strides, dilation, padding))

    dense = [(3, 2), (2,)]
    for name, reduce in [("max", largest), ("average", mean)]:
        for padding, size, strides in [("valid", 2, 2), ("same", 3, 2)]:
            model(name + "_pooling_" + padding, dense, lambda k, b: pool(x @ k + b, size, strides, padding, reduce))
        model("global_%s_pooling" % name, dense, lambda k, b: reduce(x @ k + b))

    def masked_mean(table):
        m = (ids(3, 4) != 0).double()[:, :, None]
        return (table[ids(3, 4)] * m).sum(dim=1) / m.sum(dim=1)

    model("global_average_pooling_masked", [(5, 2)], masked_mean)
    model("flatten", dense + [(10, 2), (2,)], lambda k, b, k2, b2: (x @ k + b).reshape(2, 10) @ k2 + b2)
    model("reshape", dense + [(5, 2), (2,)], lambda k, b, k2, b2: (x @ k + b).reshape(2, 2, 5) @ k2 + b2)
    model("repeat_vector", dense, lambda k, b: (x[:, 0] @ k + b)[:, None].repeat(1, 3, 1))
    model("layer_normalization", dense + [(2,), (2,)], lambda k, b, g, c: F.layer_norm(x @ k + b, (2,), g, c, 1e-3))
    # The states that follow are the moving mean and variance after one step.
    model("batch_normalization", dense + [(2,), (2,)], lambda k, b, g, c: batch_norm(g, c, (x @ k + b).reshape(-1, 2), x @ k + b))

    def masked_norm(table, g, c):
        e = table[ids(3, 4)]
        return batch_norm(g, c, e[ids(3, 4) != 0], e)

    model("batch_normalization_masked", [(5, 2), (2,), (2,)], masked_norm)

    a, c = ids(3, 4), ids(3, 3) + 0
    for name, scaled, causal in [("attention", False, False), ("attention_scaled_causal", True, True)]:
        shapes = [(5, 2)] + ([(1, 1)] if scaled else [])

        def attend(table, scale=torch.ones(1, 1)):
            q, v = table[a], table[c]
            return attention(q, v, v, scale[0, 0], a != 0, c != 0, causal)

        model(name, shapes, attend)

    for name, cell, gates, bias in [
        ("simple_rnn", rnn_step, 1, (2,)),
        ("lstm", lstm_step, 4, (8,)),
        ("gru", gru_step, 3, (2, 6)),
    ]:
        shapes = [(3, gates * 2), (2, gates * 2), bias]
        embedded = [(5, 3)] + shapes
        model(name + "_masked", embedded, lambda e, *w: run(cell(*w), e[a], 2, a != 0)[0])
        model(name + "_masked_last", embedded, lambda e, *w: run(cell(*w), e[a], 2, a != 0)[0][:, -1])
        model(name + "_masked_backwards", embedded, lambda e, *w: run(cell(*w), e[a].flip(1), 2, a.flip(1) != 0)[0][:, -1])
        model(name + "_backwards", shapes, lambda *w: run(cell(*w), x.flip(1), 2)[0])

        def handed_on(*w):
            n = len(shapes)
            _, states = run(cell(*w[:n]), x, 2)
            out, final = run(cell(*w[n:]), x, 2, None, states)
            return torch.cat([out[:, -1]] + final, dim=1)

        model(name + "_states", shapes + shapes, handed_on)
        for merge, f in [
            ("concat", lambda p, q: torch.cat([p, q], dim=-1)),
            ("sum", lambda p, q: p + q),
            ("mul", lambda p, q: p * q),
            ("ave", lambda p, q: (p + q) / 2),
        ]:

            def both(*w, sequences):
                p = run(cell(*w[:3]), x, 2)[0]
                q = run(cell(*w[3:]), x.flip(1), 2)[0]
                if sequences:
                    return f(p, q.flip(1))
                return f(p[:, -1], q[:, -1])

            model("bidirectional_%s_%s" % (merge, name), shapes + shapes, lambda *w: both(*w, sequences=False))
            if name == "lstm":
                model("bidirectional_%s_sequences" % merge, shapes + shapes, lambda *w: both(*w, sequences=True))

    model("stacked_cells", [(3, 8), (2, 8), (8,), (2, 6), (2, 6), (2, 6)],
          lambda *w: run(gru_step(*w[3:]), run(lstm_step(*w[:3]), x, 2)[0], 2)[0])
    model("time_distributed", dense, lambda k, b: torch.tanh(x @ k + b))

    def masking(*w):
        keep = (x[:, :, :1] > -0.5).expand_as(x)
        y = torch.where(keep, x, torch.full_like(x, 0.25))
        mask = keep[:, :, 0]
        return run(lstm_step(*w), y * mask[:, :, None], 2, mask)[0]

    model("masking", [(3, 8), (2, 8), (8,)], masking)

    h = x[:, 0]
    two = dense + dense
    for name, f in [
        ("add", lambda p, q: p + q),
        ("subtract", lambda p, q: p - q),
        ("multiply", lambda p, q: p * q),
        ("average", lambda p, q: (p + q) / 2),
        ("maximum", torch.maximum),
        ("minimum", torch.minimum),
        ("concatenate", lambda p, q: torch.cat([p, q], dim=1)),
    ]:
        model(name, two, lambda k, b, k2, b2: f(h @ k + b, h @ k2 + b2))

    for name, f in [
        ("relu", torch.relu),
        ("leaky_relu", lambda v: F.leaky_relu(v, 0.2)),
        ("elu", F.elu),
        ("selu", F.selu),
        ("gelu", F.gelu),
        ("silu", F.silu),
        ("softplus", F.softplus),
        ("softsign", F.softsign),
        ("hard_sigmoid", lambda v: F.relu6(v + 3) / 6),
        ("exponential", torch.exp),
        ("softmax", lambda v: torch.softmax(v, dim=-1)),
        ("tanh", torch.tanh),
    ]:
        model("dense_" + name, [(3, 4), (4,)], lambda k, b: f(x[:, 0] @ k + b))


def losses():
    """Each loss of the rows of y against t, and the gradient of the sum of
    (row + 1) * loss."""
    y = torch.tensor([[0.3, -1.2, 50.0], [-50.0, 0.0, 2.0], [1.5, 0.2, -0.7], [0.9, 0.05, 0.05]])
    p = torch.tensor([[0.3, 0.6, 0.1], [1.0, 0.0, 0.2], [0.25, 0.5, 0.5], [0.9, 0.05, 0.05]])
    t = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    classes = torch.tensor([1, 0, 2, 1])
    rows = torch.arange(1.0, 5.0, dtype=torch.float64)
    eps = 1e-7

    def clip(v):
        return v.clamp(eps, 1 - eps)

    def show_loss(name, of, f):
        v = of.double().clone().requires_grad_()
        each = f(v)
        (each * rows).sum().backward()
        print('\t"%s": {' % name)
        for tensor in (each, v.grad):
            row(tensor)
        print("\t},")

    t, smooth2, smooth3 = t.double(), t.double() * 0.8 + 0.1, t.double() * 0.7 + 0.1
    bce = lambda v, t: F.binary_cross_entropy_with_logits(v, t, reduction="none").mean(dim=1)
    show_loss("binary_logits", y, lambda v: bce(v, t))
    show_loss("binary_smoothed", y, lambda v: bce(v, smooth2))
    show_loss("binary_probabilities", p, lambda v: -(t * torch.log(clip(v)) + (1 - t) * torch.log(1 - clip(v))).mean(dim=1))
    cce = lambda v, t: -(t * torch.log_softmax(v, dim=1)).sum(dim=1)
    show_loss("categorical_logits", y, lambda v: cce(v, t))
    show_loss("categorical_smoothed", y, lambda v: cce(v, smooth3))
    show_loss("categorical_probabilities", p, lambda v: -(t * torch.log(clip(v / v.sum(dim=1, keepdim=True)))).sum(dim=1))
    show_loss("sparse_logits", y, lambda v: F.cross_entropy(v, classes, reduction="none"))
    show_loss("squared", y, lambda v: ((v - t) ** 2).mean(dim=1))
    show_loss("absolute", y, lambda v: (v - t).abs().mean(dim=1))
    show_loss("huber", y, lambda v: F.huber_loss(v, t, reduction="none", delta=1.0).mean(dim=1))
    show_loss("huber_delta", y, lambda v: F.huber_loss(v, t, reduction="none", delta=2.5).mean(dim=1))
    show_loss("hinge", y, lambda v: torch.relu(1 - (2 * t - 1) * v).mean(dim=1))
    show_loss("divergence", p, lambda v: (smooth3 * torch.log(smooth3 / v.clamp(eps, 1))).sum(dim=1))
    show_loss("poisson", p, lambda v: (v - t * torch.log(v + eps)).mean(dim=1))
    show_loss("cosine", y, lambda v: -F.cosine_similarity(v, t, dim=1))


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
    {"layers": layers, "models": models, "losses": losses, "training": training}[sys.argv[1]]()
