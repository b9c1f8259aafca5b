package run

import (
	"encoding/json"
	"math"
	"testing"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/train/classifier"
)

// TestScoresThatAreNoNumbers: results of a validation that was not finite can be
// written, read and ranked.
func TestScoresThatAreNoNumbers(t *testing.T) {
	nan := math.NaN()
	r := Result{Evaluate: Scores{"loss": math.Inf(1), "accuracy": nan}}
	for _, v := range []float64{nan, 0.5, 0.7, nan, 0.6} {
		r.Epochs = append(r.Epochs, Epoch{Scores{"val_accuracy": v}, 1})
	}
	doc, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Result
	if err := json.Unmarshal(doc, &back); err != nil {
		t.Fatal(err)
	}
	if v := back.Evaluate["accuracy"]; !math.IsNaN(v) || !math.IsNaN(back.Epochs[3].Scores["val_accuracy"]) {
		t.Errorf("read back as %v", back)
	}
	for _, x := range []Result{r, back} {
		if score, at := x.Best(corpus.ReviewTask); score != 0.7 || at != 3 {
			t.Errorf("the best is %v after %d, want 0.7 after 3", score, at)
		}
	}
	if corpus.ReviewTask.Better(nan, 0.1) || !corpus.ReviewTask.Better(0.1, nan) || (classifier.Task{}).Better(nan, 3) || !(classifier.Task{}).Better(3, nan) {
		t.Error("NaN is better than a number")
	}
	all := Results{Experiments: []Result{r, r}, task: corpus.ReviewTask}
	all.Experiments[0].Name, all.Experiments[1].Name = "onehot", "embedding"
	all.compare()
	if _, err := json.Marshal(all); err != nil {
		t.Error(err)
	}
	if _, err := json.Marshal(FoldResult{Final: []float64{nan}, Mean: 1}); err != nil {
		t.Error(err)
	}
}

func TestMeanAndDeviation(t *testing.T) {
	if mean, deviation := meanAndDeviation([]float64{1, 2, 3, 6}); mean != 3 || deviation*deviation-14.0/3 > 1e-12 {
		t.Errorf("mean %g, deviation %g", mean, deviation)
	}
}
