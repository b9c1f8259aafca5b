package run

import (
	"fmt"
	"io"
	"math"
	"strings"

	"unroll/internal/report"
	"unroll/internal/show"
	"unroll/train/metrics"
)

// Interval is where an accuracy lies with a confidence of 95 %, by the number of texts that
// it is measured on: from its first number to its second.
type Interval [2]float64

// wilson returns the interval of an accuracy on so many texts.
func wilson(right, texts int) *Interval {
	if texts == 0 {
		return nil
	}
	low, high := metrics.Wilson(right, texts, 0.95)
	return &Interval{low, high}
}

// Interval returns that of the accuracy, nil without one.
func (s Scores) Interval(texts int) *Interval {
	a, ok := s["accuracy"]
	if !ok || a-a != 0 {
		return nil
	}
	return wilson(int(math.Round(a*float64(texts))), texts)
}

func (i Interval) String() string { return show.Score(i[0]) + " to " + show.Score(i[1]) }

// Measured writes Scores on so many texts for people, with the interval of the accuracy:
// "loss 0.4945, accuracy 0.7600 (0.7334 to 0.7866)".
func (s Scores) Measured(texts int) string {
	text := s.Line()
	if i := s.Interval(texts); i != nil {
		accuracy := "accuracy " + show.Score(s["accuracy"])
		text = strings.Replace(text, accuracy, fmt.Sprintf("%s (%v)", accuracy, i), 1)
	}
	return text
}

// trusted fills in how far the result is to be trusted.
func (r *Result) trusted(t *report.Trust) {
	r.Trust, r.EvaluateInterval, r.TestInterval = t, r.Evaluate.Interval(r.ValidationSamples), r.Test.Interval(r.TestSamples)
}

// unbalanced says which class of a confusion matrix has most texts if that is more than
// twice as many as another has, "" if not.
func unbalanced(classes []string, confusion [][]float64) string {
	most, all := 0, 0.0
	sums, least := make([]float64, len(confusion)), math.Inf(1)
	for c, row := range confusion {
		for _, n := range row {
			sums[c] += n
		}
		all, least = all+sums[c], min(least, sums[c])
		if sums[c] > sums[most] {
			most = c
		}
	}
	if len(sums) == 0 || sums[most] <= 2*least {
		return ""
	}
	return fmt.Sprintf("The classes are not of one size: %.1f %% of the texts are %s.", 100*sums[most]/all, show.Quoted(classes[most])[0])
}

// printTrust tells of unbalanced classes what the accuracy hides.
func (r *Results) printTrust(w io.Writer) {
	if r.unbalanced == "" {
		return
	}
	fmt.Fprintln(w, r.unbalanced)
	for _, e := range r.Experiments {
		if t := e.Trust; t != nil {
			fmt.Fprintf(w, "%s: macro F1 %.4f, balanced accuracy %.4f\n", e.Name, float64(t.MacroF1), float64(t.BalancedAccuracy))
		}
	}
}

// trustText writes for people what a report tells of probabilities.
func (j *Judged) trustText(t *report.Trust) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nMacro F1 %.4f, balanced accuracy %.4f, Brier score %.4f\n", float64(t.MacroF1), float64(t.BalancedAccuracy), float64(t.Brier))
	verdict := "as small as chance allows"
	if t.ECE > t.Bound {
		verdict = "more than chance explains"
	}
	fmt.Fprintf(&b, "Expected calibration error %.4f, %s: with true probabilities it is\nbelow %.4f in 95 of 100 test parts of this size\n", float64(t.ECE), verdict, float64(t.Bound))
	var rows [][]any
	for _, p := range t.Reliability {
		rows = append(rows, []any{show.Score(p.Confidence), show.Score(p.Accuracy), show.Thousands(p.Samples)})
	}
	b.WriteString(show.Table([]any{"mean confidence", "accuracy", "texts"}, rows, 0) + "\n")
	b.WriteString(j.CoverageText())
	return b.String()
}

// confidences are those of the table of coverage.
var confidences = []float64{0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99}

// CoverageText is the table of what is reached where only answers of some confidence are
// given.
func (j *Judged) CoverageText() string {
	var rows [][]any
	before := -1
	for _, least := range confidences {
		answered, right := j.Answered(least)
		if answered == before || answered == 0 {
			continue
		}
		before = answered
		share := float64(answered) / float64(len(j.confidence))
		rows = append(rows, []any{fmt.Sprintf("%.2f", least), fmt.Sprintf("%.1f %%", 100*share), show.Score(float64(right) / float64(answered)), wilson(right, answered).String()})
	}
	return show.Table([]any{"confidence at least", "answered", "accuracy", "95 % interval"}, rows, 0) + "\n"
}
