package graph

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// unmerged are the operations that are never merged with an equal one, and why.
var unmerged = map[string]string{
	"lstm": "keeps its gates", "lstm_grad": "reads them", "gru": "keeps its gates", "gru_grad": "reads them", "conv_max": "keeps where its values were", "conv_max_grad": "reads that", "gather_window_max": "keeps where its values were", "gather_window_max_grad": "reads that",
	"loop": "has a graph of its own", "accumulate": "sums over the steps",
	"bernoulli": "draws", "normal": "draws",
	"with_gradient": "a rule of the caller's, and left out as it is",
}

// TestEveryOperationIsMerged: what is emitted twice is computed once, or has its reason
// not to be.
func TestEveryOperationIsMerged(t *testing.T) {
	seen := map[string]bool{}
	for name, all := range operations {
		for i, op := range all {
			r := rand.New(rand.NewPCG(1, 2))
			b := New(tensor.Float64)
			var params []*Node
			for i, s := range op.shapes {
				params = append(params, b.Input(fmt.Sprint("p", i), random(r, s...)))
			}
			var costs []*Node
			for range 2 {
				y := op.build(b, params)
				if b.Err() != nil {
					t.Fatal(name, i, b.Err())
				}
				nameAgain(b)
				costs = append(costs, b.Sum(b.Tanh(y)))
			}
			cost := b.Add(b.Add(costs[0], costs[1]), b.Inner(b.Grad(costs[0], params[0])[0], b.Grad(costs[1], params[0])[0]))
			b.Options().Skip = AllPasses &^ Common
			p, err := b.Compile(cost)
			if err != nil {
				t.Fatal(name, i, err)
			}
			same := map[string]int{}
			for _, step := range p.code.list {
				if reason := unmerged[step.op.name]; step.op.key == nil {
					seen[step.op.name] = true
					if reason == "" {
						t.Errorf("%s/%d: %s has no key and no reason", name, i, step.op.name)
					}
					continue
				}
				key := fmt.Sprint(step.op.name, step.op.key, step.op.shape)
				for _, n := range step.in {
					key += fmt.Sprint(" ", n.ID())
				}
				if same[key]++; same[key] > 1 {
					t.Errorf("%s/%d: %s is computed twice", name, i, step.op.name)
				}
			}
			if e := p.Explain(); e.Common == 0 && e.Executed > len(params)+1 && len(p.code.list) > 1 && !hasUnmerged(p) {
				t.Errorf("%s/%d: %v", name, i, e)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for name := range unmerged {
		if !seen[name] && name != "bernoulli" && name != "normal" && name != "accumulate" {
			t.Errorf("%s is not among the table's operations", name)
		}
	}
}

// nameAgain lets operations of the table declare the inputs that they have besides a
// second time: an input of equal name and shape is the same node.
func nameAgain(b *Builder) {
	for _, n := range b.g.AllNodes() {
		if n.Op() == nil && b.consts[n.Name()] == nil {
			delete(b.names, n.Name())
			delete(b.hashes, n.Hashcode())
		}
	}
}

func hasUnmerged(p *Program) bool {
	return slices.ContainsFunc(p.code.list, func(i *instr) bool { return i.op.key == nil })
}

// TestSettingsAreApart: all operations of the table on the same inputs, with their
// gradients, are one program; an operation taken for another of other settings would
// give that one's value.
func TestSettingsAreApart(t *testing.T) {
	values := func(skip Pass) (bits map[string][]uint64) {
		bits = map[string][]uint64{}
		b := New(tensor.Float64)
		inputs := map[string]*Node{}
		nodes := map[string]*Node{}
		for _, name := range slices.Sorted(maps.Keys(operations)) {
			if name == "Segments" {
				continue // many, of Loops
			}
			for i, op := range operations[name] {
				var params []*Node
				for k, s := range op.shapes {
					key := fmt.Sprint("p", k, s)
					if inputs[key] == nil {
						inputs[key] = b.Input(key, random(rand.New(rand.NewPCG(uint64(k), 2)), s...))
					}
					params = append(params, inputs[key])
				}
				y := op.build(b, params)
				nameAgain(b)
				nodes[fmt.Sprint(name, i)] = y
				if b.Err() != nil {
					t.Fatal(name, b.Err())
				}
				for k, g := range b.Grad(b.Sum(b.Tanh(y)), params...) {
					nodes[fmt.Sprint(name, i, " gradient ", k)] = g
				}
			}
		}
		var roots []*Node
		for _, n := range nodes {
			roots = append(roots, n)
		}
		b.Options().Skip = skip
		p, err := b.Compile(roots...)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for name, n := range nodes {
			for _, v := range value(t, p, n) {
				bits[name] = append(bits[name], math.Float64bits(v))
			}
		}
		if skip == 0 {
			if e := p.Explain(); e.Common == 0 || e.Fused == 0 || e.Identities == 0 || e.Executed >= e.Nodes {
				t.Error(e)
			}
		}
		return bits
	}
	want := values(AllPasses)
	for _, skip := range []Pass{0, AllPasses &^ Common, AllPasses &^ Fusion, AllPasses &^ Identities, AllPasses &^ Constants} {
		if diff := cmp.Diff(want, values(skip)); diff != "" {
			t.Errorf("without the passes %b: %s", skip, diff)
		}
	}
}

// TestConstants: what depends on constants alone is computed by Compile, once for all
// programs of a Builder, and an operation that fails there is told by name.
func TestConstants(t *testing.T) {
	b := New(tensor.Float64)
	x := input(b, "x", []int{2, 3}, 1, 2, 3, 4, 5, 6)
	c := b.Tanh(b.Affine(2, b.Sum(b.Add(b.Ones(2, 3), b.Ones(3)), 0), 1))
	y := b.Mul(x, c)
	for range 2 {
		p, err := b.Compile(y, c)
		if err != nil {
			t.Fatal(err)
		}
		if e := p.Explain(); e.Constants != 4 || e.Executed != 4 { // x, the constant, the product, the constant's copy
			t.Errorf("%v", e)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if got, want := value(t, p, y)[5], 6*math.Tanh(9); got != want {
			t.Errorf("%v, want %v", got, want)
		}
		if got, want := value(t, p, c)[0], math.Tanh(9); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if len(b.folded) != 4 {
		t.Errorf("%d constants were computed", len(b.folded))
	}
	// Noise is drawn anew in each run, whatever it is like.
	noise := b.Normal("n", b.Zeros(1), 1, 3, 1)
	p, err := b.Compile(b.Mul(x, noise), noise)
	if err != nil {
		t.Fatal(err)
	}
	var draws [2]float64
	for i := range draws {
		b.Random().Step = uint64(i)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		draws[i] = value(t, p, noise)[0]
	}
	if draws[0] == draws[1] {
		t.Errorf("the draws are %v", draws)
	}
	if p, err = b.Compile(b.BroadcastTo(b.Ones(1), 5000)); err != nil || p.Explain().Constants != 0 {
		t.Errorf("%v, %v", p.Explain(), err)
	}
	_, err = b.Compile(b.SparseSoftmaxLoss(b.Zeros(1, 2), b.Affine(3, b.Ones(1, 1), 0)))
	checkError(t, err, "compile: sparse_softmax_loss: row 0: class 3 is not a whole number from 0 to 1")
}

// TestPassesKeepValues: random graphs have the same bits whichever passes are made; a 0
// may have another sign.
func TestPassesKeepValues(t *testing.T) {
	done := map[string]bool{}
	rapid.Check(t, func(r *rapid.T) {
		d := drawn{r}
		g := drawTree(d)
		b := New(tensor.Float64)
		params := inputs(b, "p", g.params)
		nodes := g.emit(b, params)
		var v, weights []array
		for _, p := range g.params {
			v = append(v, d.finite(p.shape))
		}
		for i, y := range g.values {
			w := array{}
			if !g.read[i] {
				w = d.finite(y.shape)
			}
			weights = append(weights, w)
		}
		total := weighed(b, nodes, weights)
		roots := slices.Concat(b.Grad(total, params...), b.HVP(total, params, inputs(b, "v", v)), nodes)
		values := func(skip Pass) (all []float64) {
			b.Options().Skip = skip
			p, err := b.Compile(roots...)
			if err != nil {
				r.Fatal(err)
			}
			defer p.Close()
			spoil(p)
			if err := p.Run(); err != nil {
				r.Fatal(err)
			}
			for _, n := range roots {
				x, err := p.Value(n)
				if err != nil {
					r.Fatal(err)
				}
				all = append(all, Floats[float64](x)...)
			}
			e := p.Explain()
			for what, n := range map[string]int{"identities": e.Identities, "constants": e.Constants, "common": e.Common, "fused": e.Fused} {
				done[what] = done[what] || n > 0
			}
			if left := e.Nodes - e.Identities - e.Constants - e.Common - e.Unread - e.Fused; e.Executed < left || skip == AllPasses && e.Executed != e.Nodes {
				r.Errorf("%v", e)
			}
			return all
		}
		want := values(AllPasses)
		for _, skip := range []Pass{0, Pass(rapid.IntRange(1, int(AllPasses)-1).Draw(r, "skip"))} {
			got := values(skip)
			for i := range want {
				if got[i] != want[i] && (got[i] == got[i] || want[i] == want[i]) {
					r.Fatalf("without the passes %b value %d is %v, want %v", skip, i, got[i], want[i])
				}
			}
		}
	})
	if len(done) < 4 || slices.Contains([]bool{done["identities"], done["constants"], done["common"], done["fused"]}, false) {
		t.Errorf("passes that did something: %v", done)
	}
}
