#!/usr/bin/env python3
"""Golden values of calibration, from scikit-learn 1.2 and SciPy.

    apt-get install -y python3-sklearn
    /usr/bin/python3 calibrate.py > calibrate.json    # train/calibrate/golden_test.go

Margins are multiples of 1/64, exact in float32; those of isotonic regression tie.
"""

import json

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

rng = np.random.RandomState(1)


def least(nll):
    return float(np.exp(minimize_scalar(lambda s: nll(np.exp(s)), bounds=(-4, 4), method="bounded",
                                        options=dict(xatol=1e-10)).x))


def ece(confidence, right):
    o = np.argsort(confidence, kind="stable")
    return float(sum(len(b) * abs(confidence[b].mean() - right[b].mean()) for b in np.array_split(o, 10)) / len(o))


n = 203
m = np.round(64 * 1.5 * rng.randn(n)) / 64
y = (rng.rand(n) < expit(0.6 * m)).astype(int)
t = np.where(y == 1, (y.sum() + 1) / (y.sum() + 2), 1 / (n - y.sum() + 2))  # Platt's targets
a = least(lambda a: -(t * log_expit(a * m) + (1 - t) * log_expit(-a * m)).mean())
p = expit(m).astype(np.float32).astype(float)
sure, right = np.maximum(p, 1 - p), (p > 0.5) == y
sure += 1e-9 * np.arange(n)  # no ties
at = np.linspace(-5, 5, 41)
f = IsotonicRegression(out_of_bounds="clip").fit(m, y)
binary = dict(Margins=m.tolist(), Classes=y.tolist(), Temperature=a, Brier=brier_score_loss(y, p),
              Confidence=sure.tolist(), Right=right.tolist(), ECE=ece(sure, right),
              At=at.tolist(), Isotonic=f.predict(at).tolist())

k = 4
m = np.round(64 * rng.randn(n, k)) / 64
y = np.array([rng.choice(k, p=softmax(2.5 * r)) for r in m])
e = 1 / (n + 2)
t = np.where(np.eye(k)[y] == 1, 1 - e, e / (k - 1))
a = least(lambda a: -(t * log_softmax(a * m, axis=1)).sum(1).mean())
p = softmax(m, axis=1)
several = dict(Margins=m.ravel().tolist(), Classes=y.tolist(), Temperature=a,
               Brier=float(((p - np.eye(k)[y]) ** 2).sum(1).mean()))
print(json.dumps([binary, several]))
