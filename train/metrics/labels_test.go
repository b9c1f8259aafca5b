package metrics

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/train"
)

// labelGolden is a case of scikit-learn's values, written by
//
//	/usr/bin/python3 testdata/labels.py > testdata/labels.json
type labelGolden struct {
	Name                string
	Y, Targets, Weights []float32
	Thresholds          []float64
	Want                map[string]float64
	Report              string // "" of weighted rows, whose support it writes with other decimals
}

func labelGoldens(t *testing.T) (all []labelGolden) {
	t.Helper()
	data, err := os.ReadFile("testdata/labels.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestLabelsGolden: the metrics with a threshold for each label, gathered in two parts,
// and the report on them, are scikit-learn's.
func TestLabelsGolden(t *testing.T) {
	for _, g := range labelGoldens(t) {
		all := []train.Metric{&SubsetAccuracy{Thresholds: g.Thresholds}}
		for _, a := range []Average{Micro, Macro, Weighted} {
			all = append(all, &Precision{Average: a, Thresholds: g.Thresholds}, &Recall{Average: a, Thresholds: g.Thresholds}, &F1{Average: a, Thresholds: g.Thresholds})
		}
		for c := range g.Thresholds {
			all = append(all, &Precision{Average: OfClass, Class: c, Thresholds: g.Thresholds}, &F1{Average: OfClass, Class: c, Thresholds: g.Thresholds})
		}
		rows, n := len(g.Weights)/2, len(g.Thresholds)
		for _, m := range all {
			other := m.New()
			m.Update(g.Y[:rows*n], g.Targets[:rows*n], g.Weights[:rows])
			other.Update(g.Y[rows*n:], g.Targets[rows*n:], g.Weights[rows:])
			if err := m.(train.Merger).Merge(other); err != nil {
				t.Fatal(err)
			}
			if want, ok := g.Want[m.Name()]; !ok || math.Abs(m.Value()-want) > 1e-12 {
				t.Errorf("%s: %s is %v, want %v", g.Name, m.Name(), m.Value(), want)
			}
		}
		r := Labels(g.Y, g.Targets, g.Weights, g.Thresholds, []string{"bug", "billing", "a longer label", "never"}[:n]...)
		if diff := cmp.Diff(g.Report, r.String()); diff != "" && g.Report != "" {
			t.Errorf("%s: (-scikit-learn +got):\n%s", g.Name, diff)
		}
		for name, got := range map[string]float64{
			"precision_samples": r.Samples.Precision, "recall_samples": r.Samples.Recall, "f1_score_samples": r.Samples.F1,
			"f1_score_micro": r.Micro.F1, "recall_class_1": r.Labels[1].Recall, "subset_accuracy": r.Subset,
		} {
			if math.Abs(got-g.Want[name]) > 1e-12 {
				t.Errorf("%s: %s of the report is %v, want %v", g.Name, name, got, g.Want[name])
			}
		}
	}
}

// TestLabelsOfNaN: an output that is NaN gives no label, and its row is wrong.
func TestLabelsOfNaN(t *testing.T) {
	y, targets := []float32{float32(math.NaN()), 0.1, 0.1, 0.1}, make([]float32, 4)
	r := Labels(y, targets, []float32{1, 1}, nil)
	if r.Subset != 0.5 || r.Micro.F1 != 0 || r.Labels[0].Name != "0" {
		t.Errorf("%+v", r)
	}
	if r := Labels(nil, nil, nil, nil); r.Subset != 0 || r.Labels != nil {
		t.Errorf("of no rows: %+v", r)
	}
}
