package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

func init() {
	cases = append(cases, []gradientCase{
		{"dropout", [][]int{{5, 3}}, func(b *Builder, p []*Node) *Node {
			return b.Tanh(b.Mul(p[0], b.Bernoulli("dropout", p[0], 5, 3, 0.7)))
		}},
		{"gaussian_noise", [][]int{{5, 3}}, func(b *Builder, p []*Node) *Node {
			return b.Tanh(b.Add(p[0], b.Normal("noise", b.Tanh(p[0]), 5, 3, 0.2)))
		}},
	}...)
}

// noises are the random operations, with settings of every kind.
var noises = []struct {
	name           string
	mean, variance float64
	bits           float64 // the most that float32 is off
	emit           func(b *Builder, key string, rows, cols int) *Node
}{
	{"bernoulli_0.9", 1, 0.1 / 0.9, 1e-7, bernoulliOf(0.9)},
	{"bernoulli_0.5", 1, 1, 0, bernoulliOf(0.5)},
	{"bernoulli_0.2", 1, 4, 0, bernoulliOf(0.2)},
	{"normal", 0, 1, 1e-7, normalOf(1)},
	{"normal_0.1", 0, 0.01, 1e-8, normalOf(0.1)},
}

func bernoulliOf(keep float64) func(b *Builder, key string, rows, cols int) *Node {
	return func(b *Builder, key string, rows, cols int) *Node {
		return b.Bernoulli(key, b.Input(key, intIDs(0)), rows, cols, keep)
	}
}

func normalOf(stddev float64) func(b *Builder, key string, rows, cols int) *Node {
	return func(b *Builder, key string, rows, cols int) *Node {
		return b.Normal(key, b.Input(key, intIDs(0)), rows, cols, stddev)
	}
}

// noise runs one random operation in a graph of its own.
func noise(t *testing.T, dt tensor.Dtype, emit func(b *Builder, key string, rows, cols int) *Node, from Random, key string, rows, cols int) []float64 {
	t.Helper()
	b := New(dt)
	*b.Random() = from
	return computed(t, b, emit(b, key, rows, cols))
}

// correlation of two samples whose mean and variance are known.
func correlation(x, y []float64, mean, variance float64) float64 {
	var sum float64
	for i, v := range x {
		sum += (v - mean) * (y[i] - mean)
	}
	return sum / variance / float64(len(x))
}

// TestNoiseStatistics: mean, variance and all correlations lie within five
// standard errors. The seeds are fixed, so it passes always or never.
func TestNoiseStatistics(t *testing.T) {
	const n = 100_000
	for _, c := range noises {
		t.Run(c.name, func(t *testing.T) {
			x := noise(t, tensor.Float64, c.emit, Random{Seed: 1}, "key", n/100, 100)
			var mean, variance, fourth float64
			for _, v := range x {
				mean += v / n
				variance += (v - c.mean) * (v - c.mean) / n
				fourth += math.Pow(v-c.mean, 4) / n
			}
			near := func(what string, got, want, deviation float64) {
				t.Helper()
				if bound := 5 * deviation / math.Sqrt(n); !(math.Abs(got-want) <= bound) {
					t.Errorf("%s is %g, want %g within %g", what, got, want, bound)
				}
			}
			near("mean", mean, c.mean, math.Sqrt(c.variance))
			near("variance", variance, c.variance, math.Sqrt(max(fourth-variance*variance, 1e-12)))
			for lag := 1; lag <= 4; lag++ {
				near(fmt.Sprint("correlation of elements ", lag, " apart"), correlation(x[lag:], x, c.mean, c.variance), 0, 1)
			}
			for what, from := range map[string]Random{
				"step after":  {Seed: 1, Step: 1},
				"step 2³²":    {Seed: 1, Step: 1 << 32},
				"shard after": {Seed: 1, Shard: 1},
				"seed after":  {Seed: 2},
			} {
				y := noise(t, tensor.Float64, c.emit, from, "key", n/100, 100)
				near("correlation with the "+what, correlation(x, y, c.mean, c.variance), 0, 1)
			}
			y := noise(t, tensor.Float64, c.emit, Random{Seed: 1}, "kez", n/100, 100)
			near("correlation with another key", correlation(x, y, c.mean, c.variance), 0, 1)
		})
	}
}

