"""Reads with h5py what the Go test TestWrite wrote: python3 check.py"""
import gzip, io, os
import h5py
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
with gzip.open(os.path.join(here, "written.h5.gz")) as z:
    f = h5py.File(io.BytesIO(z.read()), "r")
a = dict(f.attrs)
assert a.pop("backend") == "tensorflow" and a.pop("keras_version") == "3.8.0" and a.pop("nothing") == ""
assert a.pop("model_config") == '{"name": "schön"}' + 100_000 * " "
assert a.pop("count") == -3 and a.pop("rate") == 0.25
assert list(a.pop("shape")) == [2, 3] and list(a.pop("values")) == [0.5, -1]
assert isinstance(a.pop("empty"), h5py.Empty) and a.pop("none").shape == (0,) and not a
assert list(f) == ["bare", "few", "layers", "long", "many", "top"]
assert list(f["top"][()]) == [1, np.inf]
v = f["layers/dense/vars"]
assert v.attrs["name"] == "dense_4" and list(v.attrs["weight_names"]) == ["kernel:0", "", "größe"]
for name, dtype, want in [
    ("0", "float32", np.arange(6).reshape(2, 3) / 2), ("1", "float64", [0.1, 0.2, 0.3]), ("iterations", "int64", 1 << 40),
    ("ids", "int32", [[-1], [1]]), ("seeds", "uint8", [0, 128, 255]), ("none", "float32", np.zeros((0, 3))),
]:
    assert v[name].dtype == dtype and v[name].shape == np.shape(want) and (v[name][()] == want).all(), name
assert list(v["vocabulary"].asstr()[()]) == ["", "the", "größe"]
assert sorted(v) == ["0", "1", "ids", "iterations", "none", "seeds", "vocabulary"]
assert len(f["many"]) == 270 and all(isinstance(f["many/g%d" % i], h5py.Group) for i in range(270))
assert list(f["many"]) == sorted("g%d" % i for i in range(270))
assert [f["few/%d" % i][()] for i in range(9)] == list(range(9))
names = [n for i in range(2) for n in f["long"].attrs["names%d" % i]]
assert names == ["w%d" % i for i in range(4100)]
assert len(f["bare"]) == 0 and len(f["bare"].attrs) == 0
print("h5py", h5py.__version__, "reads it")
