#!/usr/bin/python3
"""Golden values of the metrics, from scikit-learn.

    apt-get install -y python3-sklearn
    /usr/bin/python3 metrics.py    # train/metric_golden_test.go

The rows are formulas: score i is (37 i mod 11) / 10, so that scores tie, class
i is (i * i + i // 3) mod 2 or mod 3, weight i is 1 + i mod 4, or 0 in every
seventh row.
"""

import warnings

import numpy as np
from sklearn import metrics as m

warnings.simplefilter("ignore")
N = 60
I = np.arange(N)
SCORE = (37 * I % 11) / 10
TRUE = (I * I + I // 3) % 2
CLASS = (I * I + I // 3) % 3
PROBABILITY = np.stack([(7 * I % 5), (3 * I % 7), (11 * I % 4)], axis=1) / 10 + np.array([0.01, 0.02, 0.03])
GIVEN = PROBABILITY.argmax(axis=1)
WEIGHT = np.where(I % 7 == 0, 0, 1 + I % 4)
VALUE = np.cos(I)
ESTIMATE = np.cos(I) + np.sin(3 * I) / 4


def show(name, value):
    print('\t"%s": %.15g,' % (name, value))


for weights, w in [("", np.ones(N)), ("/weights", WEIGHT)]:
    guess = (SCORE > 0.5).astype(int)
    show("accuracy" + weights, m.accuracy_score(TRUE, guess, sample_weight=w))
    show("precision" + weights, m.precision_score(TRUE, guess, sample_weight=w))
    show("recall" + weights, m.recall_score(TRUE, guess, sample_weight=w))
    show("f1" + weights, m.f1_score(TRUE, guess, sample_weight=w))
    show("auc" + weights, m.roc_auc_score(TRUE, SCORE, sample_weight=w))
    show("auc_pr" + weights, m.average_precision_score(TRUE, SCORE, sample_weight=w))
    show("class_accuracy" + weights, m.accuracy_score(CLASS, GIVEN, sample_weight=w))
    show("top_2" + weights, m.top_k_accuracy_score(CLASS, PROBABILITY, k=2, sample_weight=w))
    for average in ("macro", "weighted", "micro"):
        show("precision_%s%s" % (average, weights), m.precision_score(CLASS, GIVEN, average=average, sample_weight=w))
        show("recall_%s%s" % (average, weights), m.recall_score(CLASS, GIVEN, average=average, sample_weight=w))
        show("f1_%s%s" % (average, weights), m.f1_score(CLASS, GIVEN, average=average, sample_weight=w))
    show("mse" + weights, m.mean_squared_error(VALUE, ESTIMATE, sample_weight=w))
    show("rmse" + weights, m.mean_squared_error(VALUE, ESTIMATE, sample_weight=w) ** 0.5)
    show("mae" + weights, m.mean_absolute_error(VALUE, ESTIMATE, sample_weight=w))
    show("r2" + weights, m.r2_score(VALUE, ESTIMATE, sample_weight=w))
print(m.classification_report(CLASS, GIVEN, target_names=["news", "sports", "a longer class"]))
