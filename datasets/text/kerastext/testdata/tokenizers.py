"""Writes golden.json and tokenizer.pickle: Tokenizers of Keras with what they make of
texts, as to_json and pickle write them, and TextVectorization likewise. Both are written
out from keras/src/legacy/preprocessing/text.py, keras/src/utils/sequence_utils.py and
keras/src/layers/preprocessing (Apache 2.0), without Keras and TensorFlow.

usage: python3 tokenizers.py
"""
import collections
import json
import pickle
import re
import string
import sys
import types

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text, filters=FILTERS, lower=True, split=" "):
    if lower:
        text = text.lower()
    text = text.translate(str.maketrans({c: split for c in filters}))
    return [i for i in text.split(split) if i]


class Tokenizer:
    def __init__(self, num_words=None, filters=FILTERS, lower=True, split=" ", char_level=False, oov_token=None, analyzer=None):
        self.word_counts = collections.OrderedDict()
        self.word_docs = collections.defaultdict(int)
        self.filters = filters
        self.split = split
        self.lower = lower
        self.num_words = num_words
        self.document_count = 0
        self.char_level = char_level
        self.oov_token = oov_token
        self.index_docs = collections.defaultdict(int)
        self.word_index = {}
        self.index_word = {}
        self.analyzer = analyzer

    def words(self, text):
        if self.char_level:
            return text.lower() if self.lower else text
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts):
        for text in texts:
            self.document_count += 1
            seq = self.words(text)
            for w in seq:
                self.word_counts[w] = self.word_counts.get(w, 0) + 1
            for w in set(seq):
                self.word_docs[w] += 1
        wcounts = list(self.word_counts.items())
        wcounts.sort(key=lambda x: x[1], reverse=True)
        sorted_voc = [] if self.oov_token is None else [self.oov_token]
        sorted_voc.extend(wc[0] for wc in wcounts)
        self.word_index = dict(zip(sorted_voc, range(1, len(sorted_voc) + 1)))
        self.index_word = {c: w for w, c in self.word_index.items()}
        for w, c in list(self.word_docs.items()):
            self.index_docs[self.word_index[w]] = c

    def texts_to_sequences(self, texts):
        oov = self.word_index.get(self.oov_token)
        for text in texts:
            vect = []
            for w in self.words(text):
                i = self.word_index.get(w)
                if i is not None:
                    if self.num_words and i >= self.num_words:
                        if oov is not None:
                            vect.append(oov)
                    else:
                        vect.append(i)
                elif self.oov_token is not None:
                    vect.append(oov)
            yield vect

    def to_json(self):
        config = {k: getattr(self, k) for k in ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")}
        for k in ("word_counts", "word_docs", "index_docs", "index_word", "word_index"):
            config[k] = json.dumps(getattr(self, k))
        return json.dumps({"class_name": "Tokenizer", "config": config})


def dump(t, module, protocol):
    """Pickles t as if its class stood in the module."""
    parts = module.split(".")
    for n in range(1, len(parts) + 1):
        sys.modules[".".join(parts[:n])] = types.ModuleType(parts[n - 1])
    sys.modules[module].Tokenizer = Tokenizer
    Tokenizer.__module__ = module
    return pickle.dumps(t, protocol)


def pad(s, maxlen, padding, truncating, value):
    s = s[-maxlen:] if truncating == "pre" else s[:maxlen]
    fill = [value] * (maxlen - len(s))
    return s + fill if padding == "post" else fill + s


class TextVectorization:
    def __init__(self, standardize="lower_and_strip_punctuation", split="whitespace", ngrams=None, output_sequence_length=None, max_tokens=None):
        self.config = {
            "name": "text_vectorization", "max_tokens": max_tokens, "standardize": standardize, "split": split, "ngrams": ngrams,
            "output_mode": "int", "output_sequence_length": output_sequence_length, "pad_to_max_tokens": False, "sparse": False,
            "ragged": False, "vocabulary": None, "idf_weights": None, "encoding": "utf-8", "vocabulary_size": None,
        }

    def preprocess(self, text):
        c = self.config
        if c["standardize"] in ("lower", "lower_and_strip_punctuation"):
            text = text.translate(str.maketrans(string.ascii_uppercase, string.ascii_lowercase))
        if c["standardize"] in ("strip_punctuation", "lower_and_strip_punctuation"):
            text = re.sub(r'[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']', "", text)
        if c["split"] == "whitespace":
            tokens = [t for t in re.split("[ \t\n\v\f\r]+", text) if t]
        elif c["split"] == "character":
            tokens = list(text)
        else:
            tokens = [text]
        if c["ngrams"]:
            tokens = [" ".join(tokens[i:i + n]) for n in range(1, c["ngrams"] + 1) for i in range(len(tokens) - n + 1)]
        return tokens

    def adapt(self, texts):
        counts = collections.Counter(t for text in texts for t in self.preprocess(text) if t)
        tokens = sorted(counts, key=lambda t: (counts[t], t.encode()), reverse=True)
        if self.config["max_tokens"]:
            tokens = tokens[:self.config["max_tokens"] - 2]
        self.vocabulary = ["", "[UNK]"] + tokens
        self.config["vocabulary_size"] = len(self.vocabulary)

    def __call__(self, text):
        index = {t: i + 2 for i, t in enumerate(self.vocabulary[2:])}
        index[""] = 0
        return [index.get(t, 1) for t in self.preprocess(text)]


fit = [
    "The cat, the CAT. the-cat_the dog's <b>bone</b>",
    "İstanbul'da Ω ΟΔΟΣ οδός; Été café. naïve",
    "영화가 정말 재미있다! 映画",
    "a\tb\nc the dog a",
]
texts = fit + ["", "?!", "the unknown cat", "ΟΔΟΣ. ΟΔΟΣ-α İSTANBUL ÉTÉ CAFÉ", "dogs dog's DOG 映画", "a\u00a0b a\u0085b a\x1cb c", "<OOV> [UNK] the"]
tokenizers = []
protocol = 0
modules = ["keras_preprocessing.text", "keras.preprocessing.text", "keras.src.preprocessing.text", "keras.src.legacy.preprocessing.text",
           "tf_keras.src.preprocessing.text", "tensorflow.python.keras.preprocessing.text"]
for options in ({}, {"num_words": 5}, {"oov_token": "<OOV>"}, {"oov_token": "<OOV>", "num_words": 5}, {"lower": False, "filters": ""},
                {"filters": "e映", "split": "the"}, {"char_level": True, "oov_token": "UNK", "num_words": 12}, {"char_level": True, "lower": False},
                {"num_words": 1000, "oov_token": "cat"}):
    t = Tokenizer(**options)
    t.fit_on_texts(fit)
    maxlen, padding, truncating, value = 4 + protocol, ("pre", "post")[protocol % 2], ("pre", "post")[protocol // 2 % 2], (0, 0, 2)[protocol % 3]
    module = modules[protocol % len(modules)]
    sequences = list(t.texts_to_sequences(texts))
    tokenizers.append({
        "options": options, "module": module, "json": t.to_json(), "pickle": dump(t, module, protocol % 6).hex(),
        "index": json.dumps(t.word_index), "maxlen": maxlen, "padding": padding, "truncating": truncating, "value": value,
        "sequences": sequences, "padded": [pad(s, maxlen, padding, truncating, value) for s in sequences],
    })
    protocol += 1
layers = []
for options in ({}, {"output_sequence_length": 4}, {"standardize": "lower", "max_tokens": 9}, {"standardize": "strip_punctuation"},
                {"standardize": None, "split": "character"}, {"ngrams": 2, "output_sequence_length": 12}, {"split": None, "standardize": None}):
    v = TextVectorization(**options)
    v.adapt(fit)
    layers.append({"config": v.config, "vocabulary": v.vocabulary, "sequences": [v(t) for t in texts]})
with open("golden.json", "w") as f:
    json.dump({"texts": texts, "tokenizers": tokenizers, "layers": layers}, f, indent=1)
    f.write("\n")
small = Tokenizer(num_words=8, oov_token="<OOV>")
small.fit_on_texts(["a wonderful film, a wonderful story", "a dull film", "dull actors and a dull story"])
with open("tokenizer.pickle", "wb") as f:
    f.write(dump(small, "keras.src.legacy.preprocessing.text", 4))
