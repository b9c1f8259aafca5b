package run

import (
	"os"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/nn"
)

// Check refuses values that no run can work with, and returns the models and how they
// run.
func (p *Plan) Check() (chosen []Model, exec nn.Execution, err error) {
	if err := p.check(); err != nil {
		return nil, "", err
	}
	if exec, err = Execution(p.RNN); err != nil {
		return nil, "", err
	}
	if chosen, err = p.models(); err != nil {
		return nil, "", err
	}
	if g := chosen[0].given; g != nil && exec != nn.Auto && !g.recurrent() {
		_ = g.Close()
		return nil, "", usage.Errorf("--rnn has no effect with --from %s, whose model has no recurrent layer", p.From)
	}
	if g := chosen[0].given; g != nil && p.NewLabels && (g.Task().Number() || g.Task().Multi) {
		_ = g.Close()
		of := "numbers"
		if g.Task().Multi {
			of = "several labels a text"
		}
		return nil, "", usage.Errorf("--new-labels cannot be used with --from %s, a model of %s", p.From, of)
	}
	for _, e := range chosen {
		switch {
		case p.ClassWeight != "" && (p.Regression || e.given != nil && e.given.Task().Number()):
			return nil, "", usage.Errorf("--class-weight cannot be used with numbers as labels, which are no classes")
		case e.Grams && p.Tokenizer == corpus.BPE:
			return nil, "", usage.Errorf("--tokenizer bpe cannot be used with --model %s, whose n-grams are of words", e.Name)
		}
	}
	return chosen, exec, nil
}

func (p *Plan) check() error {
	if err := usage.Positive("epochs", p.Epochs); err != nil {
		return err
	}
	if err := usage.Positive("batch", p.Batch); err != nil {
		return err
	}
	if err := p.checkBudget(); err != nil {
		return err
	}
	switch {
	case p.Memory < 0: // of a file
		return usage.Errorf("--memory is %d, want at least 0", p.Memory)
	case p.CheckpointEvery < 0:
		return usage.Errorf("--checkpoint-every is %d, want at least 0", p.CheckpointEvery)
	case p.Best && p.EarlyStop > 0:
		return usage.Errorf("--best has no effect with --early-stop, which saves the best weights")
	case p.Folds < 0 || p.Folds == 1:
		return usage.Errorf("--folds is %d, want at least 2, or 0", p.Folds)
	case p.Folds > 0 && len(p.ValidationData) > 0:
		return usage.Errorf("--folds cannot be used with --validation-data: each fold is the validation data once")
	}
	if err := p.checkWeights(); err != nil {
		return err
	}
	if err := p.Settings.Check(); err != nil {
		return err
	}
	if err := p.Layout.Check(); err != nil {
		return err
	}
	if err := p.checkOptimizer(); err != nil {
		return err
	}
	if p.Vectors != "" {
		if info, err := os.Stat(p.Vectors); err != nil {
			return errors.Wrapf(err, "--vectors %s", p.Vectors)
		} else if info.IsDir() {
			return errors.Errorf("--vectors %s: it is a folder, want a file", p.Vectors)
		}
	}
	return p.TextSettings.Check()
}

// Plan are what a run needs to go on.
type Plan struct {
	corpus.Settings
	corpus.TextSettings
	Layout
	Models          string  `json:"models"`
	From            string  `json:"from,omitempty"`       // folder of a model that goes on, in place of Models
	NewLabels       bool    `json:"new_labels,omitempty"` // are added to the classes of From
	RNN             string  `json:"rnn"`
	Epochs          int     `json:"epochs"`
	Folds           int     `json:"folds,omitempty"`
	Batch           int     `json:"batch"`
	Memory          Bytes   `json:"memory,omitempty"` // that a batch may need
	Seed            uint64  `json:"seed"`
	CheckpointEvery int     `json:"checkpoint_every,omitempty"`
	Vectors         string  `json:"vectors,omitempty"`
	Frozen          bool    `json:"frozen,omitempty"`
	Budget          float64 `json:"budget,omitempty"` // of searches for settings; 0 is 1

	Optimizer   string  `json:"optimizer,omitempty"` // the experiment's own if empty
	Rate        float64 `json:"lr,omitempty"`        // the optimizer's own if 0
	Schedule    string  `json:"schedule,omitempty"`
	Clip        float64 `json:"clip,omitempty"`
	EarlyStop   int     `json:"early_stop,omitempty"` // epochs of patience; 0: it never stops; −1: the model's own
	Best        bool    `json:"best,omitempty"`       // the weights of the best epoch are saved
	TensorBoard bool    `json:"tensorboard,omitempty"`
	ClassWeight string  `json:"class_weight,omitempty"` // balanced, or label=weight pairs
}
