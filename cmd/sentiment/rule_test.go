package main

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"unroll/cmd/sentiment/internal/run"
	"unroll/internal/answer"
)

// TestThreshold: the second class is given from the threshold on, and evaluate measures what
// predict gives.
func TestThreshold(t *testing.T) {
	model := filepath.Join(sharedRun(t), "embedding")
	data := writeFile(t, filepath.Join(t.TempDir(), "texts.csv"), "text,label\na wonderful film,positive\na dull story,negative\nawful acting,negative\na great plot,positive\na film,positive\n")
	type line struct {
		Label         string
		Probability   float64
		Unsure        bool
		Probabilities []struct{ Probability float64 }
	}
	predicted := func(flags ...string) (all []line) {
		t.Helper()
		for text := range strings.Lines(succeed(t, "", append([]string{"predict", model, "--json", "--data", data}, flags...)...)) {
			var l line
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatal(err)
			}
			all = append(all, l)
		}
		return all
	}
	labels := []string{"positive", "negative", "negative", "positive", "positive"}
	plain := predicted()
	second := plain[2].Probabilities[1].Probability
	// Around the probability of one of the texts.
	for _, threshold := range []float64{0.001, second - 1e-9, second + 1e-9, 0.999} {
		flag := "--threshold=" + strconv.FormatFloat(threshold, 'g', -1, 64)
		right := 0
		for i, l := range predicted(flag) {
			want := "negative"
			if plain[i].Probabilities[1].Probability >= threshold {
				want = "positive"
			}
			if l.Label != want {
				t.Errorf("%s: text %d is %s of %v", flag, i, l.Label, l.Probabilities)
			}
			if l.Label == labels[i] {
				right++
			}
		}
		var e evaluation
		if err := json.Unmarshal([]byte(succeed(t, "", "evaluate", model, "--data", data, "--json", "--report", flag)), &e); err != nil {
			t.Fatal(err)
		}
		if want := float64(right) / 5; e.Scores["accuracy"] != want || e.Threshold != threshold || e.Report.Accuracy != want {
			t.Errorf("%s: evaluate has %v and %v, want %v", flag, e.Scores, e.Report.Accuracy, want)
		}
	}
	// A label is withheld below the probability, and counted.
	bound := plain[1].Probability
	flag, answered := "--abstain="+strconv.FormatFloat(bound, 'g', -1, 64), 0
	for i, l := range predicted(flag) {
		if withheld := plain[i].Probability < bound; l.Unsure != withheld || (l.Label == answer.Unsure) != withheld || l.Probability != plain[i].Probability {
			t.Errorf("%s: %+v of %+v", flag, l, plain[i])
		}
		if !l.Unsure {
			answered++
		}
	}
	if bound > 0.5 {
		var e evaluation
		if err := json.Unmarshal([]byte(succeed(t, "", "evaluate", model, "--data", data, "--json", flag)), &e); err != nil || e.Answered == nil || *e.Answered != answered || e.Abstain != bound {
			t.Errorf("%s: %+v, error %v, want %d answered", flag, e, err, answered)
		}
	}
	if out := succeed(t, "", "predict", model, "--abstain", "0.999", "a film"); !strings.HasPrefix(out, "unsure  0.") {
		t.Errorf("it prints %q", out)
	}
	if out := succeed(t, "", "evaluate", model, "--split", "test", "--abstain", "0.999999"); !strings.Contains(out, "; it answers none of them\n") || strings.Contains(out, "NaN") {
		t.Errorf("where all answers are withheld it prints\n%s", out)
	}
	if out := succeed(t, "", "evaluate", model, "--split", "test", "--abstain", "0.5001"); !strings.Contains(out, " that it answers, ") || !strings.Contains(out, "│ confidence at least │ answered │ accuracy │ 95 % interval    │") {
		t.Errorf("it prints %q", out)
	}
	// The server's models answer so, too.
	served, err := run.LoadAll(t.Context(), model, 1, answer.Rule{Abstain: 0.999})
	if err != nil {
		t.Fatal(err)
	}
	defer served[0].Close()
	for _, ask := range []func() ([]answer.Answer, error){
		func() ([]answer.Answer, error) { return served[0].Predict(t.Context(), []string{"a film"}) },
		func() ([]answer.Answer, error) { return served[0].Explain(t.Context(), []string{"a film"}) },
	} {
		if got, err := ask(); err != nil || !got[0].Unsure {
			t.Errorf("served: %+v, error %v", got, err)
		}
	}
}

// TestRuleRefused: what can have no effect is refused by every command that has the flags.
func TestRuleRefused(t *testing.T) {
	two := filepath.Join(sharedRun(t), "embedding")
	three, number := filepath.Join(t.TempDir(), "three"), filepath.Join(t.TempDir(), "number")
	data := tickets(t, 30, "", func(int) string { return "" })
	succeed(t, "", tiny(three, "--data", data, "--model", "bow", "--quiet")...)
	var b strings.Builder
	b.WriteString("text,label\n")
	for i := range 20 {
		b.WriteString("a film number " + strconv.Itoa(i) + "," + strconv.Itoa(i) + ".5\n")
	}
	succeed(t, "", tiny(number, "--data", writeFile(t, filepath.Join(t.TempDir(), "n.csv"), b.String()), "--model", "bow", "--regression", "--quiet")...)
	for _, c := range []struct {
		dir, want string
		flags     []string
	}{
		{two, "--threshold is 1, want more than 0 and less than 1", []string{"--threshold", "1"}},
		{two, "--abstain is 0, want more than 0 and less than 1", []string{"--abstain", "0"}},
		{two, "--abstain is NaN, want more than 0 and less than 1", []string{"--abstain", "NaN"}},
		{two, "--abstain 0.5 has no effect on embedding: the likeliest of 2 classes has a probability of 0.5 at least", []string{"--abstain", "0.5"}},
		{three, "--threshold is for two classes, bow has 3: --abstain withholds answers that are not sure enough", []string{"--threshold", "0.6"}},
		{three, "--abstain 0.3 has no effect on bow: the likeliest of 3 classes has a probability of 0.3333 at least", []string{"--abstain", "0.3"}},
		{number, "--threshold has no effect on bow, which estimates numbers", []string{"--threshold", "0.6"}},
		{number, "--abstain has no effect on bow, which estimates numbers", []string{"--abstain", "0.6"}},
	} {
		for _, args := range [][]string{{"predict", c.dir}, {"evaluate", c.dir}, {"serve", c.dir, "--addr", "127.0.0.1:0"}} {
			args = append(args, c.flags...)
			if args[0] == "predict" {
				args = append(args, "a film")
			}
			status, stdout, stderr := command("", args...)
			checkFailure(t, status, exitUsage, stdout, stderr, c.want)
		}
	}
}
