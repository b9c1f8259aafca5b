package nn

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Initializer draws a weight's first values. The zero value stands for the
// layer's default.
type Initializer struct {
	Name  string  `json:"name"`
	Scale float64 `json:"scale,omitempty"`
}

// GlorotUniform draws from U(−a, a) with a = √(6/(fan_in + fan_out)).
//
// Glorot and Bengio, Understanding the difficulty of training deep feedforward
// neural networks, 2010. Keras: glorot_uniform.
func GlorotUniform() Initializer { return Initializer{Name: "glorot_uniform"} }

// Orthogonal draws a matrix with orthonormal rows or columns, whichever are
// fewer: the Q of the QR decomposition of a normal matrix, its signs chosen
// so that R's diagonal is positive, which makes Q uniform.
//
// Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep
// linear neural networks, 2013. Keras: orthogonal.
func Orthogonal() Initializer { return Initializer{Name: "orthogonal"} }

// Uniform draws from U(−scale, scale). Keras: random_uniform, scale 0.05.
func Uniform(scale float64) Initializer { return Initializer{Name: "uniform", Scale: scale} }

// Zeros fills with 0.
func Zeros() Initializer { return Initializer{Name: "zeros"} }

// Ones fills with 1.
func Ones() Initializer { return Initializer{Name: "ones"} }

// or returns i, or the layer's default if i is the zero value.
func (i Initializer) or(def Initializer) Initializer {
	if i == (Initializer{}) {
		return def
	}
	return i
}

var fills = map[string]func(r *rand.Rand, shape []int, scale float64, x []float64){
	"glorot_uniform": func(r *rand.Rand, shape []int, _ float64, x []float64) {
		in, out := fans(shape)
		uniform(r, math.Sqrt(6/float64(in+out)), x)
	},
	"uniform": func(r *rand.Rand, _ []int, scale float64, x []float64) {
		if scale == 0 {
			scale = 0.05
		}
		uniform(r, scale, x)
	},
	"orthogonal": func(r *rand.Rand, shape []int, _ float64, x []float64) { orthogonal(r, shape[0], shape[1], x) },
	"zeros":      func(_ *rand.Rand, _ []int, _ float64, x []float64) { clear(x) },
	"ones": func(_ *rand.Rand, _ []int, _ float64, x []float64) {
		for i := range x {
			x[i] = 1
		}
	},
}

func (i Initializer) check(shape []int) error {
	switch {
	case fills[i.Name] == nil:
		return errorf("unknown initializer %q", i.Name)
	case i.Scale < 0 || math.IsNaN(i.Scale) || math.IsInf(i.Scale, 0):
		return errorf("initializer %s: scale %v", i.Name, i.Scale)
	case i.Name == "orthogonal" && len(shape) != 2:
		return errorf("initializer orthogonal: shape %v, want a matrix", shape)
	}
	return nil
}

func (i Initializer) fill(r *rand.Rand, shape []int, x []float64) {
	fills[i.Name](r, shape, i.Scale, x)
}

func uniform(r *rand.Rand, a float64, x []float64) {
	for i := range x {
		x[i] = a * (2*r.Float64() - 1)
	}
}

// fans returns fan_in and fan_out of a kernel [..., in, out]; a vector has
// both equal to its length.
func fans(shape []int) (in, out int) {
	switch n := len(shape); n {
	case 0:
		return 1, 1
	case 1:
		return shape[0], shape[0]
	default:
		field := 1
		for _, k := range shape[:n-2] {
			field *= k
		}
		return shape[n-2] * field, shape[n-1] * field
	}
}

func orthogonal(r *rand.Rand, rows, cols int, x []float64) {
	tall, wide := max(rows, cols), min(rows, cols)
	a := mat.NewDense(tall, wide, nil)
	for i := range tall {
		for j := range wide {
			a.Set(i, j, r.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(a)
	var q, rr mat.Dense
	qr.QTo(&q)
	qr.RTo(&rr)
	for i := range rows {
		for j := range cols {
			p, s := i, j
			if rows < cols {
				p, s = j, i
			}
			x[i*cols+j] = math.Copysign(1, rr.At(s, s)) * q.At(p, s)
		}
	}
}
