package classifier

import (
	"context"
	"math"

	"unroll/datasets/text"
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
func (m *Model) explain(ctx context.Context, t encoded) (*Explanation, error) {
	class := explain.Predicted
	if m.task.Binary() {
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
	x := &Explanation{Baseline: a.Baseline, Gap: a.Gap}
	unit := 1.0
	if m.task.Number() {
		unit = m.task.Unit()
		x.Baseline, x.Gap = a.Baseline*unit+m.task.Mean, a.Gap*unit
	} else {
		x.Class = m.task.Classes[a.Class]
	}
	at := 0
	if m.encoder.Config().Padding == text.Pre {
		at = len(a.Steps) - len(t.spans)
	}
	for i, s := range t.spans {
		x.Words = append(x.Words, Word{Start: s[0], End: s[1], Push: unit * a.Steps[at+i]})
	}
	return x, nil
}
