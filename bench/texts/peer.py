"""The other programs' side of the comparison on texts.

usage: python3 peer.py versions
       python3 peer.py lines FOLDER FILE...
       python3 peer.py tfidf|svc|nb FILE...

FILE... are two files, to train and to test on, gzip, with a header and then a
label, a tab and a text in each line; or one, the archive of the movie reviews.

"versions" prints those of Python and scikit-learn. "lines" writes train.txt and
test.txt for fastText. The others train a pipeline of scikit-learn, and print
its accuracy on the texts to test on and how many these are. What is printed is
a JSON object.
"""
import gzip
import json
import os
import platform
import random
import re
import sys
import tarfile

SEED = 1
WORD = r"\w+|[^\w\s]"  # with single letters and marks, which scikit-learn leaves out by itself


def table(path):
    """The texts and labels of a file, lines split at their first tab."""
    texts, labels = [], []
    with gzip.open(path, "rt", encoding="utf8", newline="\n") as f:
        next(f)
        for line in f:
            label, text = line.rstrip("\r\n").split("\t", 1)
            texts.append(text)
            labels.append(label)
    return texts, labels


def reviews(path):
    """The reviews to train and to test on, by the names of their folders."""
    parts = {"train": ([], []), "test": ([], [])}
    with tarfile.open(path) as archive:
        for member in archive:
            found = re.fullmatch(r"(?:.*/)?(train|test)/(neg|pos)/[^/]*\.txt", member.name)
            if found:
                texts, labels = parts[found[1]]
                texts.append(archive.extractfile(member).read().decode("utf8").replace("<br />", " "))
                labels.append(found[2])
    return parts["train"], parts["test"]


def read(files):
    return reviews(files[0]) if len(files) == 1 else (table(files[0]), table(files[1]))


def normalize(text):
    """normalize_text of fastText's classification-example.sh."""
    text = text.lower().replace("'", " ' ").replace('"', "").replace(".", " . ").replace("<br />", " ")
    for mark in ",()!?":
        text = text.replace(mark, " " + mark + " ")
    return " ".join(text.replace(";", " ").replace(":", " ").split())


def lines(folder, files):
    for name, (texts, labels) in zip(("train.txt", "test.txt"), read(files)):
        rows = ["__label__%s %s\n" % ("_".join(l.split()), normalize(t)) for t, l in zip(texts, labels)]
        if name == "train.txt":
            random.Random(SEED).shuffle(rows)
        with open(os.path.join(folder, name), "w", encoding="utf8", newline="\n") as f:
            f.writelines(rows)


def tfidf():
    """Words 1-2, logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=WORD),
        LogisticRegression(C=10, max_iter=1000, random_state=SEED))


def svc():
    """Words 1-2 and characters 2-5 within words, linear support vector machine."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    return make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), token_pattern=WORD),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5))),
        LinearSVC(random_state=SEED))


def nb():
    """Words 1-3 that occur, weighted by the logarithm of how many times as often
    they do in a class as in the others, logistic regression: S. Wang and
    C. Manning, Baselines and Bigrams (2012), with their smoothing of 1."""
    import numpy
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    class NB(BaseEstimator, ClassifierMixin):
        def fit(self, x, y):
            self.classes_ = numpy.unique(y)
            p = 1 + numpy.asarray(x[y == 1].sum(0)).ravel()
            q = 1 + numpy.asarray(x[y != 1].sum(0)).ravel()
            self.ratio = numpy.log(p / p.sum()) - numpy.log(q / q.sum())
            self.model = LogisticRegression(solver="liblinear", max_iter=1000, random_state=SEED)
            self.model.fit(x.multiply(self.ratio).tocsr(), y)
            return self

        def decision_function(self, x):
            return self.model.decision_function(x.multiply(self.ratio).tocsr())

        def predict(self, x):
            return self.classes_[(self.decision_function(x) > 0).astype(int)]

    return make_pipeline(
        CountVectorizer(ngram_range=(1, 3), binary=True, token_pattern=WORD, dtype=numpy.float64),
        OneVsRestClassifier(NB()))


def main(do, *rest):
    if do == "versions":
        try:
            import sklearn
        except ImportError as e:
            return {"missing": str(e)}
        return {"python": platform.python_version(), "sklearn": sklearn.__version__}
    if do == "lines":
        lines(rest[0], rest[1:])
        return {}
    (texts, labels), (test, want) = read(rest)
    model = {"tfidf": tfidf, "svc": svc, "nb": nb}[do]()
    model.fit(texts, labels)
    right = sum(str(got) == label for got, label in zip(model.predict(test), want))
    return {"accuracy": right / len(test), "texts": len(test)}


print(json.dumps(main(*sys.argv[1:])))
