package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func draw(i Initializer, seed uint64, shape ...int) []float64 {
	n := 1
	for _, k := range shape {
		n *= k
	}
	x := make([]float64, n)
	i.fill(rand.New(rand.NewPCG(seed, 0)), shape, x)
	return x
}

// TestUniformMoments holds U(−a, a) to its bounds, mean 0 and variance a²/3.
func TestUniformMoments(t *testing.T) {
	cases := []struct {
		name  string
		init  Initializer
		shape []int
		bound float64
	}{
		{"uniform", Uniform(0.05), []int{100, 100}, 0.05},
		// Both sides of a kernel count, √(6/(fan_in + fan_out)).
		{"glorot", GlorotUniform(), []int{300, 100}, math.Sqrt(6.0 / 400)},
		{"glorot transposed", GlorotUniform(), []int{100, 300}, math.Sqrt(6.0 / 400)},
		{"glorot of a vector", GlorotUniform(), []int{10000}, math.Sqrt(6.0 / 20000)},
		{"he", HeUniform(), []int{300, 100}, math.Sqrt(6.0 / 300)},
		{"lecun", LecunUniform(), []int{300, 100}, math.Sqrt(3.0 / 300)},
		// A convolution's receptive field multiplies both, as in Keras.
		{"glorot of a convolution", GlorotUniform(), []int{5, 40, 60}, math.Sqrt(6.0 / 500)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x := draw(c.init, 1, c.shape...)
			low, high := math.Inf(1), math.Inf(-1)
			for _, v := range x {
				low, high = math.Min(low, v), math.Max(high, v)
			}
			if low < -c.bound || high > c.bound {
				t.Errorf("the values lie in [%g, %g], beyond %g", low, high, c.bound)
			}
			if low > -0.99*c.bound || high < 0.99*c.bound {
				t.Errorf("the values lie in [%g, %g] and do not reach %g", low, high, c.bound)
			}
			// Five standard errors, at n values.
			mean, variance := stat.MeanVariance(x, nil)
			n := float64(len(x))
			if math.Abs(mean) > 5*c.bound/math.Sqrt(3*n) {
				t.Errorf("the mean is %g", mean)
			}
			want := c.bound * c.bound / 3
			if math.Abs(variance-want) > 5*want*math.Sqrt(0.8/n) {
				t.Errorf("the variance is %g, want %g", variance, want)
			}
		})
	}
}

// TestNormalMoments holds normal values to mean 0 and their variance, and those
// that are cut off to their bounds. A truncated normal distribution has 0.7737…
// of the variance of the whole.
func TestNormalMoments(t *testing.T) {
	const left = 0.87962566103423978 * 0.87962566103423978
	for _, c := range []struct {
		name     string
		init     Initializer
		variance float64
		cut      float64 // the bound; 0 if there is none
	}{
		{"normal", Normal(0.1), 0.01, 0},
		{"normal by default", Normal(0), 0.0025, 0},
		{"truncated", TruncatedNormal(0.1), 0.01 * left, 0.2},
		{"glorot", GlorotNormal(), 2.0 / 400, 2 * math.Sqrt(2.0/400/left)},
		{"he", HeNormal(), 2.0 / 300, 2 * math.Sqrt(2.0/300/left)},
		{"lecun", LecunNormal(), 1.0 / 300, 2 * math.Sqrt(1.0/300/left)},
	} {
		x := draw(c.init, 1, 300, 100)
		mean, variance := stat.MeanVariance(x, nil)
		n := float64(len(x))
		if math.Abs(mean) > 5*math.Sqrt(c.variance/n) || math.Abs(variance-c.variance) > 5*c.variance*math.Sqrt(2/n) {
			t.Errorf("%s: mean %g, variance %g, want 0 and %g", c.name, mean, variance, c.variance)
		}
		most := 0.0
		for _, v := range x {
			most = max(most, math.Abs(v))
		}
		if c.cut > 0 && (most > c.cut || most < 0.98*c.cut) {
			t.Errorf("%s: the largest value is %g, the bound %g", c.name, most, c.cut)
		}
		if c.cut == 0 && most < 3*math.Sqrt(c.variance) {
			t.Errorf("%s: no value beyond three standard deviations", c.name)
		}
	}
	if diff := cmp.Diff([]float64{1, 0, 0, 1}, draw(Identity(), 1, 2, 2)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{-2.5, -2.5}, draw(Constant(-2.5), 1, 2)); diff != "" {
		t.Error(diff)
	}
}

