package keras_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/internal/hdf5"
	"unroll/nn"
	"unroll/nn/keras"
)

// h5 makes a group of datasets by their paths, each of a shape, whose values count on
// from one dataset to the next.
type h5 struct {
	root *hdf5.Group
	next float32
}

func (h *h5) add(at string, shape ...int) {
	g := h.root
	parts := strings.Split(at, "/")
	for _, p := range parts[:len(parts)-1] {
		if g.Group(p) == nil {
			g.Groups = append(g.Groups, &hdf5.Group{Name: p})
		}
		g = g.Group(p)
	}
	n := 1
	for _, k := range shape {
		n *= k
	}
	x := make([]float32, n)
	for i := range x {
		x[i] = h.next
	}
	h.next++
	g.Datasets = append(g.Datasets, hdf5.NewDataset(parts[len(parts)-1], shape, x))
}

func (h *h5) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weights")
	if err := os.WriteFile(path, []byte(hdf5Of(t, h.root)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// normalized is a chain of two dense layers, a normalization between them, the first of
// them frozen.
func normalized(t *testing.T) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{
		nn.Frozen{Layer: nn.Dense{Units: 3}}, nn.BatchNormalization{},
		nn.Sequential{Layers: []nn.Layer{nn.BatchNormalization{NoScale: true}, nn.Dense{Units: 3}}}, nn.Dense{Units: 1},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// firsts returns the first value of each weight, in nn's order.
func firsts(m *nn.Model) (all []float64) {
	for _, l := range m.Layers() {
		for _, w := range l.Weights() {
			all = append(all, w.Float64s()[0])
		}
	}
	return all
}

// legacy is a file of save_weights, of Keras 2, for normalized: of a model within it the
// weights that are trained come first.
func legacy() *h5 {
	h := &h5{root: &hdf5.Group{Attrs: map[string]any{"layer_names": []string{"a", "b", "c", "d", "e"}, "keras_version": "2.4.0"}}}
	h.add("a/a/kernel:0", 2, 3)
	h.add("a/a/bias:0", 3)
	for _, name := range []string{"gamma", "beta", "moving_mean", "moving_variance"} {
		h.add("b/b/"+name+":0", 3)
	}
	for _, name := range []string{"bn/beta", "dense/kernel", "dense/bias", "bn/moving_mean", "bn/moving_variance"} {
		if h.add("d/"+name+":0", 3); name == "dense/kernel" {
			g := h.root.Group("d/dense")
			g.Datasets[0] = hdf5.NewDataset("kernel:0", []int{3, 3}, slices.Repeat([]float32{h.next - 1}, 9))
		}
	}
	h.add("e/e/kernel:0", 3, 1)
	h.add("e/e/bias:0", 1)
	h.root.Groups = append(h.root.Groups, &hdf5.Group{Name: "c"}) // a Dropout
	for name, weights := range map[string][]string{
		"a": {"a/kernel:0", "a/bias:0"}, "b": {"b/gamma:0", "b/beta:0", "b/moving_mean:0", "b/moving_variance:0"}, "c": {},
		"d": {"bn/beta:0", "dense/kernel:0", "dense/bias:0", "bn/moving_mean:0", "bn/moving_variance:0"}, "e": {"e/kernel:0", "e/bias:0"},
	} {
		h.root.Group(name).Attrs = map[string]any{"weight_names": weights}
	}
	return h
}

// byPlace is the same weights in a file of Keras 2.13, which counts layers twice.
func byPlace() *h5 {
	h := &h5{root: &hdf5.Group{}}
	const in = "_layer_checkpoint_dependencies/"
	h.add(in+"dense/vars/0", 2, 3)
	h.add(in+"dense/vars/1", 3)
	for _, name := range []string{"0", "1", "2", "3"} {
		h.add(in+"batch_normalization/vars/"+name, 3)
	}
	inner := in + "sequential/layers/"
	h.add(inner+"batch_normalization/vars/0", 3)
	h.add(inner+"dense/vars/0", 3, 3)
	h.add(inner+"dense/vars/1", 3)
	h.add(inner+"batch_normalization/vars/1", 3)
	h.add(inner+"batch_normalization/vars/2", 3)
	h.add(in+"dense_10/vars/0", 3, 1)
	h.add(in+"dense_10/vars/1", 1)
	h.add("optimizer/vars/0", 1)
	h.add(in+"dropout/seed_generator/vars/0", 2)
	return h
}

// TestSchemes: both layouts of weights give each weight its values.
func TestSchemes(t *testing.T) {
	want := []float64{0, 1, 2, 3, 4, 5, 6, 9, 10, 7, 8, 11, 12}
	for name, file := range map[string]*h5{"by name": legacy(), "by place": byPlace()} {
		m := normalized(t)
		if err := keras.LoadWeights(file.file(t), m); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := firsts(m); !slices.Equal(got, want) {
			t.Errorf("%s: the weights begin with %v, want %v", name, got, want)
		}
	}
}

// TestWeightsThatDoNotFit: an error names the weight, and no weight is changed.
func TestWeightsThatDoNotFit(t *testing.T) {
	replace := func(h *h5, group string, i int, shape ...int) *h5 {
		n := 1
		for _, k := range shape {
			n *= k
		}
		g := h.root.Group(group)
		g.Datasets[i] = hdf5.NewDataset(g.Datasets[i].Name, shape, make([]float32, n))
		return h
	}
	drop := func(h *h5, from, name string) *h5 {
		g := h.root.Group(from)
		g.Groups = slices.DeleteFunc(g.Groups, func(g *hdf5.Group) bool { return g.Name == name })
		return h
	}
	more := func(h *h5, at string, shape ...int) *h5 { h.add(at, shape...); return h }
	named := func(h *h5, layer string, names ...string) *h5 {
		h.root.Group(layer).Attrs["weight_names"] = names
		return h
	}
	const in = "_layer_checkpoint_dependencies"
	for _, c := range []struct {
		name string
		file *h5
		want string
	}{
		{"shape by name", replace(legacy(), "a/a", 0, 3, 3), "a/a/kernel:0: [3 3] in the file, [2 3] in the model, as dense/kernel"},
		{"shape by place", replace(byPlace(), in+"/dense/vars", 0, 3, 2), in + "/dense/vars/0: [3 2] in the file, [2 3] in the model, as dense/kernel"},
		{"missing by place", drop(byPlace(), in, "dense_10"), `the file has no weights for the layer "dense_1": no more groups ` + in + "/dense"},
		{"unused by place", more(byPlace(), in+"/lstm/cell/vars/0", 2), "the file has weights that the model has not: " + in + "/lstm/cell/vars/0"},
		{"more of a layer", more(byPlace(), in+"/dense/vars/2", 2), "dense has 3 weights in the file, 2 in the model"},
		{"fewer layers by name", named(legacy(), "e"), "the file has weights of 3 layers, a, b, d; the model's layers with weights are 4, dense, batch_normalization, sequential, dense_1"},
		{"unused by name", more(legacy(), "a/a/more:0", 2), "the file has weights that the model has not: a/a/more:0"},
		{"another order", named(legacy(), "b", "b/beta:0", "b/gamma:0", "b/moving_mean:0", "b/moving_variance:0"), `layer "batch_normalization": b/b/beta:0 stands where gamma is wanted`},
		{"a name without a dataset", named(legacy(), "e", "e/kernel:0", "e/biases:0"), `layer "e": the file lists a weight "e/biases:0", but does not have it`},
	} {
		m := normalized(t)
		before := firsts(m)
		err := keras.LoadWeights(c.file.file(t), m)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if after := firsts(m); !slices.Equal(before, after) {
			t.Errorf("%s: weights were changed from %v to %v", c.name, before, after)
		}
	}
}
