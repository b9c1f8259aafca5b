package classifier

import (
	"cmp"
	"math"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// SaveInt8 is Save with 8 bits for each weight, see nn.Model.SaveInt8. Load reads the
// folder as it does others.
func (m *Model) SaveInt8(dir string) error { return m.save(dir, m.net.SaveInt8) }

// Prune returns a model of n-grams that has at most n of them: those that move answers
// the most, which are known by short hashes, see text.Grams.Short. The model is one of
// its own.
//
// An n-gram moves an answer by its weight times its share of the text, and over the texts
// that were learned from by
//
//	importance = ‖weight‖ · scale / norm · √(texts that have it)
//
// where norm is what the n-grams of a text are divided by, √Σ share·scale² on average.
// Without the other n-grams that norm is smaller by a known factor, by which the weights
// are made smaller, too, so that probabilities stay as true as they were.
//
// It errs of a model that is not one of n-grams with an nn.EmbeddingBag.
func (m *Model) Prune(n int) (pruned *Model, err error) {
	_ = m.net.Read(func() error {
		pruned, err = m.prune(n)
		return err
	})
	return pruned, err
}

func (m *Model) prune(n int) (*Model, error) {
	g := m.Grams()
	if g == nil {
		return nil, errors.Errorf("%s: it is no model of n-grams, of which some could be left out", m.name)
	}
	if n < 1 {
		return nil, errors.Errorf("%s: %d n-grams are to be kept, want 1 at least", m.name, n)
	}
	t, err := m.table()
	if err != nil {
		return nil, err
	}
	order := t.byImportance()
	keep := make([]bool, g.Len())
	for _, id := range order[:min(n, len(order))] {
		keep[id] = true
	}
	part, ids, err := g.Only(func(id int32) bool { return keep[id] })
	if err != nil {
		return nil, err
	}
	short, of, err := part.Short()
	if err != nil {
		return nil, err
	}
	rows := make([]int32, len(of))
	for i, id := range of {
		rows[i] = ids[id]
	}
	net, err := m.net.BagRows(rows)
	if err != nil {
		return nil, errors.WithMessage(err, m.name)
	}
	if err := t.rescale(net, rows); err != nil {
		return nil, err
	}
	return NewGrams(m.name, net, short, m.Task())
}

// table is what a model knows of its n-grams.
type table struct {
	nn.EmbeddingBag
	path   string // of its embeddings
	rows   []float64
	scale  []float64 // by n-gram
	counts []int32   // texts that have it
	norms  [2]float64
}

// table returns that of the model's one EmbeddingBag.
func (m *Model) table() (*table, error) {
	for _, l := range m.net.Layers() {
		bag, ok := l.Layer.(nn.EmbeddingBag)
		if !ok {
			continue
		}
		t := &table{EmbeddingBag: bag, path: l.Name + "/embeddings", counts: m.Grams().Counts(), scale: make([]float64, bag.InputDim)}
		for i := range t.scale {
			t.scale[i] = 1
		}
		for _, w := range l.Weights() {
			switch w.Name() {
			case t.path:
				t.rows = w.Float64s()
			case l.Name + "/scale":
				t.scale = w.Float64s()
			}
		}
		t.norms = t.norm(func(int32) bool { return true })
		return t, nil
	}
	return nil, errors.Errorf("%s: it has no EmbeddingBag, of which rows could be left out", m.name)
}

// block is that of an n-gram, which is normed by itself.
func (t *table) block(id int32) int {
	if t.Split > 0 && int(id) >= t.Split {
		return 1
	}
	return 0
}

// norm returns by what the n-grams of a text are divided on average, up to a factor that
// is the same for all n-grams; 1 for a block that is not divided.
func (t *table) norm(keep func(id int32) bool) (norms [2]float64) {
	for i, s := range t.scale {
		if id := int32(i); keep(id) {
			switch n := float64(t.counts[i]); t.Norm {
			case "l1":
				norms[t.block(id)] += n * math.Abs(s)
			case "l2":
				norms[t.block(id)] += n * s * s
			}
		}
	}
	for k := range norms {
		if t.Norm == "l2" {
			norms[k] = math.Sqrt(norms[k])
		}
		if norms[k] == 0 {
			norms[k] = 1
		}
	}
	return norms
}

// byImportance returns the ids, the most important ones first.
func (t *table) byImportance() []int32 {
	importance := make([]float64, len(t.scale))
	order := make([]int32, len(t.scale))
	for i := range order {
		row := t.rows[i*t.OutputDim : (i+1)*t.OutputDim]
		mean := 0.0
		if t.Activation == nn.Softmax { // which does not see what all outputs have in common
			for _, v := range row {
				mean += v / float64(len(row))
			}
		}
		squares := 0.0
		for _, v := range row {
			squares += (v - mean) * (v - mean)
		}
		order[i] = int32(i)
		importance[i] = math.Sqrt(squares*float64(t.counts[i])) * math.Abs(t.scale[i]) / t.norms[t.block(int32(i))]
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(importance[b], importance[a]), cmp.Compare(a, b))
	})
	return order
}

// rescale makes the weights of a network that has some rows of the table fit the smaller
// norms.
func (t *table) rescale(net *nn.Model, rows []int32) error {
	kept := make([]bool, len(t.scale))
	for _, id := range rows {
		kept[id] = true
	}
	norms := t.norm(func(id int32) bool { return kept[id] })
	w, err := net.Weight(t.path)
	if err != nil {
		return err
	}
	x := w.Float64s()
	for i, id := range rows {
		k := t.block(id)
		for j := range t.OutputDim {
			x[i*t.OutputDim+j] *= norms[k] / t.norms[k]
		}
	}
	return w.Set(x)
}
