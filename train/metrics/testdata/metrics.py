#!/usr/bin/env python3
"""Golden values of the metrics, from scikit-learn 1.2.

    apt-get install -y python3-sklearn
    /usr/bin/python3 metrics.py > metrics.json    # train/metrics/golden_test.go

Outputs are multiples of 1/16, so that they tie and are exact in float32. What
scikit-learn does not define or defines otherwise is written out: top k, where
ties count as in Keras, and the mean of R2 over outputs of which one is constant.
"""

import json
import warnings

import numpy as np
from sklearn import metrics as m

warnings.simplefilter("ignore")
NAMES = ["news", "sports", "a longer class"]


def averages(want, true, given, w, classes, positives):
    for name, score in [("precision", m.precision_score), ("recall", m.recall_score), ("f1_score", m.f1_score)]:
        kind = dict(labels=range(classes), sample_weight=w, zero_division=0)
        for average in ("micro", "macro", "weighted"):
            want["%s_%s" % (name, average)] = score(true, given, average=average, **kind)
        for c, v in enumerate(score(true, given, average=None, **kind)):
            want["%s_class_%d" % (name, c)] = v
        want[name] = want[name + "_" + positives]


def curves(want, true, y, w):
    if len(set(true[w > 0])) == 2:
        want["auc"] = m.roc_auc_score(true, y, sample_weight=w)
    want["auc_pr"] = abs(m.average_precision_score(true, y, sample_weight=w))


def binary(y, true, w, threshold):
    given, want = (y > threshold).astype(int), {}
    want["accuracy"] = m.accuracy_score(true, given, sample_weight=w)
    averages(want, true, given, w, 2, "class_1")
    curves(want, true, y, w)
    return want, m.confusion_matrix(true, given, labels=range(2), sample_weight=w), given


def classes(y, true, w, _):
    n, want = y.shape[1], {}
    given = y.argmax(axis=1)
    want["accuracy"] = m.accuracy_score(true, given, sample_weight=w)
    above = (y > y[np.arange(len(y)), true][:, None]).sum(axis=1)
    want["top_2"] = np.average(above < 2, weights=w)
    averages(want, true, given, w, n, "micro")
    return want, m.confusion_matrix(true, given, labels=range(n), sample_weight=w), given


def labels(y, true, w, threshold):
    given, want = (y > threshold).astype(int), {}
    want["accuracy"] = np.average((given == true).mean(axis=1), weights=w)
    averages(want, true, given, w, y.shape[1], "micro")
    curves(want, true.ravel(), y.ravel(), np.repeat(w, y.shape[1]))
    return want, None, None


def values(y, true, w, _):
    want = {
        "mean_squared_error": m.mean_squared_error(true, y, sample_weight=w),
        "root_mean_squared_error": m.mean_squared_error(true, y, sample_weight=w) ** 0.5,
        "mean_absolute_error": m.mean_absolute_error(true, y, sample_weight=w),
    }
    columns = [(true, y)] if y.ndim == 1 else list(zip(true.T, y.T))
    scores = []
    for t, v in columns:
        if len(set(t[w > 0])) == 1:
            scores.append(float((t == v)[w > 0].all()))
        else:
            scores.append(m.r2_score(t, v, sample_weight=w))
    want["r2_score"] = sum(scores) / len(scores)
    return want, None, None


CASES = []


def case(name, kind, y, true, weights=None, threshold=0):
    y, true = np.array(y, float), np.array(true)
    w = np.array(weights if weights is not None else np.ones(len(y)), float)
    want, matrix, given = kind(y, true, w, threshold or 0.5)
    c = dict(name=name, kind=kind.__name__, y=y.ravel().tolist(), targets=true.ravel().tolist(), weights=w.tolist())
    c.update(threshold=threshold, want={k: float("%.15g" % v) for k, v in want.items()})
    if matrix is not None:
        c["matrix"] = matrix.tolist()
        n = len(matrix)
        # Where nothing is right scikit-learn prints the support with a decimal.
        if weights is None and (true == given).any() and len(set(true) | set(given)) == n <= len(NAMES):
            c["report"] = m.classification_report(true, given, target_names=NAMES[:n], zero_division=0)
    CASES.append(c)


def draw(seed, n, *shape):
    r = np.random.RandomState(seed)
    return r.randint(0, 17, (n,) + shape) / 16, r


for i, n in enumerate((40, 25)):
    for weighted in (False, True):
        name = "random %d%s" % (n, ", weighted" if weighted else "")
        for threshold in (0, 0.25):
            y, r = draw(i, n)
            w = r.randint(0, 4, n) / 2 if weighted else None
            case(name + (", threshold" if threshold else ""), binary, y, r.randint(0, 2, n), w, threshold)
        for width in (3, 5):
            y, r = draw(10 + i, n, width)
            w = r.randint(0, 4, n) / 2 if weighted else None
            case("%s of %d" % (name, width), classes, y, r.randint(0, width, n), w)
        y, r = draw(20 + i, n, 3)
        w = r.randint(0, 4, n) / 2 if weighted else None
        case(name, labels, y, r.randint(0, 2, (n, 3)), w, 0.5)
        for width in (1, 3):
            y, r = draw(30 + i, n, *([width] if width > 1 else []))
            w = r.randint(0, 4, n) / 2 if weighted else None
            case("%s of %d" % (name, width), values, y, y + r.randint(-4, 5, y.shape) / 8, w)
some = [0.125, 0.75, 0.75, 0.5, 1]
case("positives only", binary, some, [1] * 5)
case("negatives only", binary, some, [0] * 5)
case("positives only have weights", binary, some, [1, 0, 1, 0, 1], [1, 0, 2, 0, 1])
case("all tie", binary, [0.75] * 5, [1, 0, 1, 0, 0], [1, 2, 1, 1, 1])
case("at the threshold", binary, [0.5] * 4, [1, 0, 1, 0])
case("one sample", binary, [0.75], [1])
case("one sample, wrong", binary, [0.25], [1])
case("in order", binary, [0.125, 0.25, 0.75, 1], [0, 0, 1, 1])
case("in reverse", binary, [0.125, 0.25, 0.75, 1], [1, 1, 0, 0])
case("one class", classes, [[0.5, 0.25, 0.25]] * 3, [0, 0, 0])
case("never given", classes, [[0.5, 0.25, 0.25], [0.5, 0, 0.5], [0.25, 0.25, 0.5]], [0, 1, 1])
case("all tie", classes, [[0.25] * 4] * 4, [0, 1, 2, 3])
case("one sample", classes, [[0.25, 0.75, 0]], [0])
case("constant", values, some, [0.5] * 5)
case("constant, met", values, [0.5] * 5, [0.5] * 5)
case("one of two constant", values, [[0.5, 1], [0.25, 1], [0.75, 0.5]], [[1, 1], [0, 1], [0.5, 1]])
case("met", values, some, some)
case("one sample", values, [0.75], [0.25])
print(json.dumps(CASES, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"'))
