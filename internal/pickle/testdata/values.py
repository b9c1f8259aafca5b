"""Prints values.json: one value pickled by each of Python's protocols, in hexadecimal.

usage: python3 values.py > values.json
"""
import collections
import json
import pickle

count = collections.defaultdict(int)
count["a"] = 2
words = ["é\n\\u0041", "zażółć 영화 \U0001f44d", "x" * 300, ""]
value = [None, True, False, 0, -1, 255, 65535, 70000, -2**31, 2**40, -2**62, 1.5, words, words, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4),
         {"a": 1, "b": {}}, collections.OrderedDict([("z", 1), ("y", 2)]), count, list(range(1500))]
print(json.dumps([pickle.dumps(value, p).hex() for p in range(6)]))