// TestFirstElementsOverSteps: what one element is from step to step is as
// random as the elements of one step.
func TestFirstElementsOverSteps(t *testing.T) {
	const steps = 20_000
	for _, c := range noises {
		t.Run(c.name, func(t *testing.T) {
			b := New(tensor.Float64)
			n := c.emit(b, "key", 1, 1)
			p, err := b.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			x := make([]float64, steps)
			var mean float64
			for i := range x {
				b.Random().Step = uint64(i)
				x[i] = values(t, p, []*Node{n})[0]
				mean += x[i] / steps
			}
			bound := 5 / math.Sqrt(steps)
			if d := (mean - c.mean) / math.Sqrt(c.variance); !(math.Abs(d) <= bound) {
				t.Errorf("the mean is %g, want %g", mean, c.mean)
			}
			if r := correlation(x[1:], x, c.mean, c.variance); !(math.Abs(r) <= bound) {
				t.Errorf("the correlation of steps is %g, want 0 within %g", r, bound)
			}
		})
	}
}

// TestNormalIsNormal: the shares below −2, −1, 0, 1 and 2 standard deviations.
func TestNormalIsNormal(t *testing.T) {
	const n = 100_000
	x := noise(t, tensor.Float64, normalOf(3), Random{Seed: 5}, "key", n, 1)
	for z := -2.; z <= 2; z++ {
		want := math.Erfc(-z/math.Sqrt2) / 2
		below := 0
		for _, v := range x {
			if v < 3*z {
				below++
			}
		}
		got := float64(below) / n
		if bound := 5 * math.Sqrt(want*(1-want)/n); !(math.Abs(got-want) <= bound) {
			t.Errorf("%g of the values lie below %g standard deviations, want %g within %g", got, z, want, bound)
		}
	}
}

// TestNoiseRepeats: the values are a function of seed, key, step and shard.
func TestNoiseRepeats(t *testing.T) {
	from := Random{Seed: 3, Step: 4, Shard: 5}
	for _, c := range noises {
		t.Run(c.name, func(t *testing.T) {
			first := noise(t, tensor.Float64, c.emit, from, "key", 8, 8)
			if !slices.Equal(first, noise(t, tensor.Float64, c.emit, from, "key", 8, 8)) {
				t.Error("the same gives other values")
			}
			for what, other := range map[string][]float64{
				"seed":           noise(t, tensor.Float64, c.emit, Random{2, 4, 5}, "key", 8, 8),
				"step":           noise(t, tensor.Float64, c.emit, Random{3, 5, 5}, "key", 8, 8),
				"shard":          noise(t, tensor.Float64, c.emit, Random{3, 4, 4}, "key", 8, 8),
				"key":            noise(t, tensor.Float64, c.emit, from, "key2", 8, 8),
				"step for shard": noise(t, tensor.Float64, c.emit, Random{3, 5, 4}, "key", 8, 8),
				"step for seed":  noise(t, tensor.Float64, c.emit, Random{4, 3, 5}, "key", 8, 8),
			} {
				if slices.Equal(first, other) {
					t.Errorf("another %s gives the same values", what)
				}
			}
			// Sizes say how many are drawn, not which.
			compare(t, "an odd number", noise(t, tensor.Float64, c.emit, from, "key", 3, 5), first[:15], 0)
			compare(t, "float32", noise(t, tensor.Float32, c.emit, from, "key", 8, 8), first, c.bits)
		})
	}
}

