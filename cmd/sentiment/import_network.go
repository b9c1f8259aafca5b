package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train/classifier"
)

// network returns the file's model as one that ends in probabilities, and what it says
// of a text. A model that is no classifier of texts is refused.
func (m *importer) network() (*nn.Model, classifier.Task, error) {
	net := m.file.Model
	if net == nil {
		return nil, classifier.Task{}, m.instead("is "+m.file.Format+", without the model that they are of", "save the whole model in Keras, by model.save, or build it in Go and use keras.LoadWeights")
	}
	in, out := net.Inputs(), net.Outputs()
	if len(in) != 1 || len(out) != 1 {
		return nil, classifier.Task{}, m.instead(fmt.Sprintf("is a model of %s and %s, not of one text and one answer", show.Plural(len(in), "input"), show.Plural(len(out), "output")), "")
	}
	if !in[0].IDs() {
		return nil, classifier.Task{}, m.instead(fmt.Sprintf("is no model of texts: it takes numbers of the shape %v, not word ids", in[0].Shape), "")
	}
	if len(out[0].Shape) != 1 {
		return nil, classifier.Task{}, m.instead(fmt.Sprintf("is no classifier of texts: its output has the shape %v, more than one answer to a text", out[0].Shape), "")
	}
	return m.task(net, out[0].Shape[0])
}

// instead is the error of a file that cannot be imported: what it is, and what to do.
func (m *importer) instead(is, do string) error {
	if do == "" {
		do = "use " + m.loader() + " in Go"
	}
	return errors.Errorf("%s %s; %s, or look at it with: sentiment summary %[1]s", m.path, is, do)
}

// loader is what loads the file in Go.
func (m *importer) loader() string {
	if m.file.Format == onnxFormat {
		return "onnx.Load"
	}
	return "keras.Load"
}

// task finds out what n outputs say. A model that gives logits, as its loss tells or, where
// it tells none, --labels, gets the function that makes probabilities of them.
func (m *importer) task(net *nn.Model, n int) (*nn.Model, classifier.Task, error) {
	var task classifier.Task
	var err error
	end := ending(net)
	why := "as its loss tells"
	logits := end == nn.Linear && m.crossentropy()
	untold := end == nn.Linear && (m.file.Training == nil || len(m.file.Training.Losses) == 0)
	if untold && m.labels != "" {
		logits, why = true, "as it has --labels and tells no loss"
	}
	hint := ""
	if n > 1 && end == nn.Sigmoid {
		hint = "if each is the probability of a label that a text may have, name these with --labels; else use " + m.loader() + " in Go"
	}
	if untold {
		hint = "if they are logits of classes, name these with --labels; else use " + m.loader() + " in Go"
	}
	switch {
	case n == 1 && end != nn.Sigmoid && end != nn.HardSigmoid && end != nn.HardSigmoidKeras2 && !logits:
		if m.labels != "" {
			return nil, task, usage.Errorf("--labels: %s gives a number and not the probability of a class; leave out --labels", m.path)
		}
		m.guess("the model gives a number, not a class: it does not end in a sigmoid")
		if untold {
			m.guess("the number is no logit of two classes: else name these with --labels")
		}
		return net, task, nil
	case n > 1 && end == nn.Sigmoid && m.labels != "":
		m.guess("its outputs do not exclude each other: a text may have any of the labels")
		task.Multi = true
		task.Classes, err = m.classes(n)
		return net, task, err
	case n == 2:
		one, err := m.ofTwo(net, logits, hint)
		if err != nil {
			return nil, task, err
		}
		if logits {
			m.guess("the model gives logits, %s: a softmax makes probabilities of them", why)
		}
		task.Classes, err = m.classes(2)
		return one, task, err
	case n > 2 && end != nn.Softmax && !logits:
		return nil, task, m.instead(fmt.Sprintf("gives %d values of a text that are no probabilities of classes which exclude each other: it does not end in a softmax", n), hint)
	}
	classes, err := m.classes(max(n, 2))
	task.Classes = classes
	if err != nil || !logits {
		return net, task, err
	}
	f := nn.Sigmoid
	if n > 1 {
		f = nn.Softmax
	}
	m.guess("the model gives logits, %s: a %s makes probabilities of them", why, f)
	net, err = nn.Sequential{Input: net.Inputs()[0], Layers: []nn.Layer{net.AsLayer(), nn.Activation{Func: f}}}.Build()
	return net, task, err
}

