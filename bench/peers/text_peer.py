"""Keras's side of the comparison of text pipelines: reads texts, fits a
Tokenizer on them, and makes padded sequences of them, by the algorithms of
keras_preprocessing/text.py and sequence.py 1.1.2 (MIT), written out without
Keras. Rows are lists, not NumPy arrays, which costs less than assigning lists
to an array.

usage: python3 text_peer.py FILE NUM_WORDS MAXLEN

FILE holds the texts, UTF-8, each ended by a zero byte. It prints one JSON
object: seconds, MB/s, and the numbers of words and of ids that were kept.
"""
import collections
import json
import sys
import time

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text, filters=FILTERS, lower=True, split=" "):
    if lower:
        text = text.lower()
    translate_map = str.maketrans({c: split for c in filters})
    text = text.translate(translate_map)
    return [i for i in text.split(split) if i]


class Tokenizer:
    def __init__(self, num_words):
        self.num_words = num_words
        self.word_counts = collections.OrderedDict()
        self.word_docs = collections.defaultdict(int)
        self.index_docs = collections.defaultdict(int)
        self.document_count = 0

    def fit_on_texts(self, texts):
        for text in texts:
            self.document_count += 1
            seq = text_to_word_sequence(text)
            for w in seq:
                if w in self.word_counts:
                    self.word_counts[w] += 1
                else:
                    self.word_counts[w] = 1
            for w in set(seq):
                self.word_docs[w] += 1
        wcounts = list(self.word_counts.items())
        wcounts.sort(key=lambda x: x[1], reverse=True)
        self.word_index = {w: i + 1 for i, (w, _) in enumerate(wcounts)}
        for w, c in self.word_docs.items():
            self.index_docs[self.word_index[w]] = c

    def texts_to_sequences(self, texts):
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        for text in texts:
            vect = []
            for w in text_to_word_sequence(text):
                i = self.word_index.get(w)
                if i is not None and i < self.num_words:
                    vect.append(i)
            yield vect


def pad_sequences(sequences, maxlen):
    rows = []
    for s in sequences:
        s = s[-maxlen:]
        rows.append([0] * (maxlen - len(s)) + s)
    return rows


path, num_words, maxlen = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
start = time.perf_counter()
with open(path, "rb") as f:
    data = f.read()
texts = data.decode("utf8").split("\0")[:-1]
tokenizer = Tokenizer(num_words)
tokenizer.fit_on_texts(texts)
rows = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen)
seconds = time.perf_counter() - start
print(json.dumps({
    "seconds": seconds,
    "mb_per_second": len(data) / seconds / 1e6,
    "words": len(tokenizer.word_index),
    "kept": sum(i > 0 for row in rows for i in row),
}))
