package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/answer"
)

// numbers writes texts of words with values, and the sum of these as the label:
// centre + scale·(Σ value + noise). Half of the deviation is noise.
// It also returns R² of the linear model by least squares.
func numbers(t *testing.T, n int, centre, scale float64) (path string, linear float64) {
	t.Helper()
	words := []string{"red", "blue", "green", "large", "small", "old", "new", "round", "flat", "heavy", "light", "cheap"}
	r := rand.New(rand.NewPCG(1, 2))
	values := map[string]float64{}
	for _, w := range words {
		values[w] = r.NormFloat64()
	}
	var b strings.Builder
	b.WriteString("text,price\n")
	counts, sums := mat.NewDense(n, len(words), nil), make([]float64, n)
	for i := range n {
		sums[i] = 1.5 * r.NormFloat64()
		var text []string
		for range 8 {
			at := r.IntN(len(words))
			counts.Set(i, at, counts.At(i, at)+1)
			sums[i] += values[words[at]]
			text = append(text, words[at])
		}
		fmt.Fprintf(&b, "%s,%v\n", strings.Join(text, " "), centre+scale*sums[i])
	}
	var weights, estimates mat.VecDense
	// The counts of a text sum to 8: they hold the intercept.
	if err := weights.SolveVec(counts, mat.NewVecDense(n, sums)); err != nil {
		t.Fatal(err)
	}
	estimates.MulVec(counts, &weights)
	return writeFile(t, filepath.Join(t.TempDir(), "prices.csv"), b.String()), stat.RSquaredFrom(estimates.RawVector().Data, sums, nil)
}

// TestNumbersOfAnySize: what a model learns of numbers does not depend on their
// size, and all that is told of them is in their unit.
func TestNumbersOfAnySize(t *testing.T) {
	var first float64
	for _, c := range []struct{ centre, scale float64 }{{0, 1}, {3000, 500}, {1e9, 1}, {0, 1e-6}, {-5, 1e6}} {
		path, linear := numbers(t, 500, c.centre, c.scale)
		out := filepath.Join(t.TempDir(), "run")
		succeed(t, "", "train", "--data", path, "--regression", "--label-column", "price", "--model", "bow", "--maxlen", "10", "--epochs", "60", "--lr", "0.01", "--out", out)
		e := readResults(t, out).Experiments[0]
		r2 := e.Evaluate["r2_score"]
		if first == 0 {
			first = r2
		}
		if math.Abs(r2-first) > 0.005 || r2 < linear-0.1 {
			t.Errorf("%+v: R² is %.4f, of numbers around 0 %.4f, of the linear model %.4f", c, r2, first, linear)
		}
		mae, rmse := e.Evaluate["mean_absolute_error"]/c.scale, e.Evaluate["root_mean_squared_error"]/c.scale
		if mae < 0.5 || mae > 3 || rmse < mae || rmse > 4 {
			t.Errorf("%+v: errors of %.3f and %.3f deviations", c, mae, rmse)
		}
		last := e.Epochs[len(e.Epochs)-1].Scores
		if v := last["val_mean_absolute_error"] / c.scale; math.Abs(v-mae) > 1e-6 || last["mean_absolute_error"]/c.scale > 3 {
			t.Errorf("%+v: the last epoch has %v, the evaluation %v", c, v, mae)
		}
		model := filepath.Join(out, "bow")
		var p struct {
			Value    float64
			Baseline float64
			Words    []struct{ Push float64 }
		}
		if err := json.Unmarshal([]byte(succeed(t, "", "predict", "--json", "--explain", model, "red blue large old old")), &p); err != nil {
			t.Fatal(err)
		}
		sum := p.Baseline
		for _, w := range p.Words {
			sum += w.Push
		}
		if off := (p.Value - c.centre) / c.scale; math.Abs(off) > 20 || math.Abs(p.Value-sum) > 0.1*c.scale || len(p.Words) != 5 {
			t.Errorf("%+v: the prediction is %v, its words sum to %v", c, p.Value, sum)
		}
		served, err := run.LoadAll(t.Context(), out, 1, answer.Rule{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := served[0].Predict(t.Context(), []string{"red blue large old old"})
		if err != nil || got[0].Value != p.Value {
			t.Errorf("%+v: served is %v, predicted %v, error %v", c, got[0].Value, p.Value, err)
		}
		if err := served[0].Close(); err != nil {
			t.Error(err)
		}
		report, err := run.ReadReport(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range report.Runs[0].Experiments[0].Predictions {
			if math.Abs(p.True-c.centre)/c.scale > 20 || math.Abs(p.Predicted-c.centre)/c.scale > 20 {
				t.Fatalf("%+v: the report has %+v", c, p)
			}
		}
		var rmseLine float64
		line := succeed(t, "", "evaluate", "--report", model)
		if _, err := fmt.Sscanf(line[strings.LastIndex(line, "root_mean"):], "root_mean_squared_error: %g", &rmseLine); err != nil || math.Abs(rmseLine/c.scale-rmse) > 1e-3 {
			t.Errorf("%+v: evaluate prints %q, RMSE is %v", c, line, rmse*c.scale)
		}
	}
}

// TestNumbersResume: with the scaling of the run that was cut off.
func TestNumbersResume(t *testing.T) {
	path, _ := numbers(t, 100, 3000, 500)
	args := func(out string) []string {
		return []string{"train", "--data", path, "--regression", "--label-column", "price", "--model", "bow", "--maxlen", "10", "--epochs", "5", "--checkpoint-every", "1", "--out", out}
	}
	whole, cut := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	succeed(t, "", args(whole)...)
	interrupted(t, "", "Epoch 3/5", args(cut)...)
	succeed(t, "", "train", "--resume", cut)
	for _, file := range []string{"weights.safetensors", "settings.json"} {
		if snapshot(t, filepath.Join(whole, "bow"))[filepath.Join(whole, "bow", file)] != snapshot(t, filepath.Join(cut, "bow"))[filepath.Join(cut, "bow", file)] {
			t.Errorf("%s differs", file)
		}
	}
}

// TestNumbersRefused: where there is nothing to estimate, and what is none.
func TestNumbersRefused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	for content, want := range map[string]string{
		strings.Repeat("a,1000000000.1\nb,1000000000.1\n", 20): "all 32 training texts have the number 1.0000000001e+09: there is nothing to learn",
		strings.Repeat("a,1\nb,2\n", 20) + "c,NaN\n":           `:42: the label "NaN" is not a number`,
		strings.Repeat("a,1\nb,2\n", 20) + "c,-Inf\n":          `:42: the label "-Inf" is not a number`,
	} {
		path := writeFile(t, filepath.Join(t.TempDir(), "n.csv"), "text,label\n"+content)
		status, _, stderr := command("", tiny(out, "--data", path, "--regression", "--model", "bow")...)
		checkFailure(t, status, exitFailure, "", stderr, want)
	}
}