// ofTwo returns a model of one sigmoid that says the same as one of two units and a
// softmax: σ(b − a) is the second value of softmax(a, b).
func (m *importer) ofTwo(net *nn.Model, logits bool, hint string) (*nn.Model, error) {
	n := net.Network()
	last := n.Calls[max(n.Outputs[0].From.Call, 0)]
	soft := nn.Softmax // what the layer ends in
	if logits {
		soft = nn.Linear
	} else if _, dense := bare(n.Layers[last.Layer].Layer).(nn.Dense); !dense && functionOf(n.Layers[last.Layer].Layer) == nn.Softmax && last.In[0].Call >= 0 {
		last, soft = n.Calls[last.In[0].Call], nn.Linear // the softmax is a layer of its own
	}
	layer := n.Layers[last.Layer]
	dense, ok := bare(layer.Layer).(nn.Dense)
	before := last.In[0].Call
	if !ok || before < 0 || cmp.Or(dense.Activation, nn.Linear) != soft {
		return nil, m.instead("gives two values of a text that do not come out of a Dense layer with a softmax", hint)
	}
	sub, err := net.SubModel(n.Layers[n.Calls[before].Layer].Name)
	if err != nil {
		return nil, err
	}
	dense.Units, dense.Activation = 1, nn.Sigmoid
	one, err := nn.Sequential{Input: net.Inputs()[0], Layers: []nn.Layer{sub.AsLayer(), dense}}.Build()
	if err != nil {
		return nil, err
	}
	for i, w := range one.Layers()[len(one.Layers())-1].Weights() {
		two := layer.Weights()[i].Float64s()
		difference := make([]float64, len(two)/2)
		for k := range difference {
			difference[k] = two[2*k+1] - two[2*k]
		}
		if err := w.Set(difference); err != nil {
			return nil, err
		}
	}
	m.guess("its two outputs exclude each other: one with a sigmoid says the same")
	return one, nil
}

// bare returns the layer that Named and Frozen wrap.
func bare(l nn.Layer) nn.Layer {
	switch l := l.(type) {
	case nn.Named:
		return bare(l.Layer)
	case nn.Frozen:
		return bare(l.Layer)
	}
	return l
}

// classes returns the n labels.
func (m *importer) classes(n int) ([]string, error) {
	if m.labels == "" {
		if n > 2 {
			return nil, usage.Errorf("%s tells %d classes apart and does not name them: give their names with --labels, in the order of its outputs", m.path, n)
		}
		m.guess("--labels negative,positive: the second is the one whose probability the model gives")
		return []string{"negative", "positive"}, nil
	}
	labels := strings.Split(m.labels, ",")
	for i, l := range labels {
		labels[i] = strings.TrimSpace(l)
		if labels[i] == "" {
			return nil, usage.Errorf("--labels %q has an empty name", m.labels)
		}
		if slices.Contains(labels[:i], labels[i]) {
			return nil, usage.Errorf("--labels has %s twice", labels[i])
		}
	}
	if len(labels) != n {
		return nil, usage.Errorf("--labels has %s, but %s tells %d classes apart", show.Plural(len(labels), "name"), m.path, n)
	}
	return labels, nil
}

// crossentropy reports whether the model was trained on a loss of classes.
func (m *importer) crossentropy() bool {
	t := m.file.Training
	return t != nil && slices.ContainsFunc(t.Losses, func(loss string) bool {
		return strings.HasSuffix(strings.ReplaceAll(strings.ToLower(loss), "_", ""), "crossentropy")
	})
}

// ending returns the function that a model's output comes out of, Linear if there is
// none or it is not known.
func ending(net *nn.Model) nn.Func {
	n := net.Network()
	call := n.Outputs[0].From.Call
	if call < 0 {
		return nn.Linear
	}
	return functionOf(n.Layers[n.Calls[call].Layer].Layer)
}

func functionOf(l nn.Layer) nn.Func {
	switch l := bare(l).(type) {
	case nn.Sequential:
		if len(l.Layers) > 0 {
			return functionOf(l.Layers[len(l.Layers)-1])
		}
	case nn.Dense:
		return cmp.Or(l.Activation, nn.Linear)
	case nn.EmbeddingBag:
		return cmp.Or(l.Activation, nn.Linear)
	case nn.Activation:
		return l.Func
	case nn.SoftmaxLayer:
		return nn.Softmax
	}
	return nn.Linear
}
