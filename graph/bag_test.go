package graph

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// embeddingBags are of three bags, one of them empty, and of one; what is behind the last
// id is no id.
var embeddingBags = []operation{
	{[][]int{{4, 3}, {5, 1}}, func(b *Builder, p []*Node) *Node {
		return b.EmbeddingBag(p[0], p[1], b.Input("bags", intIDs(0, 2, 2, 4, 3, 1, 3, 3, -1)), 3)
	}},
	{[][]int{{4, 1}, {3, 1}}, func(b *Builder, p []*Node) *Node {
		return b.EmbeddingBag(p[0], p[1], b.Input("bags", intIDs(0, 3, 2, 1, 2)), 1)
	}},
}

// bagOracle holds sums of rows to a plain loop.
func bagOracle(d drawn) example {
	table := d.array(d.shape(2, 2))
	batch := d.between(1, 3, "batch")
	at := d.ids(table.shape[0])
	starts := make([]int32, batch+1)
	for i := range batch {
		starts[i+1] = int32(d.between(int(starts[i]), len(at), "start"))
	}
	return example{
		in:    []array{table, d.array([]int{len(at), 1})},
		ids:   append(slices.Clone(starts), at...),
		build: func(b *Builder, p []*Node) *Node { return b.EmbeddingBag(p[0], p[1], p[2], batch) },
		want: func(in []array) array {
			return newArray([]int{batch, table.shape[1]}, func(y []int) (sum float64) {
				for i := starts[y[0]]; i < starts[y[0]+1]; i++ {
					sum += in[1].at([]int{int(i), 0}) * in[0].at([]int{int(at[i]), y[1]})
				}
				return sum
			})
		},
	}
}

// TestRows: the rows of a table's gradient that are not zeros are known, and after runs
// on other ids all others are zeros again.
func TestRows(t *testing.T) {
	for name, build := range map[string]func(b *Builder, table, ids *Node) *Node{
		"gather": func(b *Builder, table, ids *Node) *Node { return b.Gather(table, ids) },
		"bag": func(b *Builder, table, ids *Node) *Node {
			return b.EmbeddingBag(table, b.Ones(3, 1), ids, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(tensor.Float64)
			x := []int32{3, 1, 3}
			if name == "bag" {
				x = []int32{0, 2, 3, 3, 1, 3}
			}
			in := tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
			table := b.Input("table", tensor.New(tensor.WithShape(40, 2), tensor.WithBacking(make([]float64, 80))))
			y := build(b, table, b.Input("ids", in))
			d := b.Grad(b.Sum(y), table)[0]
			more := b.Add(d, b.Tanh(table))
			p, err := b.Compile(d, y, more)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := p.Rows(d); ok {
				t.Error("rows before the first run")
			}
			for _, ids := range [][]int32{{3, 1, 3}, {0, 39, 5}, {7, 7, 7}} {
				copy(x[len(x)-3:], ids)
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				rows, ok := p.Rows(d)
				if !ok || !slices.Equal(rows, ids) {
					t.Errorf("rows %v %v, want %v", rows, ok, ids)
				}
				v, err := p.Value(d)
				if err != nil {
					t.Fatal(err)
				}
				want := make([]float64, 80)
				for _, id := range ids {
					want[2*id]++
					want[2*id+1]++
				}
				compare(t, "gradient", Floats[float64](v), want, 0)
				for _, n := range []*Node{y, more, table} {
					if _, ok := p.Rows(n); ok {
						t.Errorf("rows of %v", n)
					}
				}
			}
		})
	}
}

// TestBagWeights: tf-idf of "a b a", nothing, and "c a", as scikit-learn computes it from
// counts and the given inverse document frequencies.
func TestBagWeights(t *testing.T) {
	idf := []float64{2, 3, 0.5}
	bags := []int32{0, 3, 3, 5, 0, 1, 0, 2, 0}
	l := 1 + math.Log(2)
	for _, c := range []struct {
		terms  Terms
		scaled bool
		want   []float64
	}{
		{Terms{Frequency: "count"}, false, []float64{1, 1, 1, 1, 1}},
		{Terms{Frequency: "binary"}, false, []float64{1, 1, 0, 1, 1}},
		{Terms{Frequency: "log"}, true, []float64{l, 3, l, 0.5, 2}},
		{Terms{Frequency: "count", Norm: "l2"}, true, []float64{0.4, 0.6, 0.4, 0.5 / math.Sqrt(4.25), 2 / math.Sqrt(4.25)}},
		{Terms{Frequency: "binary", Norm: "l2"}, true, []float64{2 / math.Sqrt(13), 3 / math.Sqrt(13), 0, 0.5 / math.Sqrt(4.25), 2 / math.Sqrt(4.25)}},
		{Terms{Frequency: "log", Norm: "l2"}, false, []float64{l / 2 / math.Sqrt(l*l+1), 1 / math.Sqrt(l*l+1), l / 2 / math.Sqrt(l*l+1), math.Sqrt2 / 2, math.Sqrt2 / 2}},
	} {
		b := New(tensor.Float64)
		var scale *Node
		if c.scaled {
			scale = input(b, "idf", []int{3, 1}, idf...)
		}
		w := computed(t, b, b.BagWeights(scale, b.Input("bags", intIDs(bags...)), 3, c.terms))
		compare(t, fmt.Sprintf("%+v", c.terms), w[:5], c.want, 1e-15)
	}
}

