package train

import (
	"math"
	"strings"
)

// Mode says which values of a log are better.
type Mode string

// The modes.
const (
	// AutoMode goes by the log's name: greater for accuracies, AUC, precision,
	// recall, F1 and R2, less for losses and errors. Other logs need a mode.
	AutoMode Mode = ""
	MinMode  Mode = "min" // less
	MaxMode  Mode = "max" // greater
)

// Improves reports whether v is better than best by more than delta: greater in
// MaxMode, else less. A best of NaN stands for none so far, on which every number
// improves, infinite ones too; a v of NaN improves on nothing. All that compares
// values of logs compares them so.
func (m Mode) Improves(v, best, delta float64) bool {
	switch {
	case math.IsNaN(v):
		return false
	case math.IsNaN(best):
		return true
	case m == MaxMode:
		return v-delta > best
	}
	return v+delta < best
}

// Of returns m, or for AutoMode the mode that the log's name tells, AutoMode if
// it tells none.
func (m Mode) Of(name string) Mode {
	if m != AutoMode {
		return m
	}
	// Ends come first: "recall_loss" is the loss of an output called recall.
	for _, less := range []string{"loss", "error"} {
		if strings.HasSuffix(name, less) {
			return MinMode
		}
	}
	for _, score := range []string{"accuracy", "auc", "precision", "recall", "f1_score", "r2_score"} {
		if strings.Contains(name, score) {
			return MaxMode
		}
	}
	return AutoMode
}
