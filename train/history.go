package train

import (
	"cmp"
	"encoding/csv"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"
)

// Epoch is the record of one epoch.
type Epoch struct {
	Logs    Logs
	Seconds float64 // of training, with feeding and optimizer, without validation
}

// History is the record of a call of Fit.
type History struct {
	Epochs []Epoch
	// WeightsEpoch is the epoch after which the model had the weights that Fit
	// leaves it with: the last one, or the best where a callback has put back its
	// weights; 0 if none was finished.
	WeightsEpoch int
	Stopped      string // why a callback ended the training, empty if none did
}

// Names returns the names of all logs of the epochs in the order that Keras gives
// them: loss, the metrics, then the same on the validation data.
func (h *History) Names() []string {
	var names []string
	seen := map[string]bool{}
	for _, e := range h.Epochs {
		for name := range e.Logs {
			if !seen[name] {
				seen[name], names = true, append(names, name)
			}
		}
	}
	rank := func(s string) (bool, bool, string) {
		base := strings.TrimPrefix(s, "val_")
		return base != s, base != "loss", base
	}
	sort.Slice(names, func(i, j int) bool {
		vi, li, ni := rank(names[i])
		vj, lj, nj := rank(names[j])
		switch {
		case vi != vj:
			return vj
		case li != lj:
			return lj
		}
		return ni < nj
	})
	return names
}

// Values returns the log of that name for each epoch, [epochs]; NaN where an epoch
// does not have it, as between two validations.
func (h *History) Values(name string) []float64 {
	v := make([]float64, len(h.Epochs))
	for i, e := range h.Epochs {
		value, ok := e.Logs[name]
		if !ok {
			value = math.NaN()
		}
		v[i] = value
	}
	return v
}

// Best returns the epoch, from 1, in which the log of that name ("val_loss" if empty)
// was first best, as Mode.Improves compares; 0 if it was NaN or missing in all.
func (h *History) Best(name string, mode Mode) int {
	name = cmp.Or(name, "val_loss")
	better, best, epoch := mode.Of(name), math.NaN(), 0
	for i, v := range h.Values(name) {
		if better.Improves(v, best, 0) {
			best, epoch = v, i+1
		}
	}
	return epoch
}

// WriteCSV writes a line for each epoch: its number, the logs, the seconds. A log
// that an epoch does not have is an empty field.
func (h *History) WriteCSV(w io.Writer) error {
	names := h.Names()
	out := csv.NewWriter(w)
	head := append([]string{"epoch"}, names...)
	if err := out.Write(append(head, "seconds")); err != nil {
		return err
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for i, e := range h.Epochs {
		line := []string{strconv.Itoa(i + 1)}
		for _, n := range names {
			text := ""
			if v, ok := e.Logs[n]; ok {
				text = number(v)
			}
			line = append(line, text)
		}
		if err := out.Write(append(line, number(e.Seconds))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
