"""PyTorch's side of the comparison: runs training epochs, training steps and
inference on request, one JSON object a line on standard input and output.

The models are the two experiments' with Keras's initialisers' sizes; ids are
fed, torch.nn.RNN runs the recurrence. The one-hot model runs in two ways,
"dense" (torch.nn.functional.one_hot, then RNN) and "gather" (an embedding of
the identity, then RNN); the caller takes the faster one.
"""
import json
import sys
import time

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, kind, words, width, units):
        super().__init__()
        self.kind = kind
        self.words = words
        if kind == "embedding":
            self.table = nn.Embedding(words, width)
        elif kind == "gather":
            self.table = nn.Embedding.from_pretrained(torch.eye(words), freeze=True)
        self.rnn = nn.RNN(width, units)
        self.dense = nn.Linear(units, 1)

    def forward(self, ids):  # [time, batch]
        if self.kind == "dense":
            x = nn.functional.one_hot(ids, self.words).float()
        elif self.kind == "features":
            x = ids
        else:
            x = self.table(ids)
        return self.dense(self.rnn(x)[1][0])[:, 0]


state = {}


def data(n, steps, words, seed):
    key = (n, steps, words, seed)
    if state.get("key") != key:
        g = torch.Generator().manual_seed(seed)
        # Words as frequent as in a text: the rank's reciprocal.
        p = 1.0 / torch.arange(1, words + 1, dtype=torch.float)
        x = torch.multinomial(p, n * steps, replacement=True, generator=g).view(n, steps)
        y = torch.randint(0, 2, (n,), generator=g).float()
        state.update(key=key, x=x, y=y)
    return state["x"], state["y"]


def optimizer(name, model):
    if name == "adam":
        return torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
    return torch.optim.SGD(model.parameters(), lr=0.01)


def epoch(r):
    """Trains on n samples once, in a new order: seconds."""
    x, y = data(r["n"], r["steps"], r["words"], 1)
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
    """Repeats one SGD training step on features of a recurrent layer: seconds a
    step."""
    model = Model("features", 0, r["width"], r["units"])
    opt = optimizer("sgd", model)
    loss = nn.BCEWithLogitsLoss()
    x = torch.randn(r["steps"], r["batch"], r["width"])
    y = torch.randint(0, 2, (r["batch"],)).float()
    done = 0
    start = time.perf_counter()
    while True:
        opt.zero_grad()
        loss(model(x), y).backward()
        opt.step()
        done += 1
        spent = time.perf_counter() - start
        if spent > r["seconds"] and done >= r.get("least", 1):
            return spent / done


def infer(r):
    """Runs n samples through the model without gradients: seconds."""
    x, _ = data(r["n"], r["steps"], r["words"], 1)
    model = Model(r["kind"], r["words"], r["width"], r["units"]).eval()
    start = time.perf_counter()
    with torch.no_grad():
        for i in range(0, r["n"], r["batch"]):
            torch.sigmoid(model(x[i:i + r["batch"]].t())).numpy()
    return time.perf_counter() - start


def main():
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        r = json.loads(line)
        torch.set_num_threads(r["threads"])
        seconds = {"epoch": epoch, "step": step, "infer": infer}[r["do"]](r)
        print(json.dumps({"seconds": seconds}), flush=True)


main()
