package graph

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/internal/kernel"
)

// Random is what a graph's random operations draw from. What one of them draws
// is a function of these three numbers and of its key alone, so a run that is
// repeated, or resumed at a step, draws the same. The operations read it when
// the program runs: change it between runs only.
type Random struct {
	Seed  uint64
	Step  uint64 // of training
	Shard uint64 // of the batch, where it is divided
}

// Random returns what the graph's random operations draw from, for the caller
// to set.
func (b *Builder) Random() *Random { return b.random }

// seed sets the generator for one operation's draw. Numbers that differ in one
// place, such as neighbouring steps, give unrelated states, which PCG does not
// see to itself.
func (r *Random) seed(pcg *rand.PCG, key uint64) {
	var h uint64
	for _, v := range [...]uint64{key, r.Seed, r.Step, r.Shard} {
		h = mix(h ^ v)
	}
	pcg.Seed(h, mix(h))
}

// mix is the function of SplitMix64, one to one: Steele, Lea and Flood, Fast
// Splittable Pseudorandom Number Generators, 2014.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Bernoulli emits a matrix [rows, cols] whose elements are 1/keep with
// probability keep, to within 2⁻³², and else 0: the mask of inverted dropout.
// keep lies in (0, 1]. Elements are drawn row by row.
//
// Here and in Normal the elements depend on Random and the key alone: a key
// names a draw, and operations of one key draw the same. like is any node of
// the graph; it is read because an operation must have an input, and has no
// gradient.
func (b *Builder) Bernoulli(key string, like *Node, rows, cols int, keep float64) *Node {
	if !(keep > 0 && keep <= 1) {
		return b.Fail(errors.Errorf("bernoulli: probability %g, want more than 0 and at most 1", keep))
	}
	return b.noise("bernoulli", key, like, rows, cols,
		pick(b, draw(bernoulli[float32](keep)), draw(bernoulli[float64](keep))))
}

// bernoulli takes two elements from each number drawn.
func bernoulli[T kernel.Float](keep float64) func(y []T, pcg *rand.PCG) {
	below := uint64(math.Round(keep * (1 << 32)))
	values := [2]T{0, T(1 / keep)}
	one := func(u uint64) T { return values[(u-below)>>63] } // 1 if u < below, without a jump
	return func(y []T, pcg *rand.PCG) {
		for ; len(y) > 1; y = y[2:] {
			u := pcg.Uint64()
			y[0], y[1] = one(u>>32), one(u&math.MaxUint32)
		}
		if len(y) > 0 {
			y[0] = one(pcg.Uint64() >> 32)
		}
	}
}

// Normal emits a matrix [rows, cols] of normal values of mean 0 and standard
// deviation stddev, which is not negative. See Bernoulli for key and like.
func (b *Builder) Normal(key string, like *Node, rows, cols int, stddev float64) *Node {
	if !(stddev >= 0) || math.IsInf(stddev, 0) {
		return b.Fail(errors.Errorf("normal: standard deviation %g, want 0 or more", stddev))
	}
	return b.noise("normal", key, like, rows, cols,
		pick(b, draw(normal[float32](stddev)), draw(normal[float64](stddev))))
}

func normal[T kernel.Float](stddev float64) func(y []T, pcg *rand.PCG) {
	return func(y []T, pcg *rand.PCG) {
		r := rand.New(pcg)
		for i := range y {
			y[i] = T(stddev * r.NormFloat64())
		}
	}
}

// noise emits an operation that is drawn.
func (b *Builder) noise(name, key string, like *Node, rows, cols int, run func(key uint64) runFunc) *Node {
	if rows < 1 || cols < 1 {
		return b.Fail(errors.Errorf("%s: %d rows and %d columns, want at least one", name, rows, cols))
	}
	h := fnv.New64a()
	h.Write([]byte(key))
	return b.apply(&op{
		name:  name,
		ids:   true, // like may be of any type
		shape: tensor.Shape{rows, cols},
		run:   run(h.Sum64()),
		grad:  noGrad,
	}, ".", like)
}

func draw[T kernel.Float](fill func(y []T, pcg *rand.PCG)) func(key uint64) runFunc {
	return func(key uint64) runFunc {
		var pcg rand.PCG
		return func(o *op, _ []gorgonia.Value) error {
			o.b.random.seed(&pcg, key)
			fill(Floats[T](o.out), &pcg)
			return nil
		}
	}
}
