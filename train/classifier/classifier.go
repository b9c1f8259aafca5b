package classifier

import (
	"context"
	"math/bits"
	"strings"
	"sync"

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
)

// Model says what texts are. Its methods may be called concurrently, but not while
// its network is trained.
type Model struct {
	name  string
	net   *nn.Model
	input input
	task  Task

	trainer      *train.Trainer
	usual, exact *explain.Explainer

	mu     sync.Mutex
	noText *Answer         // once it is known
	logits map[int]float64 // of no text, by class, once they are known; see fromNoText
}

// New makes a model of its parts. The network takes as many ids as the encoder gives,
// and ends in the task's Head.
func New(name string, net *nn.Model, e *text.Encoder, t Task) (*Model, error) {
	return newModel(name, net, sequence{e}, t)
}

// NewGrams makes a model of a network that takes a bag of n-grams, an nn.Bag. Its
// EmbeddingBag has a row for each, and its output is the task's.
func NewGrams(name string, net *nn.Model, g *text.Grams, t Task) (*Model, error) {
	return newModel(name, net, bag{g}, t)
}

func newModel(name string, net *nn.Model, in input, t Task) (*Model, error) {
	if len(net.Inputs()) != 1 || len(net.Outputs()) != 1 {
		return nil, errors.Errorf("%s: a network of %d inputs and %d outputs, want one of each", name, len(net.Inputs()), len(net.Outputs()))
	}
	if err := in.check(name, net); err != nil {
		return nil, err
	}
	if out := net.Outputs()[0].Shape; len(out) != 1 || out[0] != t.Outputs() {
		return nil, errors.Errorf("%s: the network's output is %v, want %d values for %d classes", name, out, t.Outputs(), len(t.Classes))
	}
	m := &Model{name: name, net: net, input: in, task: t}
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
func (m *Model) Task() Task { return m.task }

// Close frees what the model holds. It is called once, after all else.
func (m *Model) Close() error {
	for _, c := range []interface{ Close() error }{m.usual, m.exact, m.trainer} {
		if err := c.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Classify returns an answer for each text. Of a text without a known word it is the
// model's answer to no text.
func (m *Model) Classify(ctx context.Context, texts ...string) ([]Answer, error) {
	return m.classify(ctx, m.encode(texts, false))
}

// Explain is Classify with explanations: how far each word moved the answer away from
// that to no text.
func (m *Model) Explain(ctx context.Context, texts ...string) ([]Answer, error) {
	encoded := m.encode(texts, true)
	answers, err := m.classify(ctx, encoded)
	if err != nil {
		return nil, err
	}
	none, err := m.NoText(ctx)
	if err != nil {
		return nil, err
	}
	for i, t := range encoded {
		x, err := m.explain(ctx, texts[i], t)
		if err != nil {
			return nil, err
		}
		x.NoText, x.Warning = &none, none.NoTextWarning()
		answers[i].Explanation = x
	}
	return answers, nil
}

// NoText is the answer to no text, where a model starts.
func (m *Model) NoText(ctx context.Context) (Answer, error) {
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

// encoded is a text as the network sees it: ids without padding, and the bytes of the
// text that each was made of.
type encoded struct {
	ids   []int32
	spans [][2]int
}

// textsAtOnce is how many texts a processor encodes at one time.
const textsAtOnce = 64

func (m *Model) encode(texts []string, spans bool) []encoded {
	all := make([]encoded, len(texts))
	parallel.Rows(len(texts), textsAtOnce, func(from, to int) {
		for i := from; i < to; i++ {
			all[i] = m.input.encode(texts[i], spans)
		}
	})
	return all
}

// classify answers texts. Programs are of a size each, so batches are filled up to
// the next power of two.
func (m *Model) classify(ctx context.Context, texts []encoded) ([]Answer, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	d := m.input.data(texts...)
	size := 1 << bits.Len(uint(len(texts)-1))
	for len(d.Tokens) < size {
		d.Tokens = append(d.Tokens, d.Tokens[0])
	}
	y, err := m.trainer.Predict(ctx, d, size)
	if err != nil {
		return nil, err
	}
	n := m.task.Outputs()
	answers := make([]Answer, len(texts))
	for i, t := range texts {
		answers[i] = m.task.Answer(y[i*n : (i+1)*n])
		answers[i].KnownWords = m.input.known(t)
	}
	return answers, nil
}
