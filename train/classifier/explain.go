package classifier

import (
	"context"
	"math"

	"github.com/pkg/errors"
	"gonum.org/v1/gonum/floats"

	"unroll/train/explain"
)

// The points of the integral: as many as do for most texts, and more for those
// of which the sum is too far off.
const (
	usualPoints = 50
	exactPoints = 400
	largestGap  = 0.02 // of the difference that is to be explained, or of 1
)

// explain explains the answer to a text.
func (m *Model) explain(ctx context.Context, s string, t encoded) (*Explanation, error) {
	class := explain.Predicted
	task := m.Task()
	if task.Binary() {
		class = 1
	}
	d := m.data(t)
	found, err := m.usual.Explain(ctx, d, class)
	if err == nil && found[0].Gap > largestGap*max(1, math.Abs(found[0].Value-found[0].Baseline)) {
		found, err = m.exact.Explain(ctx, d, class)
	}
	if err != nil {
		return nil, err
	}
	a := found[0]
	at := m.input.first(len(a.Steps), len(t.spans))
	if err := m.fromNoText(ctx, &a, at, t.spans); err != nil {
		return nil, err
	}
	x := &Explanation{}
	unit := task.factor()
	if task.Number() {
		unit = task.Unit()
	}
	x.Baseline, x.Gap = a.Baseline*unit, a.Gap*unit
	if task.Number() {
		x.Baseline += task.Mean
	} else {
		x.Class = task.Classes[a.Class]
	}
	x.Words = m.input.words(s, t, a, at)
	for i := range x.Words {
		x.Words[i].Push *= unit
	}
	if m.columns != nil {
		x.Columns = m.columns.pushes(a.Beside[0], unit)
	}
	sum := x.Baseline + x.Gap + floats.Sum(a.Steps)
	for _, c := range x.Columns {
		sum += c.Push
	}
	if sum-sum != 0 {
		return nil, errors.Errorf("%s: the answer cannot be explained: its weights are too large, or damaged", m.name)
	}
	return x, nil
}

// pushes adds up those of the features of each column.
func (c *Columns) pushes(features []float64, unit float64) (all []ColumnPush) {
	for k, n := range c.Numbers {
		all = append(all, ColumnPush{Column: n.Name, Push: unit * features[k]})
	}
	at := len(c.Numbers)
	for _, k := range c.Categories {
		all = append(all, ColumnPush{Column: k.Name, Push: unit * floats.Sum(features[at:at+len(k.Values)])})
		at += len(k.Values)
	}
	return all
}

// fromNoText lets an attribution begin at the model's answer to no text. Explainers take
// a row of the id 0 for that. An encoder that pads with another id, or puts one before
// each text, has another one; what lies between the two, and what those ids push, is
// shared among the words. Step at+i is of spans[i].
func (m *Model) fromNoText(ctx context.Context, a *explain.Attribution, at int, spans [][2]int) error {
	e := m.Encoder()
	if e == nil || e.Config().Start == 0 && e.Config().Value == 0 {
		return nil
	}
	none, err := m.logit(ctx, a.Class)
	if err != nil {
		return err
	}
	rest, words := a.Baseline-none+floats.Sum(a.Steps), 0
	for i, s := range spans {
		if s[0] < s[1] {
			rest -= a.Steps[at+i]
			words++
		}
	}
	for i, s := range spans {
		if s[0] < s[1] {
			a.Steps[at+i] += rest / float64(words)
		}
	}
	a.Baseline = none
	return nil
}

// logit is a class's for no text.
func (m *Model) logit(ctx context.Context, class int) (float64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.logits[class]; ok {
		return v, nil
	}
	encoded, err := m.encode([]Row{{}}, true)
	if err != nil {
		return 0, err
	}
	found, err := m.usual.Explain(ctx, m.data(encoded...), class)
	if err != nil {
		return 0, err
	}
	if m.logits == nil {
		m.logits = map[int]float64{}
	}
	m.logits[class] = found[0].Value
	return found[0].Value, nil
}
