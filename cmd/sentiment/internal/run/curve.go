package run

import (
	"context"
	"fmt"

	"unroll/internal/report"
	"unroll/internal/show"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// leastCurve is the number of training texts of which a learning curve is made: of fewer an
// eighth says nothing.
const leastCurve = 200

// learningCurve is how a model does with fewer texts.
type learningCurve struct {
	Points []Trial `json:"points"`
	// Doubling is by how much the score would grow with twice as many texts, about.
	Doubling float64 `json:"doubling"`
	// Advice is what to make of it.
	Advice string `json:"advice"`
}

// learn measures the learning curve of a setting.
func (r *Run) learn(ctx context.Context, d ngrams.Data, best ngrams.Trial, l lesson) (*learningCurve, error) {
	if len(l.Train) < leastCurve {
		return nil, nil
	}
	splits, err := r.gramSplits(l)
	if err != nil {
		return nil, err
	}
	curve, err := d.Curve(ctx, splits, best)
	if err != nil {
		return nil, err
	}
	c := &learningCurve{Doubling: ngrams.Doubling(curve)}
	fmt.Fprint(r.Say, "Learning curve:")
	for i, t := range curve {
		c.Points = append(c.Points, trialOf(t))
		if i > 0 {
			fmt.Fprint(r.Say, ",")
		}
		fmt.Fprintf(r.Say, " %.4f with %s", t.Score, show.Thousands(t.Texts))
	}
	c.Advice = advice(c.Doubling, l.task)
	fmt.Fprintf(r.Say, " texts.\n%s\n", c.Advice)
	return c, nil
}

// The gains from which more texts are worth their labels.
const (
	muchGain   = 0.01
	littleGain = 0.003
)

// advice says in words whether more texts would help.
func advice(doubling float64, of classifier.Task) string {
	gain := fmt.Sprintf("the accuracy would be about %.1f points higher", 100*doubling)
	switch {
	case of.Number():
		gain = fmt.Sprintf("R² would be about %.3f higher", doubling)
	case of.Multi:
		gain = fmt.Sprintf("the micro F1 would be about %.3f higher", doubling)
	}
	switch {
	case doubling >= muchGain:
		return "More data would help: with twice as many texts " + gain + "."
	case doubling >= littleGain:
		return "More data would help a little: with twice as many texts " + gain + "."
	}
	return "More texts of the same kind would hardly help."
}

// report is the curve as a report shows it.
func (c *learningCurve) report() *report.LearningCurve {
	if c == nil {
		return nil
	}
	of := &report.LearningCurve{Advice: c.Advice}
	for _, p := range c.Points {
		of.Points = append(of.Points, report.Trial{Setting: p.Setting, Samples: p.Texts, Score: report.Number(p.Score)})
	}
	return of
}
