package classifier

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/internal/answer"
	"unroll/internal/parallel"
	"unroll/nn"
	"unroll/train"
	"unroll/train/explain"
)

// What a model says of a text.
type (
	// Answer is a class with the probabilities of all, or a number. It is a
	// json.Marshaler.
	Answer = answer.Answer
	// Class is a class and its probability.
	Class = answer.Class
	// Explanation divides an answer among the words of its text.
	Explanation = answer.Explanation
	// Word is a word of a text and how far it moved the answer.
	Word = answer.Word
	// ColumnPush is a column beside a text and how far it moved the answer.
	ColumnPush = answer.ColumnPush
	// Gap is a value of a column that a model did without: missing, or an unknown category.
	Gap = answer.Gap
)

// Model says what texts are. Its methods may be called concurrently, but for Calibrate and
// Close, which want no other call to run.
//
// Beside a training of its network an answer is that of the weights between two updates. The
// answer to no text is computed once, so a model whose network has been trained is made anew.
type Model struct {
	name  string
	net   *nn.Model
	input input
	task  atomic.Pointer[Task]

	columns *Columns // beside the text; nil if there are none

	trainer      *train.Trainer
	usual, exact *explain.Explainer

	calls  parallel.Calls
	mu     sync.Mutex
	noText *Answer         // once it is known
	logits map[int]float64 // of no text, by class, once they are known; see fromNoText
}

// Option is of what not all models have.
type Option func(*Model)

// Beside makes a model take columns beside a text. Its network has a second input for
// them, nn.Features of their Width. Of nil columns it changes nothing.
func Beside(c *Columns) Option { return func(m *Model) { m.columns = c } }

// New makes a model of its parts. The network takes as many ids as the encoder gives,
// and ends in the task's Head.
func New(name string, net *nn.Model, e *text.Encoder, t Task, options ...Option) (*Model, error) {
	return newModel(name, net, sequence{e}, t, options...)
}

// NewGrams makes a model of a network that takes a bag of n-grams, an nn.Bag. Its
// EmbeddingBag has a row for each, and its output is the task's.
func NewGrams(name string, net *nn.Model, g *text.Grams, t Task, options ...Option) (*Model, error) {
	return newModel(name, net, bag{g}, t, options...)
}

func newModel(name string, net *nn.Model, in input, t Task, options ...Option) (*Model, error) {
	m := &Model{name: name, net: net, input: in}
	m.task.Store(&t)
	for _, set := range options {
		set(m)
	}
	if err := m.checkInputs(); err != nil {
		return nil, err
	}
	if err := in.check(name, net); err != nil {
		return nil, err
	}
	if out := net.Outputs()[0].Shape; len(out) != 1 || out[0] != t.Outputs() {
		return nil, errors.Errorf("%s: the network's output is %v, want %d values for %d classes", name, out, t.Outputs(), len(t.Classes))
	}
	var err error
	if m.trainer, err = train.Compile(net, t.Config()); err != nil {
		return nil, err
	}
	if m.usual, err = explain.New(net, explain.Config{Points: usualPoints}); err != nil {
		return nil, err
	}
	m.exact, err = explain.New(net, explain.Config{Points: exactPoints})
	return m, err
}

// IDs is how many word ids a network knows, the rows of its least embedding; 0 if it has
// none.
func IDs(net *nn.Model) (rows int) {
	for _, w := range embeddings(net) {
		if n := w.Shape()[0]; rows == 0 || n < rows {
			rows = n
		}
	}
	return rows
}

// embeddings are the weights of the embeddings, [ids, features], trained or frozen, also
// of those within blocks.
func embeddings(net *nn.Model) (found []*nn.Weight) {
	for _, l := range net.Layers() {
		for _, w := range l.Weights() {
			if strings.HasSuffix(w.Name(), "/embeddings") && len(w.Shape()) == 2 {
				found = append(found, w)
			}
		}
	}
	return found
}

// Name is what the model is called.
func (m *Model) Name() string { return m.name }

// Net is the network.
func (m *Model) Net() *nn.Model { return m.net }

// Encoder makes ids of texts; nil of a model of n-grams.
func (m *Model) Encoder() *text.Encoder {
	s, _ := m.input.(sequence)
	return s.Encoder
}

// Grams makes n-grams of texts; nil of a model that has an Encoder.
func (m *Model) Grams() *text.Grams {
	b, _ := m.input.(bag)
	return b.Grams
}

// Task is what the model says of a text.
func (m *Model) Task() Task { return *m.task.Load() }

// Close frees what the model holds: it can tell what it is, and no answers any more. It is
// an error if a call is running, and does nothing the second time.
func (m *Model) Close() error {
	err := m.calls.Close(func() error {
		for _, c := range []interface{ Close() error }{m.usual, m.exact, m.trainer} {
			if err := c.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.WithMessage(err, m.name)
}

// begin begins a call of a name, which m.calls.End ends.
func (m *Model) begin(call string) error {
	return errors.WithMessage(m.calls.Begin(call, "the model"), m.name)
}

// Classify returns an answer for each text. Of a text without a known word it is the
// model's answer to no text. A model that takes columns has to do without them.
func (m *Model) Classify(ctx context.Context, texts ...string) ([]Answer, error) {
	return m.ClassifyRows(ctx, rows(texts)...)
}

// Explain is Classify with explanations: how far each word moved the answer away from
// that to no text.
func (m *Model) Explain(ctx context.Context, texts ...string) ([]Answer, error) {
	return m.ExplainRows(ctx, rows(texts)...)
}

// NoText is the answer to no text, where a model starts.
func (m *Model) NoText(ctx context.Context) (Answer, error) {
	if err := m.begin("NoText"); err != nil {
		return Answer{}, err
	}
	defer m.calls.End("NoText")
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.noText == nil {
		a, err := m.Classify(ctx, "")
		if err != nil {
			return Answer{}, err
		}
		m.noText = &a[0]
	}
	return *m.noText, nil
}
