package report

// Trust says how far to trust a model's answers to the samples that Confusion is of.
// Samples whose label is none of the classes count as wrong in Reliability, Coverage and
// ECE, and are left out of the rest.
type Trust struct {
	Samples int `json:"samples"`
	Unknown int `json:"unknown,omitempty"` // of them, whose label is none of the classes

	// MacroF1 is the mean of the classes' F1, of those that occur or are given, and
	// BalancedAccuracy that of the recalls of those that occur. scikit-learn:
	// f1_score(average="macro"), balanced_accuracy_score.
	MacroF1          Number `json:"macro_f1"`
	BalancedAccuracy Number `json:"balanced_accuracy"`

	Brier Number `json:"brier"`
	// ECE is the expected calibration error, of bins of as many samples each, and Bound
	// what that of a model whose probabilities are true does not exceed in 95 of 100 cases.
	ECE         Number     `json:"ece"`
	Bound       Number     `json:"ece_bound"`
	Reliability []Bin      `json:"reliability"`
	Coverage    []Coverage `json:"coverage"` // from the surest samples to all
}

// Bin is a point of a reliability curve.
type Bin struct {
	Confidence float64 `json:"confidence"` // mean probability of what was given
	Accuracy   float64 `json:"accuracy"`
	Samples    int     `json:"samples"`
}

// Coverage is what is reached where only samples of so much confidence are answered.
type Coverage struct {
	Confidence float64 `json:"confidence"` // at least
	Answered   float64 `json:"answered"`   // share of the samples
	Accuracy   float64 `json:"accuracy"`   // on those
}

// trustCharts are the charts of what probabilities are worth; none without a Trust.
func (v *view) trustCharts(all []series) []*chart {
	reliability := &chart{ID: "reliability", Title: "Reliability", Group: "reliability", XName: "confidence", YName: "accuracy"}
	coverage := &chart{ID: "coverage", Title: "Coverage", Group: "coverage", XName: "share of the samples answered", YName: "accuracy on them"}
	for _, s := range all {
		if s.Trust == nil || len(s.Trust.Reliability) == 0 {
			continue
		}
		a, b := line{Series: s.Index, Part: "val", Name: s.Name}, line{Series: s.Index, Part: "val", Name: s.Name}
		for _, p := range s.Trust.Reliability {
			a.X, a.Y = append(a.X, p.Confidence), append(a.Y, p.Accuracy)
		}
		for _, p := range s.Trust.Coverage {
			b.X, b.Y = append(b.X, p.Answered), append(b.Y, p.Accuracy)
		}
		reliability.Lines, coverage.Lines = append(reliability.Lines, a), append(coverage.Lines, b)
	}
	if len(reliability.Lines) == 0 {
		return nil
	}
	var values, accuracies []Floats
	for i, l := range reliability.Lines {
		values, accuracies = append(values, l.X, l.Y), append(accuracies, coverage.Lines[i].Y)
	}
	// One range for both axes, so that the diagonal is one.
	low, high := span(values...)
	low, high = max(0, low), min(1, high)
	reliability.Spec = chartSpec{X: [2]float64{low, high}, Y: [2]float64{low, high}, Step: 0.01, Fixed: true, Percent: true}
	reliability.draw()
	reliability.Diagonal = path(line{X: Floats{low, high}, Y: Floats{low, high}},
		axis{low, high, plotLeft, plotRight}, axis{low, high, plotBottom, plotTop})
	low, high = span(accuracies...)
	coverage.Spec = chartSpec{X: [2]float64{0, 1}, Y: [2]float64{max(0, low), min(1, high)}, Step: 0.01, Fixed: true, Percent: true}
	coverage.draw()
	return []*chart{reliability, coverage}
}

// check refuses points that are none.
func (t *Trust) check() error {
	for _, p := range t.Reliability {
		if err := checkShares("reliability", p.Confidence, p.Accuracy); err != nil {
			return err
		}
	}
	for _, p := range t.Coverage {
		if err := checkShares("coverage", p.Confidence, p.Answered, p.Accuracy); err != nil {
			return err
		}
	}
	return nil
}
