package tensorfile

import (
	"bytes"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// TestInPlace: a large tensor is the file's own values, of their shape and type; others, and
// those that do not lie where numbers can, are none.
func TestInPlace(t *testing.T) {
	x, y := make([]float32, 1<<18), make([]float64, 1<<17)
	for i := range x {
		x[i] = float32(i)
	}
	for i := range y {
		y[i] = 1 / float64(i+1)
	}
	tensors := map[string]*tensor.Dense{
		"x":     tensor.New(tensor.WithShape(1<<9, 1<<9), tensor.WithBacking(x)),
		"y":     tensor.New(tensor.WithShape(1<<17), tensor.WithBacking(y)),
		"small": tensor.New(tensor.WithShape(2), tensor.WithBacking([]float32{1, 2})),
	}
	var b bytes.Buffer
	if err := Write(&b, tensors, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	for _, read := range []func([]byte) (*File, error){Read, ReadChecked} {
		f, err := read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range tensors {
			got := f.InPlace(name, want.Dtype(), want.Shape())
			if name == "small" {
				if got != nil {
					t.Error("a small tensor keeps the whole file")
				}
				continue
			}
			if got == nil || !got.Shape().Eq(want.Shape()) || got.Dtype() != want.Dtype() || !slices.Equal(bits(got), bits(want)) {
				t.Fatalf("%s is other than what was written", name)
			}
		}
		for name, other := range map[string]*tensor.Dense{"y": tensors["x"], "x": tensors["y"], "none": tensors["x"]} {
			if f.InPlace(name, other.Dtype(), other.Shape()) != nil {
				t.Errorf("%s is taken for a tensor of another form", name)
			}
		}
	}
	moved := append([]byte{0}, b.Bytes()...)[1:]
	f, err := Read(moved)
	if err != nil {
		t.Fatal(err)
	}
	if f.InPlace("x", tensors["x"].Dtype(), tensors["x"].Shape()) != nil {
		t.Error("numbers of 4 bytes are read at an odd place")
	}
	// A change of the values goes unseen only if they were checked before.
	moved[len(moved)-1] ^= 1
	if _, err := Read(moved); err == nil {
		t.Error("a changed value is not seen")
	}
	if _, err := ReadChecked(moved); err != nil {
		t.Error(err)
	}
}
