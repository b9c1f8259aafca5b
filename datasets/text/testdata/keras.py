"""Prints keras.json: Keras's Tokenizer and pad_sequences, written out from
keras_preprocessing/text.py and sequence.py 1.1.2 (MIT), without Keras and NumPy.

usage: python3 keras.py > keras.json
"""
import collections
import json

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text, filters=FILTERS, lower=True, split=" "):
    if lower:
        text = text.lower()
    translate_map = str.maketrans({c: split for c in filters})
    text = text.translate(translate_map)
    return [i for i in text.split(split) if i]


class Tokenizer:
    def __init__(self, num_words=None, lower=True):
        self.num_words = num_words
        self.lower = lower
        self.word_counts = collections.OrderedDict()

    def fit_on_texts(self, texts):
        for text in texts:
            for w in text_to_word_sequence(text, lower=self.lower):
                self.word_counts[w] = self.word_counts.get(w, 0) + 1
        wcounts = list(self.word_counts.items())
        wcounts.sort(key=lambda x: x[1], reverse=True)
        self.word_index = {w: i + 1 for i, (w, _) in enumerate(wcounts)}

    def texts_to_sequences(self, texts):
        for text in texts:
            ids = (self.word_index.get(w) for w in text_to_word_sequence(text, lower=self.lower))
            yield [i for i in ids if i is not None and (not self.num_words or i < self.num_words)]


def pad_sequences(sequences, maxlen=None, padding="pre", truncating="pre", value=0):
    if maxlen is None:
        maxlen = max(len(s) for s in sequences)
    x = [[value] * maxlen for _ in sequences]
    for idx, s in enumerate(sequences):
        if not len(s):
            continue
        if truncating == "pre":
            trunc = s[-maxlen:]
        else:
            trunc = s[:maxlen]
        if padding == "post":
            x[idx][: len(trunc)] = trunc
        else:
            x[idx][-len(trunc):] = trunc
    return x


texts = [
    "",
    " \t\n!?",
    "The cat, the CAT. the-cat_the",
    "don't 'quote' rock'n'roll",
    "fine.<br /><br />Bad &amp; &#233;",
    "a\tb\nc d\r\nthe e\vf\u00a0g\u3000h",
    "\u0085 \u0091very\u0092 \ufefffirst",
    "ÉTÉ Été ÑANDÚ ПРИВЕТ Привет ΩΜΕΓΑ",
    "영화가 정말 재미있다! 영화",
    "映画、とても。面白い ภาพยนตร์",
    "10/10 :-) 3.5 1,000 $5 50%",
    "👍🏽 👨‍👩‍👧 #good",
    "a\x00b \x7f the",
    "e\u0301te\u0301 été",
    "x" * 70 + " y",
    "\U0001d504 the \U00010400 the",
]
out = {"texts": texts, "tokenizers": [], "padded": []}
# The numbers of words are such that no tie is cut.
for lower, num_words in ((True, None), (True, 4), (False, None), (False, 2)):
    t = Tokenizer(num_words, lower)
    t.fit_on_texts(texts)
    words = {i: w for w, i in t.word_index.items()}
    out["tokenizers"].append({
        "lower": lower,
        "num_words": num_words or 0,
        "tokens": [text_to_word_sequence(s, lower=lower) for s in texts],
        "counts": t.word_counts,
        # Words, not ids: Keras breaks ties by the order of the texts.
        "kept": [[words[i] for i in ids] for ids in t.texts_to_sequences(texts)],
    })
sequences = [[], [1], [2, 3], [4, 5, 6, 7], list(range(10, 20))]
for maxlen in (None, 1, 3, 12):
    for padding in ("pre", "post"):
        for truncating in ("pre", "post"):
            for value in (0, -1, 7):
                out["padded"].append({
                    "maxlen": maxlen or 0, "padding": padding, "truncating": truncating, "value": value,
                    "rows": pad_sequences(sequences, maxlen, padding, truncating, value),
                })
out["sequences"] = sequences
print(json.dumps(out, ensure_ascii=True))
