package classifier

import (
	"context"
	"math/bits"
	"slices"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
	"unroll/nn"
	"unroll/train"
)

// rows are texts with nothing beside them.
func rows(texts []string) []Row {
	all := make([]Row, len(texts))
	for i, t := range texts {
		all[i].Text = t
	}
	return all
}

// Columns are what the model takes beside a text; nil if it takes nothing.
func (m *Model) Columns() *Columns { return m.columns }

// checkInputs holds the network's inputs to what it is given.
func (m *Model) checkInputs() error {
	ins, outs := m.net.Inputs(), m.net.Outputs()
	switch {
	case m.columns == nil && (len(ins) != 1 || len(outs) != 1):
		return errors.Errorf("%s: a network of %d inputs and %d outputs, want one of each", m.name, len(ins), len(outs))
	case m.columns == nil:
		return nil
	case len(ins) != 2 || len(outs) != 1:
		return errors.Errorf("%s: a network of %d inputs and %d outputs, want two inputs, for a text and its columns, and one output", m.name, len(ins), len(outs))
	}
	if ins[0].Name != TextInput || ins[1].Name != ColumnsInput {
		return errors.Errorf("%s: the network's inputs are %q and %q, want %q and %q", m.name, ins[0].Name, ins[1].Name, TextInput, ColumnsInput)
	}
	if in, want := ins[1], (nn.Shape{m.columns.Width()}); in.IDs() || !in.Shape.Eq(want) {
		return errors.Errorf("%s: the network's second input is %s of shape %v, want the %d features of the columns", m.name, in.Kind, in.Shape, want[0])
	}
	return nil
}

// ClassifyRows is Classify of texts with what stands beside them. A column that the model
// does not take is an error, as is what should be a number and is none; Answer.Gaps tells
// of values that the model did without.
func (m *Model) ClassifyRows(ctx context.Context, rows ...Row) ([]Answer, error) {
	if err := m.begin("Classify"); err != nil {
		return nil, err
	}
	defer m.calls.End("Classify")
	encoded, err := m.encode(rows, false)
	if err != nil {
		return nil, err
	}
	return m.classify(ctx, encoded)
}

// ExplainRows is ClassifyRows with explanations: how far each word and each column moved
// the answer away from that to no text, and no column.
func (m *Model) ExplainRows(ctx context.Context, rows ...Row) ([]Answer, error) {
	if err := m.begin("Explain"); err != nil {
		return nil, err
	}
	defer m.calls.End("Explain")
	encoded, err := m.encode(rows, true)
	if err != nil {
		return nil, err
	}
	answers, err := m.classify(ctx, encoded)
	if err != nil {
		return nil, err
	}
	none, err := m.NoText(ctx)
	if err != nil {
		return nil, err
	}
	for i, t := range encoded {
		x, err := m.explain(ctx, rows[i].Text, t)
		if err != nil {
			return nil, err
		}
		x.NoText, x.Warning = &none, none.NoTextWarning()
		answers[i].Explanation = x
	}
	return answers, nil
}

// encoded is a text as the network sees it: ids without padding, and the bytes of the
// text that each was made of; and the features of its columns.
type encoded struct {
	ids   []int32
	spans [][2]int

	features []float32
	gaps     []Gap
}

// textsAtOnce is how many texts a processor encodes at one time.
const textsAtOnce = 64

func (m *Model) encode(rows []Row, spans bool) ([]encoded, error) {
	all := make([]encoded, len(rows))
	parallel.Rows(len(rows), textsAtOnce, func(from, to int) {
		for i := from; i < to; i++ {
			all[i] = m.input.encode(rows[i].Text, spans)
		}
	})
	for i, r := range rows {
		switch {
		case m.columns == nil && len(r.Columns) > 0:
			return nil, errors.Errorf("%s: the model takes no columns beside a text", m.name)
		case m.columns == nil:
			continue
		}
		values, err := m.columns.values(r)
		if err == nil {
			all[i].features, all[i].gaps, err = m.columns.Encode(values)
		}
		if err != nil {
			return nil, errors.WithMessage(err, m.name)
		}
	}
	return all, nil
}

// data are texts as the network takes them.
func (m *Model) data(texts ...encoded) train.Data {
	d := m.input.data(texts...)
	if m.columns == nil {
		return d
	}
	features := make([][]float32, len(texts))
	for i, t := range texts {
		features[i] = t.features
	}
	return Join(d, features)
}

// The inputs of a network that takes columns beside a text.
const (
	TextInput    = "text"
	ColumnsInput = "columns"
)

// Join puts features [texts][Width] beside texts, for a network of these two inputs.
func Join(texts train.Data, features [][]float32) train.Data {
	texts.Inputs = map[string]train.Samples{
		TextInput: {Tokens: texts.Tokens, Padding: texts.Padding}, ColumnsInput: {Features: features},
	}
	texts.Tokens, texts.Padding = nil, nil
	return texts
}

// classify answers texts. Programs are of a size each, so batches are filled up to
// the next power of two.
func (m *Model) classify(ctx context.Context, texts []encoded) ([]Answer, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	size := 1 << bits.Len(uint(len(texts)-1))
	batch := slices.Grow(slices.Clone(texts), size-len(texts))
	for len(batch) < size {
		batch = append(batch, texts[0])
	}
	y, err := m.trainer.Predict(ctx, m.data(batch...), size)
	if err != nil {
		return nil, err
	}
	task := m.Task()
	n := task.Outputs()
	answers := make([]Answer, len(texts))
	for i, t := range texts {
		of := y[i*n : (i+1)*n]
		answers[i] = task.Answer(of)
		v := answers[i].Value
		for _, x := range of {
			v += float64(x)
		}
		if v-v != 0 {
			return nil, errors.Errorf("%s: the model's answer to text %d is %v: its weights are too large, or damaged", m.name, i+1, v)
		}
		answers[i].KnownWords, answers[i].Gaps = m.input.known(t), t.gaps
	}
	return answers, nil
}
