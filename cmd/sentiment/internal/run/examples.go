package run

import (
	"cmp"
	"context"
	"math"
	"slices"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/answer"
	"unroll/internal/report"
	"unroll/train/classifier"
	"unroll/train/metrics"

	"github.com/pkg/errors"
)

// examplesShown is the number of texts that a report shows of each kind.
const examplesShown = 6

// notable returns the places of the predictions that are wrong and surest of it,
// then of those that are least sure. Of numbers they are those furthest off.
func notable(of classifier.Task, y, targets []float32, n int) (places []int, wrong int) {
	type judged struct {
		at   int
		sure float64 // probability of what is predicted, or how far off a number is
		ok   bool
	}
	all := make([]judged, len(targets)/of.Width())
	for i := range all {
		v := of.Answer(y[i*n : (i+1)*n])
		if of.Number() {
			all[i] = judged{i, math.Abs(float64(y[i] - targets[i])), false}
		} else if of.Multi {
			all[i].at = i
			all[i].sure, all[i].ok = judgeLabels(of, y[i*n:(i+1)*n], targets[i*n:(i+1)*n])
		} else {
			all[i] = judged{i, v.Probability, v.Label == of.Classes[int(targets[i])]}
		}
	}
	slices.SortStableFunc(all, func(a, b judged) int { return cmp.Compare(b.sure, a.sure) })
	for _, c := range all {
		if !c.ok && len(places) < examplesShown {
			places = append(places, c.at)
		}
	}
	wrong = len(places)
	if of.Number() {
		return places, wrong
	}
	for i := len(all) - 1; i >= 0 && len(places) < wrong+examplesShown; i-- {
		if !slices.Contains(places, all[i].at) {
			places = append(places, all[i].at)
		}
	}
	return places, wrong
}

// roc returns the curve of the second class, with few enough points to draw.
func roc(y, targets []float32) *report.ROC {
	auc := &metrics.AUC{}
	auc.Update(y, targets, slices.Repeat([]float32{1}, len(y)))
	order := make([]int, len(y))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(y[b], y[a]) })
	var positives, negatives float64
	for _, t := range targets {
		positives += float64(t)
	}
	negatives = float64(len(targets)) - positives
	if positives == 0 || negatives == 0 {
		return nil
	}
	r := &report.ROC{Points: [][2]float64{{0, 0}}, AUC: report.Number(auc.Value())}
	const points = 200
	var hits, alarms float64
	for i, k := range order {
		hits += float64(targets[k])
		alarms += 1 - float64(targets[k])
		last := i == len(order)-1
		if !last && y[order[i+1]] == y[k] {
			continue // one threshold
		}
		at, before := [2]float64{alarms / negatives, hits / positives}, r.Points[len(r.Points)-1]
		if last || math.Hypot(at[0]-before[0], at[1]-before[1]) > 2.0/points {
			r.Points = append(r.Points, at)
		}
	}
	return r
}

// showTexts fills in the examples' texts, with the words that mattered. It reads
// the texts again, of which profile, if it is not nil, takes some, and fails if they are
// others now.
func showTexts(ctx context.Context, set *corpus.Set, runs []*trained, profile *profiler) error {
	wanted := map[int]string{}
	last := -1
	for _, t := range runs {
		for _, i := range t.reported.of {
			wanted[i] = ""
			last = max(last, i)
		}
	}
	digest := newDigest(runs)
	last = max(last, digest.last())
	if profile != nil {
		last = max(last, profile.end-1)
	}
	i := 0
	for text, err := range set.Texts(ctx) {
		if err != nil {
			return err
		}
		if _, ok := wanted[i]; ok {
			wanted[i] = text
		}
		digest.add(i, text, set)
		if profile != nil {
			profile.add(i, text)
		}
		if i++; i > last {
			break
		}
	}
	digest.tell(runs)
	for _, t := range runs {
		for k, at := range t.reported.of {
			text := wanted[at]
			if !slices.Equal(t.reported.samples.Encode(text), t.reported.samples.IDs[at]) {
				return errors.Errorf("%s has changed since it was read", set.Line)
			}
			why, err := t.ExplainRows(ctx, set.Row(t.Columns(), at, text))
			if err != nil {
				return err
			}
			e := &t.reported.experiment
			example := &report.Example{}
			if k < t.reported.wrong {
				example = &e.Wrong[k]
			} else {
				example = &e.Unsure[k-t.reported.wrong]
			}
			example.Text = text
			if t.Task().Multi {
				example.Explained = why[0].Explanation.Class
			}
			sign := 1.0
			if t.Task().Binary() && example.Predicted == t.Task().Classes[0] {
				sign = -1 // pushes are towards what was predicted
			}
			for _, w := range why[0].Explanation.Words {
				example.Words = append(example.Words, answer.Word{Start: w.Start, End: w.End, Push: sign * w.Push})
			}
			for _, c := range why[0].Explanation.Columns {
				example.Columns = append(example.Columns, answer.ColumnPush{Column: c.Column, Push: sign * c.Push})
			}
		}
	}
	return nil
}
