package train

import (
	"encoding/json"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/internal/exact"
)

type logsState map[string]exact.Float

func (s logsState) logs() Logs {
	l := Logs{}
	for name, v := range s {
		l[name] = float64(v)
	}
	return l
}

type epochState struct {
	Logs    logsState   `json:"logs"`
	Seconds exact.Float `json:"seconds"`
}

type scoresState struct {
	Loss    exact.Float   `json:"loss"`
	Samples exact.Float   `json:"samples"`
	Outputs []outputState `json:"outputs"`
}

type outputState struct {
	Loss    exact.Float       `json:"loss"`
	Metrics []json.RawMessage `json:"metrics"`
}

// state returns what has been gathered.
func (s *scores) state() (scoresState, error) {
	st := scoresState{Loss: exact.Float(s.loss), Samples: exact.Float(s.samples)}
	for _, o := range s.outs {
		out := outputState{Loss: exact.Float(o.loss)}
		for _, m := range o.metrics {
			saver, ok := m.(interface {
				json.Marshaler
				json.Unmarshaler
			})
			if !ok {
				return st, errors.Errorf("metric %s cannot save what it has gathered", m.Name())
			}
			raw, err := saver.MarshalJSON()
			if err != nil {
				return st, errors.WithMessagef(err, "metric %s", m.Name())
			}
			out.Metrics = append(out.Metrics, raw)
		}
		st.Outputs = append(st.Outputs, out)
	}
	return st, nil
}

func (s *scores) restore(st scoresState) error {
	if len(st.Outputs) != len(s.outs) {
		return errors.Errorf("scores of %d outputs, the model has %d", len(st.Outputs), len(s.outs))
	}
	s.loss, s.samples = float64(st.Loss), float64(st.Samples)
	for i, o := range st.Outputs {
		if len(o.Metrics) != len(s.outs[i].metrics) {
			return errors.Errorf("%d metrics, this run has %d", len(o.Metrics), len(s.outs[i].metrics))
		}
		s.outs[i].loss = float64(o.Loss)
		for k, raw := range o.Metrics {
			if err := json.Unmarshal(raw, s.outs[i].metrics[k]); err != nil {
				return errors.Wrapf(err, "metric %s", s.outs[i].metrics[k].Name())
			}
		}
	}
	return nil
}

// Saver is an optimizer or a callback whose state belongs in checkpoints.
type Saver interface {
	// State returns tensors by names that end in a weight's path, and the rest
	// as JSON.
	State() (tensors map[string]*tensor.Dense, rest []byte, err error)
	// Restore takes what State returned.
	Restore(tensors map[string]*tensor.Dense, rest []byte) error
}

func addUnder(all map[string]*tensor.Dense, prefix string, some map[string]*tensor.Dense) {
	for name, t := range some {
		all[prefix+name] = t
	}
}

// cloneTensors copies tensors; copyTensors writes them into others of the same
// names.
func cloneTensors(all map[string]*tensor.Dense) map[string]*tensor.Dense {
	out := map[string]*tensor.Dense{}
	for name, t := range all {
		out[name] = t.Clone().(*tensor.Dense)
	}
	return out
}

func copyTensors(into, from map[string]*tensor.Dense) error {
	for name, t := range from {
		to, ok := into[name]
		if !ok {
			return errors.Errorf("no weight %q", name)
		}
		if err := tensor.Copy(to, t); err != nil {
			return errors.Wrap(err, name)
		}
	}
	return nil
}
