package train

import (
	"encoding/json"
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// bits is a float64 in JSON, to the last bit, infinities and NaN included.
type bits float64

func (b bits) MarshalJSON() ([]byte, error) { return json.Marshal(math.Float64bits(float64(b))) }

func (b *bits) UnmarshalJSON(data []byte) error {
	var u uint64
	err := json.Unmarshal(data, &u)
	*b = bits(math.Float64frombits(u))
	return err
}

type logsState map[string]bits

func (s logsState) logs() Logs {
	l := Logs{}
	for name, v := range s {
		l[name] = float64(v)
	}
	return l
}

type epochState struct {
	Logs    logsState `json:"logs"`
	Seconds bits      `json:"seconds"`
}

type scoresState struct {
	Loss    bits          `json:"loss"`
	Samples bits          `json:"samples"`
	Outputs []outputState `json:"outputs"`
}

type outputState struct {
	Loss    bits              `json:"loss"`
	Metrics []json.RawMessage `json:"metrics"`
}

// state returns what has been gathered.
func (s *scores) state() (scoresState, error) {
	st := scoresState{Loss: bits(s.loss), Samples: bits(s.samples)}
	for _, o := range s.outs {
		out := outputState{Loss: bits(o.loss)}
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

// Saver is an optimizer or a hook whose state belongs in checkpoints.
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
