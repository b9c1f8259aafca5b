package classifier

import (
	"math"

	"github.com/pkg/errors"

	"unroll/train/calibrate"
)

// Calibrate makes the probabilities that the model gives true, as far as a factor of its
// logits can, see calibrate.Temperature: those of texts that it was not trained on, of
// which y are the network's outputs [texts, outputs] and targets the classes [texts]. The
// network, and so the loss, stays as it is, and no answer has another label. A model of
// numbers or of several labels a text is an error, and outputs that are no numbers are an
// error, and so is a call that is running, for half of an answer would be of another factor.
//
// Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, 2017.
func (m *Model) Calibrate(y, targets []float32) error {
	t := m.Task()
	if t.Number() || t.Multi {
		return errors.Errorf("%s: only a model of classes that exclude each other can be calibrated", m.name)
	}
	var margins []float32
	for n := t.Outputs(); len(y) >= n; y = y[n:] {
		log := logarithms(y[:n])
		if t.Binary() {
			log = []float64{log[1] - log[0]}
		}
		for _, v := range log {
			margins = append(margins, float32(v))
		}
	}
	classes := make([]int32, len(targets))
	for i, c := range targets {
		classes[i] = int32(c)
	}
	factor, err := calibrate.Temperature(margins, classes)
	if err != nil {
		return errors.WithMessagef(err, "%s: calibrate", m.name)
	}
	err = m.calls.Alone(func() error {
		t.Factor, m.noText = factor, nil
		m.task.Store(&t)
		return nil
	})
	return errors.WithMessagef(err, "%s: calibrate", m.name)
}

// The least logarithms of probabilities: a float32 of less is 0, and one nearer to 1 is 1.
const (
	leastLog  = -150 * math.Ln2
	leastRest = -25 * math.Ln2
)

// logarithms are those of the probabilities of a text's classes, from a network's outputs.
// Their differences are those of logits.
func logarithms(y []float32) []float64 {
	if len(y) == 1 {
		p := float64(y[0])
		return []float64{max(math.Log1p(-p), leastRest), max(math.Log(p), leastLog)}
	}
	all := make([]float64, len(y))
	for k, v := range y {
		all[k] = max(math.Log(float64(v)), leastLog)
	}
	return all
}

// factor is by what logits are multiplied.
func (t Task) factor() float64 {
	if t.Factor == 0 {
		return 1
	}
	return t.Factor
}

// probabilities are those of the classes, from a network's outputs for a text.
func (t Task) probabilities(y []float32) []float64 {
	if t.factor() != 1 {
		p, sum := logarithms(y), 0.0
		top := math.Inf(-1)
		for _, v := range p {
			top = max(top, v)
		}
		for k, v := range p {
			p[k] = math.Exp(t.Factor * (v - top))
			sum += p[k]
		}
		for k := range p {
			p[k] /= sum
		}
		return p
	}
	if t.Binary() {
		return []float64{1 - float64(y[0]), float64(y[0])}
	}
	p := make([]float64, len(y))
	for k, v := range y {
		p[k] = float64(v)
	}
	return p
}

// likeliest is the class that a network's outputs give a text: the likeliest, and the first of
// equals, whatever the factor.
func (t Task) likeliest(y []float32) (class int) {
	if t.Binary() {
		if y[0] > 0.5 {
			return 1
		}
		return 0
	}
	for k, v := range y {
		if v > y[class] {
			class = k
		}
	}
	return class
}
