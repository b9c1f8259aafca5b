package tensorfile

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// FuzzRead: no file makes reading panic, or take more memory than a few times its size;
// what is read of one whose checksum nobody compares is written and read as itself, and
// with the comparison a file is read alike or not at all.
func FuzzRead(f *testing.F) {
	_, data := written(f)
	f.Add(data)
	large := map[string]*tensor.Dense{}
	for name, shape := range map[string][]int{"scales": {64, 16}, "levels": {512, 2}, "small": {3}} {
		x := make([]float32, tensor.Shape(shape).TotalSize())
		for i := range x {
			x[i] = float32(i%300) - 7
		}
		large[name] = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
	}
	var b bytes.Buffer
	if err := WriteInt8(&b, large, map[string]string{}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ReadChecked(bytes.Clone(data))
		whole, mismatch := Read(bytes.Clone(data))
		if err != nil || mismatch != nil {
			for _, err := range []error{err, mismatch} {
				if err != nil && (!strings.HasPrefix(err.Error(), "damaged") || strings.Contains(err.Error(), "\n")) {
					t.Errorf("error %q", err)
				}
			}
			if mismatch == nil {
				t.Errorf("with the checksum compared it is read, without not: %v", err)
			}
		} else if !maps.Equal(whole.Meta, file.Meta) || !slices.Equal(whole.Names(), file.Names()) {
			t.Errorf("%v and %v", whole, file)
		}
		if err != nil {
			return
		}
		if n := file.Values(); n < 0 || n > len(data) {
			t.Errorf("%d bytes hold %d values", len(data), n)
		}
		floats := map[string]*tensor.Dense{}
		for _, name := range file.Names() {
			v, ok := file.all.Tensor(name)
			if !ok {
				t.Fatalf("there is no %q", name)
			}
			shape := make([]int, len(v.Shape()))
			for i, n := range v.Shape() {
				shape[i] = int(n)
			}
			got, err := file.Tensor(name)
			if err == nil {
				floats[name] = got
			}
			for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
				if !slices.Contains(shape, 0) {
					_, err = file.Into(name, tensor.New(tensor.Of(dt), tensor.WithShape(shape...)))
				}
				file.InPlace(name, dt, shape)
			}
			_ = err // of another type
		}
		meta := maps.Clone(file.Meta)
		delete(meta, sum)
		var b bytes.Buffer
		if err := Write(&b, floats, meta); err != nil {
			t.Fatal(err)
		}
		back, err := Read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range floats {
			got, err := back.Tensor(name)
			if err != nil || !got.Shape().Eq(want.Shape()) || !slices.Equal(bits(got), bits(want)) {
				t.Errorf("%q: %v became %v, error %v", name, want, got, err)
			}
		}
	})
}
