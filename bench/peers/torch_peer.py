"""PyTorch's side of the comparison: runs training epochs, training steps and
inference on request, one JSON object a line on standard input and output.

The models are the experiments', in sizes; ids are fed, torch.nn.RNN runs the
recurrence. The one-hot model runs in two ways, "dense"
(torch.nn.functional.one_hot, then RNN) and "gather" (an embedding of the
identity, then RNN); the caller takes the faster one.

The first line that is written says what was found: the version, the BLAS
libraries, and whether their threads can be set apart from PyTorch's own.
"""
import ctypes
import json
import os
import signal
import sys
import time

signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller ends this process


def tell(**reply):
    print(json.dumps(reply), flush=True)


try:
    import torch
    from torch import nn
except ImportError as e:
    tell(missing=str(e))
    sys.exit()


def blas():
    """The files of the BLAS libraries that are loaded."""
    try:
        with open("/proc/self/maps") as f:
            files = {line.split(None, 5)[5].strip() for line in f if len(line.split(None, 5)) > 5}
    except OSError:
        return []
    return sorted(p for p in files if any(s in os.path.basename(p) for s in ("blas", "mkl_rt", "libblis")))


def openblas(files):
    """The function that sets OpenBLAS's own threads, which
    torch.set_num_threads leaves alone."""
    for p in files:
        if "openblas" in os.path.basename(p):
            try:
                return ctypes.CDLL(p).openblas_set_num_threads
            except (OSError, AttributeError):
                pass
    return None


class Model(nn.Module):
    def __init__(self, kind, words, width, units, cell="RNN", both=False):
        super().__init__()
        self.kind = kind
        self.words = words
        self.both = both
        if kind == "embedding":
            self.table = nn.Embedding(words, width)
        elif kind == "gather":
            self.table = nn.Embedding.from_pretrained(torch.eye(words), freeze=True)
        self.rnn = getattr(nn, cell)(width, units, bidirectional=both)
        self.dense = nn.Linear(2 * units if both else units, 1)

    def forward(self, ids):  # [time, batch]
        if self.kind == "dense":
            x = nn.functional.one_hot(ids, self.words).float()
        elif self.kind == "features":
            x = ids
        else:
            x = self.table(ids)
        state = self.rnn(x)[1]
        if isinstance(state, tuple):  # LSTM: h and c
            state = state[0]
        h = torch.cat([state[0], state[1]], dim=1) if self.both else state[0]
        return self.dense(h)[:, 0]


cache = {}


def data(n, steps, words):
    key = (n, steps, words)
    if key not in cache:
        g = torch.Generator().manual_seed(1)
        # Words as frequent as in a text: the rank's reciprocal.
        p = 1.0 / torch.arange(1, words + 1, dtype=torch.float)
        x = torch.multinomial(p, n * steps, replacement=True, generator=g).view(n, steps)
        y = torch.randint(0, 2, (n,), generator=g).float()
        cache[key] = x, y
    return cache[key]


def optimizer(name, model):
    if name == "adam":
        return torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
    return torch.optim.SGD(model.parameters(), lr=0.01)


def epoch(r):
    """Trains on n samples once, in a new order: seconds."""
    x, y = data(r["n"], r["steps"], r["words"])
    model = Model(r["kind"], r["words"], r["width"], r["units"])
    opt = optimizer(r["optimizer"], model)
    loss = nn.BCEWithLogitsLoss()
    start = time.perf_counter()
    order = torch.randperm(r["n"])
    total = 0.0
    for i in range(0, r["n"], r["batch"]):
        rows = order[i:i + r["batch"]]
        opt.zero_grad()
        e = loss(model(x[rows].t()), y[rows])
        e.backward()
        opt.step()
        total += float(e.detach())
    return time.perf_counter() - start


def step(r):
    """Repeats a training step on features, after one that is not
    measured: seconds a step. The batch is the same each time, so nothing is
    fed, unless "feed" is set: then it is gathered anew from time-major
    samples, the layout that costs PyTorch one copy. With "words" the batch is
    word ids, and the model has an embedding."""
    model = Model(r["kind"], r["words"], r["width"], r["units"], r.get("cell") or "RNN", bool(r.get("both")))
    opt = optimizer(r.get("optimizer") or "sgd", model)
    loss = nn.BCEWithLogitsLoss()
    if r["words"]:
        x = data(r["batch"], r["steps"], r["words"])[0].t().contiguous()
    else:
        x = torch.randn(r["steps"], r["batch"], r["width"])
    y = torch.randint(0, 2, (r["batch"],)).float()
    done = -1
    while True:
        opt.zero_grad()
        if r.get("feed"):
            rows = torch.randperm(r["batch"])
            e = loss(model(x[:, rows]), y[rows])
        else:
            e = loss(model(x), y)
        e.backward()
        opt.step()
        done += 1
        if done == 0:
            start = time.perf_counter()
            continue
        spent = time.perf_counter() - start
        if spent >= r["seconds"] and done >= r["least"]:
            return spent / done


def infer(r):
    """Runs n samples through the model without gradients: seconds."""
    x, _ = data(r["n"], r["steps"], r["words"])
    model = Model(r["kind"], r["words"], r["width"], r["units"]).eval()
    start = time.perf_counter()
    with torch.no_grad():
        for i in range(0, r["n"], r["batch"]):
            torch.sigmoid(model(x[i:i + r["batch"]].t())).numpy()
    return time.perf_counter() - start


def main():
    files = blas()
    set_blas = openblas(files)
    known = ("openblas", "mkl", "blis", "atlas")
    tell(
        version=torch.__version__,
        blas=[os.path.basename(os.path.realpath(p)) for p in files],
        openblas=set_blas is not None,
        reference=bool(files) and not any(k in p for p in files for k in known),
    )
    for line in sys.stdin:
        try:
            r = json.loads(line)
            torch.set_num_threads(r["threads"])
            if set_blas and r["blas_threads"]:
                set_blas(r["blas_threads"])
            tell(seconds={"epoch": epoch, "step": step, "infer": infer}[r["do"]](r))
        except Exception as e:  # the caller decides
            tell(error=f"{type(e).__name__}: {e}")


main()