// TestBagWeightsOfAnyBags: what the occurrences of an id weigh adds up to what it weighs
// in all, in bags of any ids one after the other.
func TestBagWeightsOfAnyBags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bag := rapid.SliceOfN(rapid.Int32Range(0, 1<<20), 0, 40)
		var in, starts []int32
		batch := rapid.IntRange(1, 5).Draw(t, "batch")
		starts = append(starts, 0)
		for range batch {
			in = append(in, bag.Draw(t, "bag")...)
			starts = append(starts, int32(len(in)))
		}
		in = append(in, 0) // no tensor is empty
		split := rapid.Int32Range(0, 1<<20).Draw(t, "split")
		terms := Terms{Split: split, Frequency: rapid.SampledFrom([]string{"count", "binary", "log"}).Draw(t, "frequency"), Norm: rapid.SampledFrom([]string{"", "l1", "l2"}).Draw(t, "norm")}
		b := New(tensor.Float64)
		n := b.BagWeights(nil, b.Input("bags", intIDs(append(slices.Clone(starts), in...)...)), batch, terms)
		p, err := b.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		v, err := p.Value(n)
		if err != nil {
			t.Fatal(err)
		}
		w := Floats[float64](v)
		for k := range batch {
			counts, sums := map[int32]int{}, map[int32]float64{}
			var all, squares [2]float64
			block := func(id int32) int { return int(one(split > 0 && id >= split)) }
			for i := starts[k]; i < starts[k+1]; i++ {
				counts[in[i]]++
				sums[in[i]] += w[i]
			}
			want := map[int32]float64{}
			for id, n := range counts {
				want[id] = map[string]float64{"count": float64(n), "binary": 1, "log": 1 + math.Log(float64(n))}[terms.Frequency]
				all[block(id)] += want[id]
				squares[block(id)] += want[id] * want[id]
			}
			for id, x := range want {
				switch terms.Norm {
				case "l1":
					x /= all[block(id)]
				case "l2":
					x /= math.Sqrt(squares[block(id)])
				}
				if math.Abs(x-sums[id]) > 1e-12 {
					t.Fatalf("%+v: id %d of bag %d weighs %v, want %v", terms, id, k, sums[id], x)
				}
			}
		}
	})
}

// TestBagsRefused: what cannot be a bag is an error when the program runs.
func TestBagsRefused(t *testing.T) {
	for want, x := range map[string][]int32{
		"id 4 at 1 is outside the table of 4 rows":   {0, 2, 3, 0, 4, 1},
		"id -1 at 0 is outside the table of 4 rows":  {0, 2, 3, -1, 0, 1},
		"bag 1 starts at id 1, after one at 2 of 3":  {2, 1, 3, 0, 0, 0},
		"bag 2 starts at id 4, after one at 2 of 3":  {0, 2, 4, 0, 0, 0},
		"bag 0 starts at id -1, after one at 0 of 3": {-1, 2, 3, 0, 0, 0},
	} {
		b := New(tensor.Float32)
		table, bags := b.Ones(4, 2), b.Input("bags", intIDs(x...))
		y := b.EmbeddingBag(table, b.Ones(3, 1), bags, 2)
		p, err := b.Compile(y)
		if err != nil {
			t.Fatal(err)
		}
		checkError(t, p.Run(), want)
	}
	for want, f := range map[string]func(b *Builder, x, ids *Node){
		`bag weights: frequency "tf", want count, binary or log`:       func(b *Builder, x, ids *Node) { b.BagWeights(nil, ids, 2, Terms{Frequency: "tf"}) },
		`bag weights: norm "l3", want l1 or l2`:                        func(b *Builder, x, ids *Node) { b.BagWeights(nil, ids, 2, Terms{Frequency: "log", Norm: "l3"}) },
		"bag weights: scale is float64 [2 3], want a column":           func(b *Builder, x, ids *Node) { b.BagWeights(x, ids, 2, Terms{Frequency: "log"}) },
		"bag weights: bags are float64 [2 3] of 2 samples":             func(b *Builder, x, ids *Node) { b.BagWeights(nil, x, 2, Terms{Frequency: "log"}) },
		"embedding bag: table is float64 [3], want a matrix":           func(b *Builder, x, ids *Node) { b.EmbeddingBag(b.Ones(3), b.Ones(1, 1), ids, 2) },
		"embedding bag: weights are float64 [2 3], want float64 [1 1]": func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, ids, 2) },
		"embedding bag: bags are int32 [4] of 4 samples":               func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, ids, 4) },
		"embedding bag: bags are float64 [2 3] of 1 samples":           func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, x, 1) },
		"embedding bag: bags are int32 [4] of 0 samples":               func(b *Builder, x, ids *Node) { b.EmbeddingBag(x, x, ids, 0) },
	} {
		b := New(tensor.Float64)
		x, ids := zerosNamed(b, "x", 2, 3), b.Input("ids", intIDs(0, 0, 1, 1))
		checkRefused(t, want, b, func() { f(b, x, ids) }, want)
	}
}
