"""Prints the digests in real_test.go, computed by other means than Go's.

usage: python3 digests.py aclImdb.tar.gz
"""
import collections
import hashlib
import re
import struct
import sys
import tarfile

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
TABLE = {ord(c): " " for c in FILTERS} | {c: c + 32 for c in range(65, 91)}


def tokens(text):
    return [w for w in text.translate(TABLE).split(" ") if w]


reviews = collections.defaultdict(list)
with tarfile.open(sys.argv[1]) as archive:
    for member in archive:
        m = re.search(r"(train|test)/(pos|neg)/(\d+)_\d+\.txt$", member.name)
        if m:
            text = archive.extractfile(member).read().decode("utf8")
            reviews[m[1], m[2]].append((int(m[3]), text))
halves = {
    half: [text for label in ("pos", "neg") for _, text in sorted(reviews[half, label])]
    for half in ("train", "test")
}
count = collections.Counter(w for text in halves["train"] for w in tokens(text))
words = sorted(count, key=lambda w: (-count[w], w.encode()))
rank = {w: i + 1 for i, w in enumerate(words)}


def encode(text, num_words, skip_top=20, maxlen=100):
    ids = [1] + [rank[w] + 3 if w in rank else 2 for w in tokens(text)]
    ids = [2 if i >= num_words or i < skip_top else i for i in ids]
    ids = [i for i in ids if i > 2][-maxlen:]
    return [0] * (maxlen - len(ids)) + ids


for num_words in (100, 1000):
    for half, texts in halves.items():
        digest = hashlib.sha256()
        for text in texts:
            digest.update(struct.pack("<100i", *encode(text, num_words)))
        print(num_words, half, digest.hexdigest())
digest = hashlib.sha256()
for text in halves["train"] + halves["test"]:
    digest.update(text.encode() + b"\0")
print("texts", digest.hexdigest())
