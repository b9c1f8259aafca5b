package tensorfile

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"gorgonia.org/tensor"
)

func normal(r *rand.Rand, n int, scale float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64() * scale
	}
	return x
}

// eights are tensors of each kind of a file of 8 bits.
func eights() map[string]*tensor.Dense {
	r := rand.New(rand.NewPCG(1, 2))
	rows := normal(r, 100*20, 1)
	for i := range 20 {
		rows[i], rows[20+i] = 0, rows[20+i]*1e6 // one of zeros, one of large values
	}
	weights := normal(r, 5000, 1)
	for i := range weights {
		weights[i] = math.Pow(weights[i], 3) // few are far out
	}
	counts := make([]float64, 3000)
	for i := range counts {
		counts[i] = math.Log(float64(1 + i%200))
	}
	f32 := make([]float32, len(weights))
	for i, v := range weights {
		f32[i] = float32(v)
	}
	return map[string]*tensor.Dense{
		"dense/kernel":   tensor.New(tensor.WithShape(100, 20), tensor.WithBacking(rows)),
		"bag/embeddings": tensor.New(tensor.WithShape(5000, 1), tensor.WithBacking(f32)),
		"bag/scale":      tensor.New(tensor.WithShape(3000, 1), tensor.WithBacking(counts)),
		"dense/bias":     tensor.New(tensor.WithShape(20), tensor.WithBacking(normal(r, 20, 1))),
	}
}

func writeEights(t *testing.T, tensors map[string]*tensor.Dense) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteInt8(&b, tensors, map[string]string{"of": "a model"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestInt8: values come back as near as 8 bits have them: a row within half a step of its
// scale, few different values and small tensors exactly.
func TestInt8(t *testing.T) {
	want := eights()
	data := writeEights(t, want)
	if again := writeEights(t, eights()); !bytes.Equal(data, again) {
		t.Error("the same tensors give other bytes")
	}
	if len(data) > 2000+5000+3000+100*4+2*1024+20*8+1000 {
		t.Errorf("the file has %d bytes", len(data))
	}
	f, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if names := f.Names(); !f.Int8() || !slices.Equal(names, []string{"bag/embeddings", "bag/scale", "dense/bias", "dense/kernel"}) {
		t.Fatalf("8 bits %t, names %q", f.Int8(), names)
	}
	for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		for name, of := range want {
			if name == "dense/bias" && dt == tensor.Float32 {
				continue // which is as it was, of float64
			}
			got := tensor.New(tensor.Of(dt), tensor.WithShape(of.Shape()...))
			if ok, err := f.Into(name, got); !ok || err != nil {
				t.Fatalf("%s: found %t, error %v", name, ok, err)
			}
			x, _ := float64s(of)
			y, _ := float64s(got)
			for i := range x {
				limit := 1e-7 * math.Abs(x[i])
				switch name {
				case "dense/kernel":
					row := x[i/20*20 : i/20*20+20]
					limit = 1.001 * max(slices.Max(row), -slices.Min(row)) / 254
				case "bag/embeddings":
					limit = 0.02 + 0.2*math.Abs(x[i])
				}
				if math.Abs(x[i]-y[i]) > limit {
					t.Fatalf("%s: %v became %v, want it within %v", name, x[i], y[i], limit)
				}
			}
		}
	}
	// The levels are better by far than even ones.
	x, _ := float64s(want["bag/embeddings"])
	codes, levels := leveled(x)
	squares, even := 0.0, math.Pow((slices.Max(x)-slices.Min(x))/255, 2)/12
	for i, c := range codes {
		squares += math.Pow(x[i]-float64(levels[c]), 2) / float64(len(x))
	}
	if squares > even/10 || !slices.IsSorted(levels) {
		t.Errorf("the mean squared error is %v, that of even levels %v", squares, even)
	}
}

// TestInt8Damage: no cut is read, and a bit that changed is seen.
func TestInt8Damage(t *testing.T) {
	data := writeEights(t, eights())
	for i := 0; i < len(data); i += 97 {
		if _, err := Read(data[:i]); err == nil {
			t.Errorf("%d of %d bytes are read as a whole file", i, len(data))
		}
		bad := slices.Clone(data)
		bad[i] ^= 4
		if _, err := Read(bad); err == nil {
			t.Errorf("byte %d of %d changed unseen", i, len(data))
		}
	}
}

// TestInt8Refused names what does not fit.
func TestInt8Refused(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), 1e300} {
		x := make([]float64, leastSize)
		x[5] = v
		err := WriteInt8(new(bytes.Buffer), map[string]*tensor.Dense{"a": tensor.New(tensor.WithShape(leastSize), tensor.WithBacking(x))}, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "a: the value ") {
			t.Errorf("%v is written with error %v", v, err)
		}
	}
	view := func(d safetensors.DType, shape []uint64, bytes int) safetensors.TensorView {
		v, err := safetensors.NewTensorView(d, shape, make([]byte, bytes))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for want, views := range map[string]map[string]safetensors.TensorView{
		`a: no tensor "a:scales"`:              {"a": view(safetensors.I8, []uint64{2, 3}, 6), "a:levels": view(safetensors.F32, []uint64{256}, 1024)},
		`a: no tensor "a:levels"`:              {"a": view(safetensors.U8, []uint64{2, 3}, 6)},
		"a: U8[3 2], want [2 3]":               {"a": view(safetensors.U8, []uint64{3, 2}, 6), "a:levels": view(safetensors.F32, []uint64{256}, 1024)},
		"a: a:levels: F32[255], want F32[256]": {"a": view(safetensors.U8, []uint64{2, 3}, 6), "a:levels": view(safetensors.F32, []uint64{255}, 1020)},
		"a: a:scales: F32[3], want F32[2]":     {"a": view(safetensors.I8, []uint64{2, 3}, 6), "a:scales": view(safetensors.F32, []uint64{3}, 12)},
		"a: a:scales: F64[2], want F32[2]":     {"a": view(safetensors.I8, []uint64{2, 3}, 6), "a:scales": view(safetensors.F64, []uint64{2}, 16)},
	} {
		var b bytes.Buffer
		if err := write(&b, views, map[string]string{}); err != nil {
			t.Fatal(err)
		}
		f, err := Read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Into("a", tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2, 3))); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
