package tensorfile

import (
	"io"
	"math"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// A tensor of 8 bits a value has a second one beside it, by which the values are found
// again. Rows are along the last dimension.
//
//	I8 and ":scales", F32 [rows]:  x[r, c] = scales[r]·code[r, c],  scales[r] = max |x[r]| / 127
//	U8 and ":levels", F32 [256]:   x = levels[code]
//
// The second is for rows so short that a scale for each would cost too much, such as
// those of one number of a linear model: the levels lie where the values are.
const (
	scalesOf = ":scales"
	levelsOf = ":levels"

	leastRow  = 16   // with a scale of its own, which costs 4 bytes
	leastSize = 1024 // of a tensor that is not left as it is, since levels cost 1 KB
)

// WriteInt8 is Write with 8 bits for each value of tensors that are large enough, and a
// few more. Read reads the file as it does others, into tensors of floats. Values that
// are not finite are an error.
func WriteInt8(w io.Writer, tensors map[string]*tensor.Dense, meta map[string]string) error {
	views := map[string]safetensors.TensorView{}
	for name, t := range tensors {
		x, err := float64s(t)
		if err != nil {
			return errors.Wrap(err, name)
		}
		if len(x) < leastSize {
			if views[name], err = view(t); err != nil {
				return errors.Wrap(err, name)
			}
			continue
		}
		for _, v := range x {
			if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
				return errors.Errorf("%s: the value %v has no 8 bits", name, v)
			}
		}
		kind, beside, width := safetensors.U8, levelsOf, t.Shape()[t.Dims()-1]
		var codes []byte
		var by []float32
		if width >= leastRow {
			kind, beside = safetensors.I8, scalesOf
			codes, by = scaled(x, width)
		} else {
			codes, by = leveled(x)
		}
		if views[name], err = safetensors.NewTensorView(kind, dims(t), codes); err != nil {
			return errors.Wrap(err, name)
		}
		if views[name+beside], err = view(tensor.New(tensor.WithShape(len(by)), tensor.WithBacking(by))); err != nil {
			return errors.Wrap(err, name)
		}
	}
	return write(w, views, meta)
}

// scaled returns codes of signed bytes and the scale of each row.
func scaled(x []float64, width int) (codes []byte, scales []float32) {
	for row := range slices.Chunk(x, width) {
		largest := 0.0
		for _, v := range row {
			largest = max(largest, math.Abs(v))
		}
		scale := float32(largest / 127)
		scales = append(scales, scale)
		for _, v := range row {
			code := 0.0
			if scale > 0 {
				code = max(-127, min(math.Round(v/float64(scale)), 127))
			}
			codes = append(codes, byte(int8(code)))
		}
	}
	return codes, scales
}

// rounds of Lloyd's method; more hardly move the levels of a million weights.
const rounds = 30

// leveled returns for each value the number of the level next to it, of 256 that rise:
// those whose squared error is the least nearby, by the method of Lloyd, Least squares
// quantization in PCM, 1982. Where there are no more values than levels each is one.
func leveled(x []float64) (codes []byte, levels []float32) {
	sorted := slices.Sorted(slices.Values(x))
	sums := make([]float64, len(sorted)+1)
	for i, v := range sorted {
		sums[i+1] = sums[i] + v
	}
	at := firstLevels(sorted)
	if len(slices.Compact(slices.Clone(sorted))) > len(at) {
		for range rounds {
			from := 0
			for k := range at {
				to := len(sorted)
				if k+1 < len(at) {
					to, _ = slices.BinarySearch(sorted, (at[k]+at[k+1])/2)
				}
				if from < to {
					at[k] = (sums[to] - sums[from]) / float64(to-from)
				}
				from = max(from, to)
			}
			slices.Sort(at)
		}
	}
	levels = make([]float32, len(at))
	for k, v := range at {
		levels[k] = float32(v)
	}
	codes = make([]byte, len(x))
	for i, v := range x {
		k, _ := slices.BinarySearch(at, v)
		if k == len(at) || k > 0 && v-at[k-1] < at[k]-v {
			k--
		}
		codes[i] = byte(k)
	}
	return codes, levels
}

