package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

// losses are the losses with the formulas of Keras, of one row: the losses of
// its elements or its own. top is 1 − ε in the element type.
var losses = []struct {
	name  string
	emit  func(b *Builder, x, t *Node) *Node
	value func(x, t []float64, top float64) []float64
	domain
}{
	{"logit_loss", (*Builder).LogitLoss, each(func(x, t, _ float64) float64 {
		return -t*math.Log(logistic(x)) - (1-t)*math.Log(logistic(-x))
	}), reals},
	{"binary_loss", (*Builder).BinaryLoss, each(func(x, t, top float64) float64 {
		x = clip(x, 1e-7, top)
		return -(t*math.Log(x) + (1-t)*math.Log(1-x))
	}), shares},
	{"absolute_loss", (*Builder).AbsoluteLoss, each(func(x, t, _ float64) float64 { return math.Abs(t - x) }), reals},
	{"huber_loss", huber, each(func(x, t, _ float64) float64 {
		if math.Abs(x-t) <= 1 {
			return 0.5 * math.Pow(x-t, 2)
		}
		return math.Abs(x-t) - 0.5
	}), reals},
	{"hinge_loss", (*Builder).HingeLoss, each(func(x, t, _ float64) float64 {
		return math.Max(1-map[float64]float64{-1: -1, 0: -1, 1: 1}[t]*x, 0)
	}), signs},
	{"divergence_loss", (*Builder).DivergenceLoss, each(func(x, t, _ float64) float64 {
		x, t = clip(x, 1e-7, 1), clip(t, 1e-7, 1)
		return t*math.Log(t) - t*math.Log(x)
	}), shares},
	{"poisson_loss", (*Builder).PoissonLoss, each(func(x, t, _ float64) float64 { return x - t*math.Log(x+1e-7) }), counts},
	{"softmax_loss", (*Builder).SoftmaxLoss, func(x, t []float64, _ float64) []float64 {
		var all, y float64
		for _, v := range x {
			all += math.Exp(v)
		}
		for j, v := range x {
			y -= t[j] * math.Log(math.Exp(v)/all)
		}
		return []float64{y}
	}, reals},
	{"categorical_loss", (*Builder).CategoricalLoss, func(x, t []float64, top float64) []float64 {
		var all, y float64
		for _, v := range x {
			all += v
		}
		for j, v := range x {
			y -= t[j] * math.Log(clip(v/all, 1e-7, top))
		}
		return []float64{y}
	}, shares},
	{"cosine_loss", (*Builder).CosineLoss, func(x, t []float64, _ float64) []float64 {
		var xx, tt, xt float64
		for j, v := range x {
			xx, tt, xt = xx+v*v, tt+t[j]*t[j], xt+v*t[j]
		}
		return []float64{-xt / math.Sqrt(xx*tt)}
	}, reals},
}

func huber(b *Builder, x, t *Node) *Node { return b.HuberLoss(x, t, 1) }

func each(f func(x, t, top float64) float64) func(x, t []float64, top float64) []float64 {
	return func(x, t []float64, top float64) []float64 {
		y := make([]float64, len(x))
		for j, v := range x {
			y[j] = f(v, t[j], top)
		}
		return y
	}
}

func clip(x, low, high float64) float64 { return math.Max(low, math.Min(x, high)) }

// domain draws outputs, made of a number in [−1, 1], and targets.
type domain struct {
	scale, offset float64
	target        func(r *rand.Rand) float64
}

var (
	reals  = domain{3, 0, func(r *rand.Rand) float64 { return 2*r.Float64() - 1 }}
	shares = domain{0.49, 0.5, func(r *rand.Rand) float64 { return clip(1.4*r.Float64()-0.2, 0, 1) }}
	signs  = domain{3, 0, func(r *rand.Rand) float64 { return float64(r.IntN(3) - 1) }}
	counts = domain{2, 2.1, func(r *rand.Rand) float64 { return float64(r.IntN(4)) }}
)

func init() {
	for _, l := range losses {
		for _, shape := range [][]int{{5, 4}, {1, 3}} {
			cases = append(cases, gradientCase{fmt.Sprintf("%s_%d", l.name, shape), [][]int{shape}, func(b *Builder, p []*Node) *Node {
				r := rand.New(rand.NewPCG(31, 32))
				t := make([]float64, shape[0]*shape[1])
				for i := range t {
					t[i] = l.target(r)
				}
				return l.emit(b, b.Affine(l.scale, p[0], l.offset), targets(b, shape, t...))
			}})
		}
	}
	cases = append(cases, gradientCase{"sparse_softmax_loss", [][]int{{4, 3}}, func(b *Builder, p []*Node) *Node {
		return b.SparseSoftmaxLoss(b.Affine(3, p[0], 0), targets(b, []int{4, 1}, 2, 0, 0, 1))
	}}, gradientCase{"huber_loss_narrow", [][]int{{4, 3}}, func(b *Builder, p []*Node) *Node {
		return b.HuberLoss(p[0], b.Zeros(4, 3), 0.3)
	}})
}

