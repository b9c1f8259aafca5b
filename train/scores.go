package train

import (
	"slices"
)

// Logs holds the loss and the metrics by name; those on the validation data
// have the prefix "val_", and those of one of several outputs its name, as in
// Keras: "val_priority_accuracy".
type Logs map[string]float64

// scores gathers a pass over data.
type scores struct {
	trainer       *Trainer
	loss, samples float64
	outs          []outputScores
	weights       []float32 // 1 for the rows that count
	weighted      []float32
	targets       []float32
}

type outputScores struct {
	loss    float64
	metrics []Metric // unweighted ones first
	names   []string // of the metrics in logs
}

func (t *Trainer) newScores() *scores {
	s := &scores{trainer: t, outs: make([]outputScores, len(t.aims))}
	for i, a := range t.aims {
		for _, m := range slices.Concat(a.Metrics, a.WeightedMetrics) {
			s.outs[i].metrics = append(s.outs[i].metrics, m.New())
		}
		s.outs[i].names = a.names(t.names[i])
	}
	return s
}

// add gathers the samples of which the program computed the outputs and the
// loss, a sum over the batch's number of samples.
func (s *scores) add(p *program, t *table, rows []int, batch int) error {
	loss, err := p.value(p.loss)
	if err != nil {
		return err
	}
	s.loss += loss * float64(batch)
	s.samples += float64(len(rows))
	for k := range s.outs {
		if p.outs[k].loss == nil {
			continue
		}
		if len(s.outs) > 1 {
			if loss, err = p.value(p.outs[k].loss); err != nil {
				return err
			}
			s.outs[k].loss += loss * float64(batch)
		}
		if err := s.update(p, k, t, rows); err != nil {
			return err
		}
	}
	return nil
}

// update gives the metrics of an output its rows: the samples, or the steps of
// their sequences.
func (s *scores) update(p *program, k int, t *table, rows []int) error {
	if len(s.outs[k].metrics) == 0 {
		return nil
	}
	y, err := p.output(k, len(rows))
	if err != nil {
		return err
	}
	l, steps, width := t.labels[k], p.outs[k].steps, p.outs[k].width
	s.targets, s.weights, s.weighted = s.targets[:0], s.weights[:0], s.weighted[:0]
	for i, v := range p.outs[k].valid {
		row := rows[i/steps]*steps + i%steps
		s.targets = append(s.targets, l.targets[row*width:(row+1)*width]...)
		if !l.usable(row) {
			v = 0
		}
		s.weights, s.weighted = append(s.weights, v), append(s.weighted, v*l.weight(row))
	}
	for i, m := range s.outs[k].metrics {
		if i < len(s.trainer.aims[k].Metrics) {
			m.Update(y, s.targets, s.weights)
		} else {
			m.Update(y, s.targets, s.weighted)
		}
	}
	return nil
}

func (s *scores) write(prefix string, into Logs) {
	into[prefix+"loss"] = s.loss / s.samples
	for k, o := range s.outs {
		if len(s.outs) > 1 && s.trainer.aims[k].Loss != nil {
			into[prefix+s.trainer.names[k]+"loss"] = o.loss / s.samples
		}
		for i, m := range o.metrics {
			into[prefix+o.names[i]] = m.Value()
		}
	}
}
