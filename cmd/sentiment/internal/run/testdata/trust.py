#!/usr/bin/env python3
"""Golden values of how far answers are to be trusted, from scikit-learn 1.2 and NumPy.

    apt-get install -y python3-sklearn
    /usr/bin/python3 trust.py > trust.json    # cmd/sentiment/internal/run/judged_test.go

Outputs are multiples of 1/4096, exact in float32. Texts of the class 2 occur in no label,
and those of the label -1 are of none of the classes.
"""

import json

import numpy as np
from scipy.stats import norm
from sklearn.metrics import accuracy_score, balanced_accuracy_score, brier_score_loss, f1_score

rng = np.random.RandomState(7)
n, unknown = 97, 6


def wilson(right, n):
    z, p = norm.ppf(0.975), right / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [(middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)]


def case(p, y, brier):
    """p are the probabilities of all classes, of texts of known labels and then of others."""
    given = p.argmax(1)
    known = given[:n]
    sure = p.max(1)
    right = np.concatenate([known == y, np.zeros(unknown, bool)])
    order = np.argsort(sure, kind="stable")
    bins = np.array_split(order, 10)
    out = dict(Targets=y.tolist(), MacroF1=f1_score(y, known, average="macro"), BalancedAccuracy=balanced_accuracy_score(y, known), Brier=brier,
               Reliability=[[sure[b].mean(), right[b].mean(), len(b)] for b in bins],
               ECE=float(sum(len(b) * abs(sure[b].mean() - right[b].mean()) for b in bins) / len(order)))
    assert len(set(sure)) == len(sure)
    out["Answered"] = [[float(t), int((sure >= t).sum()), int(right[sure >= t].sum())] for t in (0, 0.5, 0.7, 0.9)]
    out["Accuracy"] = accuracy_score(np.concatenate([y, -np.ones(unknown)]), given)
    out["Interval"] = wilson(right.sum(), len(right))
    return out


q = rng.choice(np.arange(1, 2048), n + unknown, replace=False) / 4096
q = np.where(rng.rand(n + unknown) < 0.6, 1 - q, q)
y = (rng.rand(n) < q[:n]).astype(int)
binary = case(np.stack([1 - q, q], 1), y, brier_score_loss(y, q[:n]))
binary["Outputs"] = q.tolist()

k = 5
w = rng.rand(n + unknown, k) ** 3 + 0.02
p = np.round(4096 * w / w.sum(1, keepdims=True))
p[:, 0] += 4096 - p.sum(1)
p /= 4096
p[:, 0] += (np.arange(n + unknown) + 1) / 2.0 ** 22  # no ties
y = np.array([rng.choice([0, 1, 3, 4], p=r[[0, 1, 3, 4]] / r[[0, 1, 3, 4]].sum()) for r in p[:n]])
p[p.argmax(1) == 2, 2] -= 0.4  # which is hardly ever given
p = np.maximum(p, 0)
several = case(p, y, float(((p[:n] - np.eye(k)[y]) ** 2).sum(1).mean()))
several["Outputs"] = p.ravel().tolist()
print(json.dumps([binary, several]))