var floats = []tensor.Dtype{tensor.Float32, tensor.Float64}

// lossOf runs a loss of x against t and returns it with its gradient by x.
func lossOf(t *testing.T, dt tensor.Dtype, emit func(b *Builder, x, t *Node) *Node, shape []int, x, target []float64) (y, dx []float64) {
	t.Helper()
	b := New(dt)
	in := input(b, "x", shape, x...)
	tn := input(b, "t", []int{shape[0], len(target) / shape[0]}, target...)
	out := emit(b, in, tn)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	one := b.constant("one", 1, out.Shape())
	roots := append([]*Node{out}, b.VJP([]*Node{out}, []*Node{one}, in)...)
	p, err := b.Compile(roots...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	all := values(t, p, roots)
	n := out.Shape().TotalSize()
	return all[:n], all[n:]
}

func TestLosses(t *testing.T) {
	const rows, cols = 40, 5
	for _, l := range losses {
		for _, dt := range floats {
			r := rand.New(rand.NewPCG(33, 34))
			x, target := make([]float64, rows*cols), make([]float64, rows*cols)
			for i := range x {
				x[i] = rounded(dt, l.scale*(2*r.Float64()-1)+l.offset)
				target[i] = rounded(dt, l.target(r))
			}
			var want []float64
			for i := 0; i < len(x); i += cols {
				want = append(want, l.value(x[i:i+cols], target[i:i+cols], rounded(dt, 1-1e-7))...)
			}
			got, _ := lossOf(t, dt, l.emit, []int{rows, cols}, x, target)
			tol := 1e-13
			if dt == tensor.Float32 {
				tol = 1e-6
			}
			compare(t, l.name+" in "+dt.String(), got, want, tol)
		}
	}
}

// TestLossesAtTheEdges holds what is promised where a formula has a kink, a
// bound or no number, and what Keras's formula gives there by hand.
func TestLossesAtTheEdges(t *testing.T) {
	inf := math.Inf(1)
	log := math.Log(1e-7)
	for _, c := range []struct {
		name      string
		emit      func(b *Builder, x, t *Node) *Node
		x, target []float64
		loss, dx  []float64
	}{
		{"binary_loss", (*Builder).BinaryLoss, []float64{0, 0, 1, -3, 1e-9}, []float64{0, 1, 1, 1, 0.5},
			[]float64{0, -log, 0, -log, -log / 2}, []float64{0, 0, 0, 0, 0}},
		{"absolute_loss", (*Builder).AbsoluteLoss, []float64{1, 2, 0, 1e30}, []float64{1, 1, 1, -1e30},
			[]float64{0, 1, 1, 2e30}, []float64{0, 1, -1, 1}},
		{"huber_loss", huber, []float64{1, 2, -1, 5, 1e30}, []float64{1, 1, 0, 7, 0},
			[]float64{0, 0.5, 0.5, 1.5, 1e30}, []float64{0, 1, -1, -1, 1}},
		{"hinge_loss", (*Builder).HingeLoss, []float64{1, 0, 2, -1, 0, 0.5}, []float64{1, 1, 1, 0, 0, -1},
			[]float64{0, 1, 0, 0, 1, 1.5}, []float64{0, -1, 0, 0, 1, 1}},
		{"divergence_loss", (*Builder).DivergenceLoss, []float64{0, 1, 2, 0, 0.5}, []float64{1, 1, 1, 0, 0},
			[]float64{-log, 0, 0, 0, 1e-7 * (log + math.Ln2)}, []float64{0, -1, 0, 0, -2e-7}},
		{"poisson_loss", (*Builder).PoissonLoss, []float64{0, 0, -1, 1}, []float64{0, 1, 0, 1},
			[]float64{0, -log, -1, 1}, []float64{1, 1 - 1e7, 1, 0}},
		{"softmax_loss", (*Builder).SoftmaxLoss, []float64{1000, 0, -1000}, []float64{0, 0, 1},
			[]float64{2000}, []float64{1, 0, -1}},
		{"softmax_loss of one class", (*Builder).SoftmaxLoss, []float64{-1000, 0, 1000}, []float64{0, 0, 1},
			[]float64{0}, []float64{0, 0, 0}},
		{"softmax_loss of a class that is out", (*Builder).SoftmaxLoss, []float64{-inf, 0, 0}, []float64{0, 0, 2},
			[]float64{2 * math.Ln2}, []float64{0, 1, -1}},
		{"sparse_softmax_loss", (*Builder).SparseSoftmaxLoss, []float64{1000, 0, -1000}, []float64{1},
			[]float64{1000}, []float64{1, -1, 0}},
		{"sparse_softmax_loss of a class that is out", (*Builder).SparseSoftmaxLoss, []float64{-inf, 0, 0}, []float64{1},
			[]float64{math.Ln2}, []float64{0, -0.5, 0.5}},
		{"categorical_loss of no probabilities", (*Builder).CategoricalLoss, []float64{0, 0, 0}, []float64{0, 1, 0},
			[]float64{-log}, []float64{0, 0, 0}},
		{"categorical_loss of a class that is out", (*Builder).CategoricalLoss, []float64{0, 2, 2}, []float64{1, 1, 0},
			[]float64{math.Ln2 - log}, []float64{0.25, -0.25, 0.25}},
		{"cosine_loss of zeros", (*Builder).CosineLoss, []float64{0, 0}, []float64{3, 4},
			[]float64{0}, []float64{-6e6, -8e6}},
		{"cosine_loss of next to zeros", (*Builder).CosineLoss, []float64{3e-9, 4e-9}, []float64{3, 4},
			[]float64{-0.05}, []float64{-6e6, -8e6}},
		{"cosine_loss to zeros", (*Builder).CosineLoss, []float64{1, 2}, []float64{0, 0},
			[]float64{0}, []float64{0, 0}},
		{"cosine_loss of opposites", (*Builder).CosineLoss, []float64{-30, -40}, []float64{3, 4},
			[]float64{1}, []float64{0, 0}},
		{"cosine_loss of large values", (*Builder).CosineLoss, []float64{3e30, 0}, []float64{1, 1},
			[]float64{-math.Sqrt2 / 2}, []float64{0, 0}},
	} {
		for _, dt := range floats {
			y, dx := lossOf(t, dt, c.emit, []int{1, len(c.x)}, c.x, c.target)
			compare(t, c.name+" in "+dt.String(), y, c.loss, 2e-6)
			compare(t, c.name+"' in "+dt.String(), dx, c.dx, 2e-6)
		}
	}
}

// TestProbabilityOne: 1 − ε is rounded to the element type first, as in Keras,
// where the loss of a sure mistake is log 2²³ and not log 10⁷ in float32.
func TestProbabilityOne(t *testing.T) {
	for dt, want := range map[tensor.Dtype]float64{tensor.Float32: 23 * math.Ln2, tensor.Float64: 7 * math.Ln10} {
		y, _ := lossOf(t, dt, (*Builder).BinaryLoss, []int{1, 1}, []float64{1}, []float64{0})
		compare(t, dt.String(), y, []float64{want}, 1e-6)
	}
}

// TestSparseSoftmaxLoss holds the loss of classes to that of one-hot targets.
func TestSparseSoftmaxLoss(t *testing.T) {
	const rows, cols = 30, 7
	r := rand.New(rand.NewPCG(35, 36))
	x, classes, hot := make([]float64, rows*cols), make([]float64, rows), make([]float64, rows*cols)
	for i := range x {
		x[i] = 5 * r.NormFloat64()
	}
	for i := range classes {
		class := r.IntN(cols)
		classes[i], hot[i*cols+class] = float64(class), 1
	}
	for _, dt := range floats {
		y, dx := lossOf(t, dt, (*Builder).SparseSoftmaxLoss, []int{rows, cols}, x, classes)
		want, dwant := lossOf(t, dt, (*Builder).SoftmaxLoss, []int{rows, cols}, x, hot)
		compare(t, "loss in "+dt.String(), y, want, 1e-15)
		compare(t, "gradient in "+dt.String(), dx, dwant, 1e-15)
	}
}

func TestClassesOutside(t *testing.T) {
	for _, dt := range floats {
		for class, said := range map[float64]string{-1: "-1", 3: "3", 0.5: "0.5", 1e30: "1e+30", math.Inf(1): "+Inf", math.NaN(): "NaN"} {
			b := New(dt)
			x := input(b, "x", []int{3, 3}, 1, 2, 3, 4, 5, 6, 7, 8, 9)
			classes := input(b, "t", []int{3, 1}, 2, class, 0)
			y := b.SparseSoftmaxLoss(x, classes)
			dx := b.VJP([]*Node{y}, []*Node{b.constant("one", 1, y.Shape())}, x)[0]
			for name, root := range map[string]*Node{"sparse_softmax_loss": y, "sparse_softmax_loss_grad": dx} {
				p, err := b.Compile(root)
				if err != nil {
					t.Fatal(err)
				}
				want := fmt.Sprintf("%s: row 1: class %s is not a whole number from 0 to 2", name, said)
				if err := p.Run(); err == nil || err.Error() != want {
					t.Errorf("the error is %v, want %s", err, want)
				}
				p.Close()
			}
		}
	}
}
