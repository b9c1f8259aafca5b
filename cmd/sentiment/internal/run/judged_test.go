package run

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"unroll/internal/report"
	"unroll/train/classifier"
)

// judgedGolden is a case of scikit-learn's and NumPy's values, written by
//
//	/usr/bin/python3 testdata/trust.py > testdata/trust.json
type judgedGolden struct {
	Outputs, Targets                      []float32
	MacroF1, BalancedAccuracy, Brier, ECE float64
	Reliability                           [][3]float64
	Answered                              [][3]float64 // confidence at least, answered, right
	Accuracy                              float64
	Interval                              [2]float64
}

func judgedGoldens(t *testing.T) (all []judgedGolden) {
	t.Helper()
	doc, err := os.ReadFile("testdata/trust.json")
	if err == nil {
		err = json.Unmarshal(doc, &all)
	}
	if err != nil || len(all) != 2 {
		t.Fatalf("%d cases, error %v", len(all), err)
	}
	return all
}

// judgedOf reads outputs, of which the last are of texts without a known label.
func judgedOf(outputs, targets []float32, classes ...string) *Judged {
	j := &Judged{task: classifier.Task{Classes: classes}, targets: targets}
	n := j.task.Outputs()
	j.y = outputs[:n*len(targets)]
	j.unknown = len(outputs)/n - len(targets)
	j.read(j.y, 0, true)
	j.read(outputs[len(j.y):], 0, false)
	return j
}

// TestTrustGolden: the scores are scikit-learn's, of classes that occur in no label too,
// and texts of unknown labels are wrong answers.
func TestTrustGolden(t *testing.T) {
	near := func(name string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-6) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for i, g := range judgedGoldens(t) {
		j := judgedOf(g.Outputs, g.Targets, []string{"a", "b", "c", "d", "e"}[:2+3*i]...)
		trust := j.Trust()
		near("macro F1", float64(trust.MacroF1), g.MacroF1)
		near("balanced accuracy", float64(trust.BalancedAccuracy), g.BalancedAccuracy)
		near("Brier score", float64(trust.Brier), g.Brier)
		near("calibration error", float64(trust.ECE), g.ECE)
		for k, b := range trust.Reliability {
			near("confidence", b.Confidence, g.Reliability[k][0])
			near("accuracy", b.Accuracy, g.Reliability[k][1])
			near("samples", float64(b.Samples), g.Reliability[k][2])
		}
		for _, a := range g.Answered {
			answered, right := j.Answered(a[0])
			near("answered", float64(answered), a[1])
			near("right", float64(right), a[2])
		}
		s := Scores{"accuracy": 0.5}
		texts := j.Score(s)
		near("accuracy", s["accuracy"], g.Accuracy)
		near("low", s.Interval(texts)[0], g.Interval[0])
		near("high", s.Interval(texts)[1], g.Interval[1])
		last := trust.Coverage[len(trust.Coverage)-1]
		near("share at the end", last.Answered, 1)
		near("accuracy at the end", last.Accuracy, g.Accuracy)
		before := report.Coverage{Confidence: 1}
		for _, c := range trust.Coverage { // each point is what Answered says
			answered, right := j.Answered(c.Confidence)
			near("share", c.Answered, float64(answered)/float64(texts))
			near("accuracy", c.Accuracy, float64(right)/float64(answered))
			if c.Confidence > before.Confidence || c.Answered <= before.Answered {
				t.Errorf("%+v comes after %+v", c, before)
			}
			before = c
		}
		if trust.Samples != 103 || trust.Unknown != 6 || len(trust.Reliability) != 10 {
			t.Errorf("%+v", trust)
		}
	}
}

// TestAbstained: withheld answers are in no matrix, and the accuracy is of the others.
func TestAbstained(t *testing.T) {
	j := judgedOf([]float32{0.95, 0.6, 0.1, 0.45, 0.99}, []float32{1, 1, 1, 0}, "no", "yes")
	j.abstain = 0.8
	s := Scores{"accuracy": 1}
	if answered := j.Score(s); answered != 3 || math.Abs(s["accuracy"]-1./3) > 1e-12 || s["known_label_accuracy"] != 0.5 {
		t.Errorf("%d answered, %v", answered, s)
	}
	if m := j.Matrix().Matrix(); m[0][0]+m[0][1] != 0 || m[1][0] != 1 || m[1][1] != 1 {
		t.Errorf("matrix %v", m)
	}
	j.abstain = 0.999
	if d := j.Details(); j.Score(s) != 0 || !math.IsNaN(s["accuracy"]) || d.Trust == nil {
		t.Errorf("of no answer: %v, %v", s, d)
	}
}

// TestUnbalanced: a class that is more than twice as frequent as another is told of.
func TestUnbalanced(t *testing.T) {
	classes := []string{"ham", "spam"}
	for want, confusion := range map[string][][]float64{
		"": {{15, 5}, {3, 7}},
		"The classes are not of one size: 67.7 % of the texts are ham.": {{15, 6}, {3, 7}},
	} {
		if got := unbalanced(classes, confusion); got != want {
			t.Errorf("%v: %q, want %q", confusion, got, want)
		}
	}
	var b strings.Builder
	r := Results{unbalanced: "Uneven.", Experiments: []Result{{Name: "bow", Trust: &report.Trust{MacroF1: 0.25, BalancedAccuracy: 0.5}}, {Name: "none"}}}
	if r.printTrust(&b); b.String() != "Uneven.\nbow: macro F1 0.2500, balanced accuracy 0.5000\n" {
		t.Errorf("it prints %q", b.String())
	}
	if got := (Scores{"loss": 0.5, "accuracy": 0.76}).Measured(1000); got != "loss 0.5000, accuracy 0.7600 (0.7326 to 0.7854)" {
		t.Errorf("it prints %q", got)
	}
}
