"""Writes the files of this folder with h5py 3.7: python3 gen.py

old.h5 is in the oldest format (symbol tables), new.h5 in the newest (links in
headers and in fractal heaps, checksums, indices of chunks); the tests say what is
in them. refused-*.h5 hold a link each that is not read. Compressed, since most of
such a small file is empty space.
"""
import gzip, io, os
import h5py
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))


def save(name, libver, fill, **options):
    f = io.BytesIO()
    with h5py.File(f, "w", libver=libver, **options) as h:
        fill(h)
    with open(os.path.join(here, name + ".gz"), "wb") as out:
        out.write(gzip.compress(f.getvalue(), mtime=0))


def attributes(f):
    a = f.create_group("attributes").attrs
    a["text"] = "schön"
    a["fixed"] = np.bytes_(b"fixed")
    a["bytes"] = b"variable"
    a["names"] = np.array([b"kernel:0", b"bias:0"])
    a["words"] = ["kernel", "", "bias"]
    a["count"] = 3
    a["small"] = np.int8(-3)
    a["rate"] = 0.25
    a["half"] = np.float16(0.5)
    a["yes"] = True
    a["shape"] = [2, 3]
    a["table"] = np.arange(4.0).reshape(2, 2)
    a["nothing"] = np.array([])
    a["empty"] = h5py.Empty("f")
    a["pair"] = np.array((1, 2.0), dtype=[("a", "i4"), ("b", "f8")])
    a["list0"] = [b"a", b"b"]
    a["list1"] = [b"c"]
    a["long"] = "x" * 5000
    a["longest"] = np.bytes_(b"y" * 5000)


def datasets(f):
    g = f.create_group("types")
    for t in ["f2", "f4", "f8", ">f2", ">f4", ">f8", "i1", "i2", "i4", "i8", ">i4", "u1", "u2", "u4", "u8"]:
        x = np.arange(6).reshape(2, 3) - (0 if "u" in t else 2.5 if "f" in t else 2)
        g[t.replace(">", "big-")] = x.astype(t)
    g["bool"] = np.array([True, False])
    g["bfloat16"] = np.array([0x3FC0, 0xC000], dtype="<u2").view("V2")
    g["bfloat16"].attrs["dtype"] = "bfloat16"
    g["words"] = ["the", "", "größe"]
    g["fixed"] = np.array([b"the", b"", b"end"])
    g["scalar"] = np.float32(7)
    g["none"] = np.zeros((0, 3), "f4")
    g["complex"] = np.zeros(2, "c8")
    g.create_dataset("filled", shape=(3,), dtype="f4", fillvalue=1.5)

    g = f.create_group("layouts")
    x = np.arange(35, dtype="f4").reshape(5, 7)
    chunk = (2, 3)
    g.create_dataset("chunks", data=x, chunks=chunk)
    g.create_dataset("gzip", data=x, chunks=chunk, compression="gzip", shuffle=True, fletcher32=True)
    g.create_dataset("one", data=x, chunks=x.shape, compression="gzip")
    g.create_dataset("one plain", data=x, chunks=x.shape)
    g.create_dataset("grows", data=x, chunks=chunk, maxshape=(None, None), compression="gzip")
    g.create_dataset("grows plain", data=x, chunks=chunk, maxshape=(None, None))
    g.create_dataset("grows in one", data=x, chunks=chunk, maxshape=(None, 7))
    d = g.create_dataset("sparse", shape=x.shape, dtype="f4", chunks=chunk, fillvalue=-1)
    d[2:4, 3:6] = x[2:4, 3:6]
    g.create_dataset("words", data=["a", "bc", "def"], chunks=(2,), compression="gzip")
    g.create_dataset("pages", data=np.arange(2500, dtype="u1"), chunks=(2,))
    low = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    low.set_layout(h5py.h5d.COMPACT)
    h5py.h5d.create(g.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((5, 7)), low).write(
        h5py.h5s.ALL, h5py.h5s.ALL, x)
    low = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    low.set_chunk(chunk)
    low.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    h5py.h5d.create(g.id, b"implicit", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((5, 7)), low).write(
        h5py.h5s.ALL, h5py.h5s.ALL, x)

    g = f.create_group("foreign")
    g.create_dataset("lzf", data=x, compression="lzf")
    g.create_dataset("scaled", data=np.arange(64, dtype="i4"), chunks=(64,), scaleoffset=True)
    g.create_dataset("external", shape=(1,), dtype="f4", external=[("elsewhere", 0, 4)])
    v = h5py.VirtualLayout(shape=(5, 7), dtype="f4")
    v[:] = h5py.VirtualSource(f["layouts/chunks"])
    if f.libver[0] == "latest":
        g.create_virtual_dataset("virtual", v)
    f["type"] = np.dtype("f4")
    g.create_dataset("committed", data=x, dtype=f["type"])
    del f["type"]


def many(f):
    g = f.create_group("many")
    g["x000"] = np.float32(7)
    for i in range(1, 400):
        g["x%03d" % i] = g["x000"]
    a = g.attrs
    for i in range(200):
        a["a%03d" % i] = i


def everything(f):
    attributes(f)
    datasets(f)


save("old.h5", "earliest", everything)
save("new.h5", "latest", everything)
save("ordered.h5", "earliest", everything, track_order=True)
save("many-old.h5", "earliest", many)
save("many-new.h5", "latest", many)
save("block.h5", "earliest", lambda f: f.create_dataset("x", data=np.float32(7)), userblock_size=1024)


def soft(f):
    f["a"] = h5py.SoftLink("/b")


def external(f):
    f["a"] = h5py.ExternalLink("other.h5", "/b")


def cycle(f):
    f.create_group("a/b")
    f["a/b/c"] = f["a"]


for name, fill in [("soft", soft), ("external", external), ("cycle", cycle)]:
    save("refused-%s-old.h5" % name, "earliest", fill)
    save("refused-%s-new.h5" % name, "latest", fill)
