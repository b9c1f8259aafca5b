#!/usr/bin/env python3
"""Golden values of tf-idf weights, naive-Bayes ratios and linear models, from scikit-learn 1.2.

    apt-get install -y python3-sklearn
    /usr/bin/python3 linear.py > linear.json    # train/linear/golden_test.go

Texts are bags of ids; those of 0 to 11 are one block, those of 12 to 19 another.
"""

import json

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

COLUMNS, SPLIT, ROWS, CLASSES = 20, 12, 40, 3
rng = np.random.RandomState(1)
y = rng.randint(0, CLASSES, ROWS)
bags = [[int(i) for i in np.floor(COLUMNS * rng.rand(rng.randint(3, 25)) ** (1 + k / 2))] for k in y]
counts = np.zeros((ROWS, COLUMNS))
for i, bag in enumerate(bags):
    for j in bag:
        counts[i, j] += 1
assert (counts.sum(0) > 0).all()

block = lambda c: TfidfTransformer(sublinear_tf=True).fit(sp.csr_matrix(c))
idf = np.concatenate([block(c).idf_ for c in (counts[:, :SPLIT], counts[:, SPLIT:])])
rows = np.concatenate(
    [block(c).transform(sp.csr_matrix(c)).toarray() for c in (counts[:, :SPLIT], counts[:, SPLIT:])], axis=1)


def ratio(k):
    """0.5 + |r| of Wang and Manning, of each block."""
    h = []
    for seen in (counts[:, :SPLIT] > 0, counts[:, SPLIT:] > 0):
        p, q = 1 + seen[y == k].sum(0), 1 + seen[y != k].sum(0)
        h.append(0.5 + np.abs(np.log(p / p.sum()) - np.log(q / q.sum())))
    return np.concatenate(h)


def models():
    tight = dict(tol=1e-9, max_iter=1000000, random_state=0, intercept_scaling=1, dual=True)
    for loss, make in (("squared_hinge", lambda **k: LinearSVC(loss="squared_hinge", **tight, **k)),
                       ("logistic", lambda **k: LogisticRegression(solver="liblinear", **tight, **k))):
        for C in (0.1, 1, 10):
            for k in range(CLASSES):
                for weight in (None, "balanced"):
                    m = make(C=C, class_weight=weight).fit(rows * ratio(k), y == k)
                    yield dict(Loss=loss, C=C, Class=k, Balanced=weight is not None,
                               Weights=(m.coef_[0] * ratio(k)).tolist(), Bias=float(m.intercept_[0]))


print(json.dumps(dict(
    Bags=bags, Classes=y.tolist(), Columns=COLUMNS, Split=SPLIT, IDF=idf.tolist(), Rows=rows.tolist(),
    Ratios=[ratio(k).tolist() for k in range(CLASSES)], Models=list(models()))))
