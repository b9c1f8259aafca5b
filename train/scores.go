package train

// Logs holds the loss and the metrics by name; those on the validation data
// have the prefix "val_", and those of one of several outputs its name, as in
// Keras: "val_priority_accuracy".
type Logs map[string]float64

// scores gathers a pass over data.
type scores struct {
	trainer       *Trainer
	loss, samples float64
	outs          []outputScores
	weights       []float32
	targets       []float32
}

type outputScores struct {
	loss    float64
	metrics []Metric
}

func (t *Trainer) newScores() *scores {
	s := &scores{trainer: t, outs: make([]outputScores, len(t.aims))}
	for i, a := range t.aims {
		for _, m := range a.Metrics {
			s.outs[i].metrics = append(s.outs[i].metrics, m.New())
		}
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
	var valid []float32
	if p.outs[k].mask != nil {
		if valid, err = p.valid(k, len(rows)); err != nil {
			return err
		}
	}
	l, steps := t.labels[k], p.outs[k].steps
	each := steps * p.outs[k].width
	s.targets, s.weights = s.targets[:0], s.weights[:0]
	for i, r := range rows {
		s.targets = append(s.targets, l.Targets[r*each:(r+1)*each]...)
		for step := range steps {
			w := l.weight(r, step, steps, t.n)
			if valid != nil {
				w *= valid[i*steps+step]
			}
			s.weights = append(s.weights, w)
		}
	}
	for _, m := range s.outs[k].metrics {
		m.Update(y, s.targets, s.weights)
	}
	return nil
}

func (s *scores) write(prefix string, into Logs) {
	into[prefix+"loss"] = s.loss / s.samples
	for k, o := range s.outs {
		if len(s.outs) > 1 && s.trainer.aims[k].Loss != nil {
			into[prefix+s.trainer.names[k]+"loss"] = o.loss / s.samples
		}
		for _, m := range o.metrics {
			into[prefix+s.trainer.names[k]+m.Name()] = m.Value()
		}
	}
}
