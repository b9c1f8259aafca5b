#!/usr/bin/env python3
"""Golden values of the metrics of several labels a row, from scikit-learn 1.2.

    apt-get install -y python3-sklearn
    /usr/bin/python3 labels.py > labels.json    # train/metrics/labels_test.go

Outputs and thresholds are multiples of 1/16, so that they tie and are exact in float32.
"""

import json
import warnings

import numpy as np
from sklearn import metrics as m

warnings.simplefilter("ignore")
NAMES = ["bug", "billing", "a longer label", "never"]


def case(name, rows, labels, weighted, seed):
    r = np.random.default_rng(seed)
    y = r.integers(0, 17, (rows, labels)) / 16
    true = (r.random((rows, labels)) < 0.35).astype(int)
    true[:, -1] = 0  # a label that no row has
    true[0] = 0  # a row without a label
    thresholds = r.integers(2, 15, labels) / 16
    w = r.integers(0, 4, rows) / 2 if weighted else np.ones(rows)
    given = (y > thresholds).astype(int)
    kind = dict(sample_weight=w, zero_division=0)
    want = {"subset_accuracy": m.accuracy_score(true, given, sample_weight=w)}
    for score, f in [("precision", m.precision_score), ("recall", m.recall_score), ("f1_score", m.f1_score)]:
        for average in ("micro", "macro", "weighted", "samples"):
            want["%s_%s" % (score, average)] = f(true, given, average=average, **kind)
        for c, v in enumerate(f(true, given, average=None, **kind)):
            want["%s_class_%d" % (score, c)] = v
    return {
        "Name": name, "Y": y.ravel().tolist(), "Targets": true.ravel().tolist(), "Weights": w.tolist(),
        "Thresholds": thresholds.tolist(), "Want": want,
        "Report": "" if weighted else m.classification_report(true, given, target_names=NAMES[:labels], zero_division=0),
    }


print(json.dumps([
    case("few", 6, 2, False, 1), case("several", 40, 4, False, 2), case("weighted", 30, 4, True, 3),
], indent=1))
