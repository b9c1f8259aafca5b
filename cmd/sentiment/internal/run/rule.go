package run

import (
	"path/filepath"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/answer"
	"unroll/train/classifier"
)

// CheckRule refuses a rule that cannot be, or that has no effect on a model of a task.
func CheckRule(r answer.Rule, name string, of classifier.Task) error {
	for _, f := range []struct {
		flag, what string
		value      float64
	}{{"threshold", "is a probability of the second of two classes", r.Threshold}, {"abstain", "is a probability of a class", r.Abstain}} {
		if f.value != 0 && of.Number() {
			return usage.Errorf("--%s has no effect on %s, which estimates numbers: it %s", f.flag, name, f.what)
		}
	}
	if of.Multi && r != (answer.Rule{}) {
		return usage.Errorf("--threshold and --abstain are for one label a text: %s gives several, each by a threshold of its own", name)
	}
	if r.Threshold != 0 && !of.Binary() {
		return usage.Errorf("--threshold is for two classes, %s has %d: --abstain withholds answers that are not sure enough", name, len(of.Classes))
	}
	if least := 1 / float64(max(2, len(of.Classes))); r.Abstain != 0 && r.Threshold == 0 && r.Abstain <= least {
		return usage.Errorf("--abstain %v has no effect on %s: the likeliest of %d classes has a probability of %.4g at least", r.Abstain, name, len(of.Classes), least)
	}
	return nil
}

// CheckRules is CheckRule for the models of a folder, which it finds but does not load.
func CheckRules(r answer.Rule, dir string) error {
	dirs, err := ModelDirs(dir)
	if err != nil || r == (answer.Rule{}) {
		return err
	}
	for _, d := range dirs {
		_, of, err := classifier.LoadTaskFS(bundle.Files, d)
		if err != nil {
			return err
		}
		if err := CheckRule(r, filepath.Base(d), of); err != nil {
			return err
		}
	}
	return nil
}
