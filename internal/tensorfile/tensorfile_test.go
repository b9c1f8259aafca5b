package tensorfile

import (
	"bytes"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"gorgonia.org/tensor"
)

// written is a file with a tensor of each type.
func written(t testing.TB) (map[string]*tensor.Dense, []byte) {
	t.Helper()
	odd := math.Float32frombits(0x7fc00123) // a NaN that carries a number
	tensors := map[string]*tensor.Dense{
		"a/matrix": tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{0, -1, odd, float32(math.Inf(-1)), 5e-45, 0.1})),
		"b/vector": tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{math.Copysign(0, -1), math.Pi})),
	}
	var b bytes.Buffer
	if err := Write(&b, tensors, map[string]string{"of": "a model 영화"}); err != nil {
		t.Fatal(err)
	}
	return tensors, b.Bytes()
}

// bits are what a tensor's values are made of.
func bits(t *tensor.Dense) (all []uint64) {
	if t.Dtype() == tensor.Float64 {
		for _, x := range t.Float64s() {
			all = append(all, math.Float64bits(x))
		}
		return all
	}
	for _, x := range t.Float32s() {
		all = append(all, uint64(math.Float32bits(x)))
	}
	return all
}

// TestWriteAndRead: shapes, types and bits come back, in a tensor of their own and
// in one that is there.
func TestWriteAndRead(t *testing.T) {
	tensors, data := written(t)
	f, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if f.Meta["of"] != "a model 영화" || !slices.Equal(f.Names(), []string{"a/matrix", "b/vector"}) {
		t.Errorf("meta %v, names %v", f.Meta, f.Names())
	}
	for name, want := range tensors {
		got, err := f.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		into := tensor.New(tensor.Of(want.Dtype()), tensor.WithShape(want.Shape()...))
		if ok, err := f.Into(name, into); !ok || err != nil {
			t.Fatalf("%s: found %t, error %v", name, ok, err)
		}
		for how, got := range map[string]*tensor.Dense{"Tensor": got, "Into": into} {
			if got.Dtype() != want.Dtype() || !got.Shape().Eq(want.Shape()) || !slices.Equal(bits(got), bits(want)) {
				t.Errorf("%s: %s gives %v%v %x, want %v%v %x", name, how, got.Dtype(), got.Shape(), bits(got), want.Dtype(), want.Shape(), bits(want))
			}
		}
	}
	if ok, err := f.Into("d", tensors["b/vector"]); ok || err != nil {
		t.Errorf("of no tensor: found %t, error %v", ok, err)
	}
}

// TestSameBytes: the order of a map does not reach the file, nor does writing
// change what is written.
func TestSameBytes(t *testing.T) {
	_, data := written(t)
	meta := map[string]string{"of": "a model 영화"}
	tensors, _ := written(t)
	for range 10 {
		var b bytes.Buffer
		if err := Write(&b, tensors, meta); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), data) {
			t.Fatal("the same tensors give other bytes")
		}
	}
	if !maps.Equal(meta, map[string]string{"of": "a model 영화"}) {
		t.Errorf("the metadata became %v", meta)
	}
}

// TestDamage: no bit of a file can change unseen, that of the checksum's name included, and
// no end be missing.
func TestDamage(t *testing.T) {
	_, data := written(t)
	for i := range data {
		for bit := range 8 {
			bad := slices.Clone(data)
			bad[i] ^= 1 << bit
			if _, err := Read(bad); err == nil {
				t.Errorf("bit %d of byte %d of %d, %q, changed unseen", bit, i, len(data), data[i])
			}
		}
		if _, err := Read(data[:i]); err == nil {
			t.Errorf("%d of %d bytes are read as a whole file", i, len(data))
		}
	}
}

// TestRefused names the tensor and what is wrong with it.
func TestRefused(t *testing.T) {
	ints := map[string]*tensor.Dense{"ids": tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{1}))}
	if err := Write(new(bytes.Buffer), ints, nil); err == nil || err.Error() != "ids: element type int, want float32 or float64" {
		t.Errorf("integers are written with error %v", err)
	}
	view, err := safetensors.NewTensorView(safetensors.I32, []uint64{1}, make([]byte, 4))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := safetensors.SerializeToWriter(map[string]safetensors.TensorView{"ids": view}, nil, &b); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(b.Bytes()); err == nil || err.Error() != "damaged, or not written by this program: it has no checksum" {
		t.Errorf("a file of others is read with error %v", err)
	}
	b.Reset()
	if err := write(&b, map[string]safetensors.TensorView{"ids": view}, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	f, err := Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"ids": "ids: element type I32", "x": `no tensor "x"`} {
		if _, err := f.Tensor(name); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	_, data := written(t)
	mine, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	turned := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(3, 2))
	if ok, err := mine.Into("a/matrix", turned); !ok || err == nil || err.Error() != "a/matrix: F32[2 3], want F32[3 2]" {
		t.Errorf("another shape of the same size: found %t, error %v", ok, err)
	}
	for want, into := range map[string]*tensor.Dense{
		"ids: I32[1], want F32[1]": tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1)),
		"ids: I32[1], want F64[2]": tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(2)),
	} {
		if ok, err := f.Into("ids", into); !ok || err == nil || err.Error() != want {
			t.Errorf("found %t, error %v, want %s", ok, err, want)
		}
	}
}