// TestOrthogonal holds QᵀQ = I, or QQᵀ = I where rows are fewer, for matrices
// of any size.
func TestOrthogonal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(1, 20).Draw(t, "rows"), rapid.IntRange(1, 20).Draw(t, "cols")
		q := draw(Orthogonal(), rapid.Uint64().Draw(t, "seed"), rows, cols)
		vectors, length, at := cols, rows, func(v, i int) float64 { return q[i*cols+v] }
		if rows < cols {
			vectors, length, at = rows, cols, func(v, i int) float64 { return q[v*cols+i] }
		}
		for a := range vectors {
			for b := range vectors {
				var dot, want float64
				for i := range length {
					dot += at(a, i) * at(b, i)
				}
				if a == b {
					want = 1
				}
				if math.Abs(dot-want) > 1e-12 {
					t.Fatalf("[%d %d]: the product of vectors %d and %d is %g", rows, cols, a, b, dot)
				}
			}
		}
	})
}

// TestOrthogonalIsUniform: were the signs those of the factorization, the
// first column's first element would never change its sign. Of a rotation of
// the plane both signs of every element and both determinants are equally
// likely.
func TestOrthogonalIsUniform(t *testing.T) {
	const n = 2000
	var positive [4]int
	turns := 0
	for seed := range uint64(n) {
		q := draw(Orthogonal(), seed, 2, 2)
		for i, v := range q {
			if v > 0 {
				positive[i]++
			}
		}
		if q[0]*q[3]-q[1]*q[2] > 0 {
			turns++
		}
	}
	// Five standard deviations of a fair coin.
	slack := int(5 * math.Sqrt(n) / 2)
	for i, k := range append(positive[:], turns) {
		if k < n/2-slack || k > n/2+slack {
			t.Errorf("count %d of %v and %d is far from %d", i, positive, turns, n/2)
		}
	}
}

func TestZerosAndOnes(t *testing.T) {
	for want, init := range map[float64]Initializer{0: Zeros(), 1: Ones()} {
		for i, v := range draw(init, 1, 3, 2) {
			if v != want {
				t.Errorf("%s: value %d is %g", init.Name, i, v)
			}
		}
	}
}

// TestKerasDefaults holds what a layer's zero fields mean.
func TestKerasDefaults(t *testing.T) {
	m, err := Sequential{Input: Tokens(4), Layers: []Layer{
		Embedding{InputDim: 5, OutputDim: 3}, SimpleRNN{Units: 2}, Dense{Units: 1},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Initializer{}
	for _, w := range m.Weights() {
		got[w.Name()] = w.init
	}
	want := map[string]Initializer{
		"embedding/embeddings":        Uniform(0.05),
		"simple_rnn/kernel":           GlorotUniform(),
		"simple_rnn/recurrent_kernel": Orthogonal(),
		"simple_rnn/bias":             Zeros(),
		"dense/kernel":                GlorotUniform(),
		"dense/bias":                  Zeros(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestInitializersReachTheirWeights gives each setting another one.
func TestInitializersReachTheirWeights(t *testing.T) {
	k, r, b := Uniform(1), Uniform(2), Uniform(3)
	cases := []struct {
		input Input
		layer Layer
		want  map[string]Initializer
	}{
		{Features(2), Dense{Units: 2, KernelInitializer: k, BiasInitializer: b},
			map[string]Initializer{"dense/kernel": k, "dense/bias": b}},
		{Tokens(2), Embedding{InputDim: 2, OutputDim: 2, EmbeddingsInitializer: k},
			map[string]Initializer{"embedding/embeddings": k}},
		{Features(2, 2), SimpleRNN{Units: 2, KernelInitializer: k, RecurrentInitializer: r, BiasInitializer: b},
			map[string]Initializer{"simple_rnn/kernel": k, "simple_rnn/recurrent_kernel": r, "simple_rnn/bias": b}},
		{Features(2, 2), RNN{Cell: SimpleRNNCell{Units: 2, KernelInitializer: k, RecurrentInitializer: r, BiasInitializer: b}},
			map[string]Initializer{"rnn/kernel": k, "rnn/recurrent_kernel": r, "rnn/bias": b}},
	}
	for _, c := range cases {
		m, err := Sequential{Input: c.input, Layers: []Layer{c.layer}}.Build()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]Initializer{}
		for _, w := range m.Weights() {
			got[w.Name()] = w.init
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%T: %s", c.layer, diff)
		}
	}
}

func TestBadInitializers(t *testing.T) {
	cases := []struct {
		init  Initializer
		shape []int
		want  string
	}{
		{Initializer{Name: "magic"}, []int{2, 2}, `unknown initializer "magic"`},
		{Initializer{Scale: 1}, []int{2, 2}, `unknown initializer ""`},
		{Orthogonal(), []int{3}, "initializer orthogonal: shape [3], want a matrix"},
		{Uniform(-1), []int{3}, "initializer uniform: scale -1"},
		{Uniform(math.NaN()), []int{3}, "initializer uniform: scale NaN"},
		{Uniform(math.Inf(1)), []int{3}, "initializer uniform: scale +Inf"},
	}
	for _, c := range cases {
		if err := c.init.check(c.shape); err == nil || err.Error() != c.want {
			t.Errorf("%+v of %v: the error is %v, want %s", c.init, c.shape, err, c.want)
		}
	}
}
