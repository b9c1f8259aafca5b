"""Prints tokenizers.json: what Keras's text_to_word_sequence, Tokenizer(char_level)
and TextVectorization make of texts, written out from keras/src/legacy/preprocessing/text.py
and keras/src/layers/preprocessing/text_vectorization.py (Apache 2.0), without Keras.
TensorFlow's strings.lower knows ASCII's letters alone, and its strings.split C's isspace.

usage: python3 tokenizers.py > tokenizers.json
"""
import json
import re
import string

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text, filters=FILTERS, lower=True, split=" "):
    if lower:
        text = text.lower()
    text = text.translate(str.maketrans({c: split for c in filters}))
    return [i for i in text.split(split) if i]


def char_level(text, lower):
    return list(text.lower() if lower else text)


def vectorize(text, lower, strip, split, ngrams):
    if lower:
        text = text.translate(str.maketrans(string.ascii_uppercase, string.ascii_lowercase))
    if strip:
        text = re.sub(r'[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']', "", text)
    if split == "whitespace":
        tokens = [t for t in re.split("[ \t\n\v\f\r]+", text) if t]
    elif split == "codepoints":
        tokens = list(text)
    else:
        tokens = [text] if text else []
    if ngrams is None:
        return tokens
    return [" ".join(tokens[i:i + n]) for n in range(1, ngrams + 1) for i in range(len(tokens) - n + 1)]


texts = [
    "",
    " \t\n!?",
    "The cat, the CAT. the-cat_the",
    "don't 'quote' rock'n'roll -- 3.5",
    "fine.<br /><br />Bad &amp; &#233;",
    "a\tb\nc d\r\nthe e\vf\fg\u00a0h\u3000i\u0085j\x1ck",
    "ÉTÉ Été ÑANDÚ ПРИВЕТ Привет ΩΜΕΓΑΣ Σ Σα ΑΣ' ΑΣ'Α ΑΣ. Σ\u0301",
    "İSTANBUL İ ISPARTA K Å ẞ ǅ",
    "영화가 정말 재미있다! 映画、とても。",
    "👍🏽 👨‍👩‍👧 #good e\u0301",
    "a\x00b \x7f \U0001d504 the \U00010400",
    "xaxbx abab aab abxba ANDb andAnd",
]
out = {"texts": texts, "cases": []}


def case(config, tokens):
    out["cases"].append({"config": config, "tokens": [tokens(t) for t in texts]})


for lower in (True, False):
    letters = "python" if lower else "keep"
    for filters, at in ((FILTERS, " "), ("", " "), ("aE。\u00a0", " "), ("x", "ab"), ("bx", "aba"), (".,\n", "、"), ("x", "AND"), ("", "and"), (" A", "é")):
        case({"case": letters, "tokenizer": "split", "split": {"filters": filters, "at": at}},
             lambda t: text_to_word_sequence(t, filters, lower, at))
    case({"case": letters, "tokenizer": "codepoints"}, lambda t: char_level(t, lower))
for lower in (True, False):
    for strip in (True, False):
        for split in ("whitespace", "codepoints", "whole"):
            for ngrams in (None, 1, 3):
                case({"case": "ascii" if lower else "keep", "strip_punctuation": strip, "tokenizer": split,
                      "ngrams": ngrams or 0, "ngrams_by_length": True},
                     lambda t: vectorize(t, lower, strip, split, ngrams))
print(json.dumps(out, ensure_ascii=True))
