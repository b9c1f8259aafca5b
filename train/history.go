package train

import (
	"encoding/csv"
	"io"
	"sort"
	"strconv"
	"strings"
)

// Names returns the names of the logs in the order that Keras gives them:
// loss, the metrics, then the same on the validation data.
func (h *History) Names() []string {
	if len(h.Epochs) == 0 {
		return nil
	}
	names := make([]string, 0, len(h.Epochs[0].Logs))
	for name := range h.Epochs[0].Logs {
		names = append(names, name)
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

// Values returns the log of that name for each epoch.
func (h *History) Values(name string) []float64 {
	v := make([]float64, len(h.Epochs))
	for i, e := range h.Epochs {
		v[i] = e.Logs[name]
	}
	return v
}

// WriteCSV writes a line for each epoch: its number, the logs, the seconds.
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
			line = append(line, number(e.Logs[n]))
		}
		if err := out.Write(append(line, number(e.Seconds))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