// firstLevels are the values themselves if there are few. Else they lie as close as the
// cube root of the values' density has it, which is the best where levels are many:
// Panter and Dite, Quantization distortion in pulse-count modulation, 1951. Where two
// values that follow each other are a gap apart the density is as 1 / gap, and the share
// of the levels that are between them as gap·gap^(−1/3).
func firstLevels(sorted []float64) []float64 {
	const n = 256
	at := slices.Compact(slices.Clone(sorted))
	if len(at) <= n {
		for len(at) < n {
			at = append(at, at[len(at)-1])
		}
		return at
	}
	share := func(i int) float64 { return math.Pow(sorted[i+1]-sorted[i], 2.0/3) }
	all := 0.0
	for i := range len(sorted) - 1 {
		all += share(i)
	}
	at = at[:0]
	sum := 0.0
	for i := range len(sorted) - 1 {
		for sum += share(i); len(at) < n && sum >= (float64(len(at))+0.5)/n*all; {
			at = append(at, sorted[i])
		}
	}
	for len(at) < n {
		at = append(at, sorted[len(sorted)-1])
	}
	return at
}

func float64s(t *tensor.Dense) ([]float64, error) {
	switch t.Dtype() {
	case tensor.Float64:
		return t.Float64s(), nil
	case tensor.Float32:
		x := make([]float64, t.Shape().TotalSize())
		for i, v := range t.Float32s() {
			x[i] = float64(v)
		}
		return x, nil
	}
	return nil, errors.Errorf("element type %v, want float32 or float64", t.Dtype())
}

// beside is the name of what a tensor of 8 bits is read with, "" of one of floats.
func beside(name string, v safetensors.TensorView) string {
	switch v.DType() {
	case safetensors.I8:
		return name + scalesOf
	case safetensors.U8:
		return name + levelsOf
	}
	return ""
}

// isBeside reports whether a name is that of scales or levels.
func (f *File) isBeside(name string) bool {
	for _, end := range []string{scalesOf, levelsOf} {
		if of, ok := strings.CutSuffix(name, end); ok {
			v, ok := f.all.Tensor(of)
			return ok && beside(of, v) == name
		}
	}
	return false
}

// Int8 reports whether tensors are there with 8 bits a value.
func (f *File) Int8() bool { return len(f.Names()) < len(f.all.Names()) }

// Values is how many there are in all.
func (f *File) Values() (n int) {
	for _, name := range f.Names() {
		v, _ := f.all.Tensor(name)
		size := 1
		for _, d := range v.Shape() {
			size *= int(d)
		}
		n += size
	}
	return n
}

// int8s reads a tensor of 8 bits a value into t, of its shape.
func (f *File) int8s(name string, v safetensors.TensorView, t *tensor.Dense) error {
	with, ok := f.all.Tensor(beside(name, v))
	if !ok {
		return errors.Errorf("no tensor %q", beside(name, v))
	}
	if !slices.Equal(v.Shape(), dims(t)) {
		return errors.Errorf("%v%v, want %v", v.DType(), v.Shape(), []int(t.Shape()))
	}
	codes, width, n := v.Data(), 1, 256
	if v.DType() == safetensors.I8 {
		if t.Dims() == 0 || len(codes) == 0 {
			return errors.Errorf("%v%v has no rows", v.DType(), v.Shape())
		}
		width = t.Shape()[t.Dims()-1]
		n = len(codes) / width
	}
	by := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n))
	if err := read(by, with); err != nil {
		return errors.WithMessage(err, beside(name, v))
	}
	value := func(i int) float32 { return by.Float32s()[codes[i]] }
	if v.DType() == safetensors.I8 {
		value = func(i int) float32 { return by.Float32s()[i/width] * float32(int8(codes[i])) }
	}
	if t.Dtype() == tensor.Float64 {
		for i, x := 0, t.Float64s(); i < len(x); i++ {
			x[i] = float64(value(i))
		}
		return nil
	}
	for i, x := 0, t.Float32s(); i < len(x); i++ {
		x[i] = value(i)
	}
	return nil
}

// dims is a shape as a file has it.
func dims(t *tensor.Dense) []uint64 {
	shape := make([]uint64, t.Dims())
	for i, n := range t.Shape() {
		shape[i] = uint64(n)
	}
	return shape
}
