package nn

import (
	"cmp"
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

// GlorotNormal draws from a normal distribution cut off at two standard
// deviations, of variance 2/(fan_in + fan_out). Keras: glorot_normal.
func GlorotNormal() Initializer { return Initializer{Name: "glorot_normal"} }

// HeUniform draws from U(−a, a) with a = √(6/fan_in).
//
// He et al., Delving deep into rectifiers, 2015. Keras: he_uniform.
func HeUniform() Initializer { return Initializer{Name: "he_uniform"} }

// HeNormal draws from a normal distribution cut off at two standard
// deviations, of variance 2/fan_in. Keras: he_normal.
func HeNormal() Initializer { return Initializer{Name: "he_normal"} }

// LecunUniform draws from U(−a, a) with a = √(3/fan_in). Keras: lecun_uniform.
func LecunUniform() Initializer { return Initializer{Name: "lecun_uniform"} }

// LecunNormal draws from a normal distribution cut off at two standard
// deviations, of variance 1/fan_in. Keras: lecun_normal.
func LecunNormal() Initializer { return Initializer{Name: "lecun_normal"} }

// Normal draws from a normal distribution of mean 0 and standard deviation
// scale. Keras: random_normal, scale 0.05.
func Normal(scale float64) Initializer { return Initializer{Name: "normal", Scale: scale} }

// TruncatedNormal is Normal, drawn again beyond two standard deviations. Keras:
// truncated_normal, scale 0.05.
func TruncatedNormal(scale float64) Initializer {
	return Initializer{Name: "truncated_normal", Scale: scale}
}

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

// Constant fills with value. Keras: constant.
func Constant(value float64) Initializer { return Initializer{Name: "constant", Scale: value} }

// Identity fills a square matrix with the identity. Keras: identity.
func Identity() Initializer { return Initializer{Name: "identity"} }

// or returns i, or the layer's default if i is the zero value.
func (i Initializer) or(def Initializer) Initializer {
	if i == (Initializer{}) {
		return def
	}
	return i
}

// defaultScale is the scale of uniform and normal values where none is given.
const defaultScale = 0.05

var fills = map[string]func(r *rand.Rand, shape []int, scale float64, x []float64){
	"glorot_uniform": uniformBy(func(in, out float64) float64 { return 6 / (in + out) }),
	"glorot_normal":  normalBy(func(in, out float64) float64 { return 2 / (in + out) }),
	"he_uniform":     uniformBy(func(in, _ float64) float64 { return 6 / in }),
	"he_normal":      normalBy(func(in, _ float64) float64 { return 2 / in }),
	"lecun_uniform":  uniformBy(func(in, _ float64) float64 { return 3 / in }),
	"lecun_normal":   normalBy(func(in, _ float64) float64 { return 1 / in }),
	"uniform": func(r *rand.Rand, _ []int, scale float64, x []float64) {
		uniform(r, cmp.Or(scale, defaultScale), x)
	},
	"normal": func(r *rand.Rand, _ []int, scale float64, x []float64) {
		for i := range x {
			x[i] = cmp.Or(scale, defaultScale) * r.NormFloat64()
		}
	},
	"truncated_normal": func(r *rand.Rand, _ []int, scale float64, x []float64) {
		truncated(r, cmp.Or(scale, defaultScale), x)
	},
	"orthogonal": func(r *rand.Rand, shape []int, _ float64, x []float64) { orthogonal(r, shape[0], shape[1], x) },
	"identity": func(_ *rand.Rand, shape []int, _ float64, x []float64) {
		for i := range shape[0] {
			x[i*shape[0]+i] = 1
		}
	},
	"zeros": func(*rand.Rand, []int, float64, []float64) {},
	"ones":  func(_ *rand.Rand, _ []int, _ float64, x []float64) { constant(1, x) },
	"constant": func(_ *rand.Rand, _ []int, value float64, x []float64) {
		constant(value, x)
	},
}

// uniformBy draws from U(−a, a), whose a² f gives for the fans; its variance is
// a²/3.
func uniformBy(f func(in, out float64) float64) func(r *rand.Rand, shape []int, scale float64, x []float64) {
	return func(r *rand.Rand, shape []int, _ float64, x []float64) {
		in, out := fans(shape)
		uniform(r, math.Sqrt(f(float64(in), float64(out))), x)
	}
}

// normalBy draws from a truncated normal distribution with the variance that f
// gives for the fans: cutting off at two standard deviations leaves 0.8796…
// of one.
func normalBy(f func(in, out float64) float64) func(r *rand.Rand, shape []int, scale float64, x []float64) {
	return func(r *rand.Rand, shape []int, _ float64, x []float64) {
		in, out := fans(shape)
		truncated(r, math.Sqrt(f(float64(in), float64(out)))/0.87962566103423978, x)
	}
}

func (i Initializer) check(shape []int) error {
	switch {
	case fills[i.Name] == nil:
		return errorf("unknown initializer %q", i.Name)
	case i.Scale < 0 && i.Name != "constant" || math.IsNaN(i.Scale) || math.IsInf(i.Scale, 0):
		return errorf("initializer %s: scale %v", i.Name, i.Scale)
	case i.Name == "orthogonal" && len(shape) != 2:
		return errorf("initializer orthogonal: shape %v, want a matrix", shape)
	case i.Name == "identity" && (len(shape) != 2 || shape[0] != shape[1]):
		return errorf("initializer identity: shape %v, want a square matrix", shape)
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

func truncated(r *rand.Rand, scale float64, x []float64) {
	for i := range x {
		for x[i] = r.NormFloat64(); math.Abs(x[i]) > 2; {
			x[i] = r.NormFloat64()
		}
		x[i] *= scale
	}
}

func constant(v float64, x []float64) {
	for i := range x {
		x[i] = v
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