// TestNoiseResumes: a program draws anew at every step, and going back to a
// step draws what was drawn there, in a graph that holds other operations too.
func TestNoiseResumes(t *testing.T) {
	for _, c := range noises {
		t.Run(c.name, func(t *testing.T) {
			b := New(tensor.Float64)
			b.Random().Seed = 9
			other := c.emit(b, "other", 4, 4)
			n := c.emit(b, "key", 4, 4)
			p, err := b.Compile(other, n)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			var at [3][]float64
			for step := range at {
				b.Random().Step = uint64(step)
				both := values(t, p, []*Node{n, other})
				if at[step] = both[:16]; slices.Equal(at[step], both[16:]) {
					t.Error("two keys draw the same")
				}
			}
			if slices.Equal(at[0], at[1]) || slices.Equal(at[1], at[2]) {
				t.Error("two steps draw the same")
			}
			b.Random().Step = 1
			if !slices.Equal(at[1], values(t, p, []*Node{n})) {
				t.Error("the step repeated draws other values")
			}
			if !slices.Equal(at[2], noise(t, tensor.Float64, c.emit, Random{Seed: 9, Step: 2}, "key", 4, 4)) {
				t.Error("the step in a new graph draws other values")
			}
		})
	}
}

// TestBernoulliElements: each is 0 or 1/keep, as said by 32 bits of PCG, and
// keep 1 keeps all.
func TestBernoulliElements(t *testing.T) {
	for _, keep := range []float64{1, 0.999, 0.75, 0.5, 1. / 3, 1e-3, 0x1p-31} {
		got := noise(t, tensor.Float64, bernoulliOf(keep), Random{Seed: 1}, "key", 1, 10_000)
		var pcg rand.PCG
		(&Random{Seed: 1}).seed(&pcg, 0x3dc94a19365b10ec) // FNV-1a of "key"
		want := make([]float64, len(got))
		for i := 0; i < len(want); i += 2 {
			u := pcg.Uint64()
			for j, half := range []uint32{uint32(u >> 32), uint32(u)} {
				if float64(half)/(1<<32) < keep {
					want[i+j] = 1 / keep
				}
			}
		}
		compare(t, fmt.Sprint("keep ", keep), got, want, 0)
	}
}

// TestMix holds the function to the first outputs of SplitMix64 from state 0,
// the reference in C by Vigna, https://prng.di.unimi.it/splitmix64.c.
func TestMix(t *testing.T) {
	var state uint64
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := mix(state); got != want {
			t.Errorf("output %d is %#x, want %#x", i, got, want)
		}
		state += 0x9e3779b97f4a7c15
	}
}

func TestNoiseErrors(t *testing.T) {
	checkFailures(t, []failure{
		{"no probability", func(b *Builder, x, v *Node) { b.Bernoulli("k", x, 2, 2, 0) }, "bernoulli: probability 0, want more than 0 and at most 1"},
		{"probability 2", func(b *Builder, x, v *Node) { b.Bernoulli("k", x, 2, 2, 2) }, "bernoulli: probability 2, want more than 0 and at most 1"},
		{"probability NaN", func(b *Builder, x, v *Node) { b.Bernoulli("k", x, 2, 2, math.NaN()) }, "bernoulli: probability NaN, want more than 0 and at most 1"},
		{"no rows", func(b *Builder, x, v *Node) { b.Bernoulli("k", x, 0, 2, 0.5) }, "bernoulli: 0 rows and 2 columns, want at least one"},
		{"no columns", func(b *Builder, x, v *Node) { b.Normal("k", x, 2, -1, 1) }, "normal: 2 rows and -1 columns, want at least one"},
		{"deviation -1", func(b *Builder, x, v *Node) { b.Normal("k", x, 2, 2, -1) }, "normal: standard deviation -1, want 0 or more"},
		{"deviation NaN", func(b *Builder, x, v *Node) { b.Normal("k", x, 2, 2, math.NaN()) }, "normal: standard deviation NaN, want 0 or more"},
		{"deviation Inf", func(b *Builder, x, v *Node) { b.Normal("k", x, 2, 2, math.Inf(1)) }, "normal: standard deviation +Inf, want 0 or more"},
		{"like nothing", func(b *Builder, x, v *Node) { b.Normal("k", nil, 2, 2, 1) }, "input 0 is nil"},
	})
}
