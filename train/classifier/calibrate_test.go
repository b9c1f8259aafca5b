package classifier

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"unroll/datasets/text"
	"unroll/internal/jsonfile"
)

// TestFactorKeepsOrder: whatever the factor and the outputs, the label is that without it,
// the probabilities are in the order of the outputs and sum to 1.
func TestFactorKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := Task{Classes: []string{"a", "b", "c", "d"}[:rapid.IntRange(2, 4).Draw(t, "classes")]}
		n := of.Outputs()
		y := rapid.SliceOfN(rapid.OneOf(rapid.Float32Range(0, 1), rapid.SampledFrom([]float32{0, 0.5, 0.50000006, 1 - 1e-7, 1, 1e-45})), n, n).Draw(t, "y")
		if n > 1 {
			y[0] = max(y[0], 1e-3) // those of a softmax are not all 0, and add up to 1
			var sum float32
			for _, p := range y {
				sum += p
			}
			for i := range y {
				y[i] /= sum
			}
		}
		plain := of.Answer(y)
		of.Factor = rapid.Float64Range(1./64, 64).Draw(t, "factor")
		a := of.Answer(y)
		if a.Label != plain.Label {
			t.Fatalf("%v: the label is %s, %s without a factor", y, a.Label, plain.Label)
		}
		sum := 0.0
		for i, p := range a.Probabilities {
			sum += p.Probability
			for j, q := range a.Probabilities {
				if plain.Probabilities[i].Probability < plain.Probabilities[j].Probability && p.Probability > q.Probability {
					t.Fatalf("%v: probabilities %v by %v", y, a.Probabilities, of.Factor)
				}
			}
		}
		if math.Abs(sum-1) > 1e-6 { // as near as float32 adds up
			t.Fatalf("%v: probabilities %v", y, a.Probabilities)
		}
	})
}

// TestFactor by hand: σ(2·ln(p/(1−p))) of p = 0.75 is 9/10, and by ½ it is √3/(1+√3); of
// several classes the squares, divided by their sum.
func TestFactor(t *testing.T) {
	for _, c := range []struct {
		factor float64
		y      []float32
		want   float64 // of b
	}{
		{2, []float32{0.75}, 0.9}, {0.5, []float32{0.75}, math.Sqrt(3) / (1 + math.Sqrt(3))}, {2, []float32{0.25}, 0.1},
		{2, []float32{0.5, 0.25, 0.25}, 1. / 6}, {0, []float32{0.75}, 0.75}, {1, []float32{0.5, 0.25, 0.25}, 0.25},
	} {
		of := Task{Classes: []string{"a", "b", "c"}[:max(2, len(c.y))], Factor: c.factor}
		if got := of.Answer(c.y).Probabilities[1].Probability; math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v by %v: probability %v, want %v", c.y, c.factor, got, c.want)
		}
	}
}

// TestCalibrate: a model that is too sure gets less so, and stays so when it is saved and
// loaded; one that was saved without a factor is as its network is. Explanations start
// from and lead to the same probabilities.
func TestCalibrate(t *testing.T) {
	m := learn(t, "two classes", text.Pre)
	const said = "a wonderful film"
	before, err := m.Explain(t.Context(), said)
	if err != nil {
		t.Fatal(err)
	}
	// Of a hundred texts given with 0.95, 75 are right: a factor of about
	// logit(0.75)/logit(0.95) = 0.373.
	y, targets := make([]float32, 100), make([]float32, 100)
	for i := range y {
		y[i], targets[i] = 0.95, 1
		if i%2 == 0 {
			y[i], targets[i] = 0.05, 0
		}
		if i%8 < 2 { // a quarter
			targets[i] = 1 - targets[i]
		}
	}
	if err := m.Calibrate(y, targets); err != nil {
		t.Fatal(err)
	}
	if f := m.Task().Factor; !(f > 0.3 && f < 0.4) {
		t.Errorf("factor %v", f)
	}
	after, err := m.Explain(t.Context(), said)
	if err != nil {
		t.Fatal(err)
	}
	a, b := before[0], after[0]
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	if want := m.Task().Factor * logit(a.Probability); a.Label != b.Label || math.Abs(logit(b.Probability)-want) > 1e-5 {
		t.Errorf("%s %v became %s %v", a.Label, a.Probability, b.Label, b.Probability)
	}
	sum := b.Explanation.Baseline
	for _, w := range b.Explanation.Words {
		sum += w.Push
	}
	if p := b.Probabilities[1].Probability; math.Abs(sum-logit(p)) > 0.05*math.Abs(logit(p))+1e-3 {
		t.Errorf("the pushes lead to the logit %v, the probability has %v", sum, logit(p))
	}
	if p := b.Explanation.NoText.Probabilities[1].Probability; math.Abs(b.Explanation.Baseline-logit(p)) > 1e-4 {
		t.Errorf("the explanation starts from %v, the answer to no text has %v", b.Explanation.Baseline, logit(p))
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, TaskFile)
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	loaded := func() (float64, error) {
		l, err := Load(dir)
		if err != nil {
			return 0, err
		}
		defer l.Close()
		got, err := l.Classify(t.Context(), said)
		return got[0].Probability, err
	}
	if p, err := loaded(); err != nil || p != b.Probability {
		t.Errorf("loaded it gives %v, error %v, want %v", p, err, b.Probability)
	}
	for _, c := range []struct {
		factor any
		want   float64
		err    string
	}{{nil, a.Probability, ""}, {1, a.Probability, ""}, {-1, 0, "damaged: the logits of 2 classes are multiplied by -1"}} {
		var fields map[string]any
		if err := json.Unmarshal(doc, &fields); err != nil {
			t.Fatal(err)
		}
		delete(fields, "sha256") // which is made anew
		if fields["factor"] = c.factor; c.factor == nil {
			delete(fields, "factor")
		}
		if err := jsonfile.Write(file, fields); err != nil {
			t.Fatal(err)
		}
		switch p, err := loaded(); {
		case c.err == "" && (err != nil || p != c.want):
			t.Errorf("with the factor %v it gives %v, error %v, want %v", c.factor, p, err, c.want)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("with the factor %v: error %v, want %s", c.factor, err, c.err)
		}
	}
	nan := float32(math.NaN())
	if err := m.Calibrate([]float32{nan}, []float32{1}); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("of no number: error %v", err)
	}
}
