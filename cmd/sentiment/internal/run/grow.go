package run

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// grow gives the model the classes of a task that has more of them, after its own. What it
// says of the others stays nearly the same until it learns.
func (g *given) grow(t classifier.Task) error {
	old := len(g.Task().Classes)
	if len(t.Classes) == old {
		return nil
	}
	if c := g.Columns(); c != nil {
		return errors.Errorf("--new-labels: %s takes %s beside a text: such a model cannot get more classes", g.dir, show.List(c.Names()))
	}
	g.added = t.Classes[old:]
	net, err := g.network()
	if err != nil {
		return errors.WithMessagef(err, "--new-labels: %s", g.dir)
	}
	var m *classifier.Model
	if g.trial != nil {
		m, err = classifier.NewGrams(g.Name(), net, g.Grams(), t)
	} else {
		m, err = classifier.New(g.Name(), net, g.Encoder(), t)
	}
	if err != nil {
		return errors.WithMessagef(err, "--new-labels: %s", g.dir)
	}
	g.Model, m = m, g.Model
	return m.Close()
}

// network reads the model's network anew: a fold begins with the weights that it had, and
// with outputs for the classes that were added.
func (g *given) network() (*nn.Model, error) {
	net, err := nn.Load(g.dir)
	if err != nil || len(g.added) == 0 {
		return net, err
	}
	_, t, err := classifier.LoadTaskFS(bundle.Files, g.dir)
	if err != nil {
		return nil, err
	}
	classes := len(t.Classes) + len(g.added)
	if g.trial == nil {
		return growHead(net, classes)
	}
	before, err := readTrial(g.dir)
	if err != nil {
		return nil, err
	}
	g.trial = before
	net, g.trial.Factor, err = ngrams.Grow(net, before.Factor, classes)
	return net, err
}

// unlearned is by how much the logit of a class that has learned nothing is below the mean
// of the others: its probability is below 1 % then, and it is not far to learn.
const unlearned = 5

// growHead returns a network whose last layer has outputs for more classes. Of a sigmoid
// with the weights w it makes a softmax of columns: σ(w) = softmax(0, w). A new column is
// the mean of the others, with a lower bias.
func growHead(net *nn.Model, classes int) (*nn.Model, error) {
	layers := net.Layers()
	last := layers[len(layers)-1]
	layer := last.Layer
	named, isNamed := layer.(nn.Named)
	if isNamed {
		layer = named.Layer
	}
	d, ok := layer.(nn.Dense)
	if !ok {
		return nil, errors.Errorf("its last layer, %s, is a %s, and no Dense that could get more outputs", last.Name, last.Type)
	}
	if !(d.Units == 1 && d.Activation == nn.Sigmoid || d.Units > 1 && d.Activation == nn.Softmax) {
		return nil, errors.Errorf("its last layer, %s, has neither one output with a sigmoid nor several with a softmax", last.Name)
	}
	units, weights := d.Units, last.Weights()
	bias := make([]float64, units)
	if !d.NoBias {
		bias = weights[1].Float64s()
	}
	widen := func(row []float64, below float64) (wide []float64) {
		if units == 1 {
			wide = append(wide, 0)
		}
		wide = append(wide, row...)
		mean := 0.0
		for _, v := range wide {
			mean += v / float64(len(wide))
		}
		return append(wide, slices.Repeat([]float64{mean - below}, classes-len(wide))...)
	}
	var kernel []float64
	for row := range slices.Chunk(weights[0].Float64s(), units) {
		kernel = append(kernel, widen(row, 0)...)
	}
	d.Units, d.Activation, d.NoBias = classes, nn.Softmax, false
	layer = d
	if isNamed {
		named.Layer = d
		layer = named
	}
	grown, err := net.Replace(last.Name, layer)
	if err != nil {
		return nil, err
	}
	head, err := grown.Layer(last.Name)
	if err != nil {
		return nil, err
	}
	return grown, head.SetWeights([][]float64{kernel, widen(bias, unlearned)})
}

// warnForgotten names the classes that the new texts lack: nothing reminds the model of them.
func (g *given) warnForgotten(l lesson, warn func(string, ...any)) {
	if g == nil || l.task.Number() || l.task.Multi {
		return
	}
	has := map[int]bool{}
	for _, i := range l.Train {
		has[int(l.Targets[i])] = true
	}
	var lacks []string
	for c, name := range l.task.Classes {
		if !has[c] {
			lacks = append(lacks, name)
		}
	}
	if len(lacks) > 0 {
		warn("none of the new texts to train on is of %s: the model may forget what it is; keep some old texts among the new", show.List(lacks))
	}
}
