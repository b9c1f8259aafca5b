package optimizers

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/kernel"
)

// Tuned is an optimizer around another one, with what Keras offers for all of
// them. Zero fields change nothing. In this order it
//
//   - gathers the mean of AccumulateSteps gradients and updates only then
//     (gradient_accumulation_steps),
//   - clips the gradients: each value to [−ClipValue, ClipValue] (clipvalue),
//     each weight's norm to ClipNorm (clipnorm), or the norm of all together to
//     GlobalClipNorm (global_clipnorm),
//   - sets the learning rate by Schedule and the number of updates,
//   - takes off a share of the weights, w ← w − lr·WeightDecay·w
//     (weight_decay),
//   - lets the optimizer update,
//   - keeps a moving average, a ← EMAMomentum·a + (1−EMAMomentum)·w, that
//     starts with the first update's weights, writes it over the weights after
//     every EMAOverwrite updates, and at the end of Fit (use_ema).
type Tuned struct {
	Optimizer gorgonia.Solver
	Schedule  Schedule

	ClipValue, ClipNorm, GlobalClipNorm float64
	WeightDecay                         float64
	EMAMomentum                         float64
	EMAOverwrite                        int // updates; 0: at the end alone
	AccumulateSteps                     int

	state    state // "accumulated/…" and "average/…" by weight
	gathered int   // gradients since the last update
	updates  int
}

var (
	_ rated = (*Tuned)(nil)
	_ saver = (*Tuned)(nil)
)

// Rate returns the optimizer's learning rate, 0 if it has none.
func (o *Tuned) Rate() float64 {
	if r, ok := o.Optimizer.(rated); ok {
		return r.Rate()
	}
	return 0
}

// SetRate sets the optimizer's learning rate. A Schedule sets another at the
// next update.
func (o *Tuned) SetRate(lr float64) {
	if r, ok := o.Optimizer.(rated); ok {
		r.SetRate(lr)
	}
}

// Unwrap returns the optimizer inside.
func (o *Tuned) Unwrap() gorgonia.Solver { return o.Optimizer }

// ScheduleName returns the name of the schedule that sets the learning rate
// before each update, empty if none does.
func (o *Tuned) ScheduleName() string {
	if o.Schedule != nil {
		return typeName(o.Schedule)
	}
	return scheduleOf(o.Optimizer)
}

// scheduleOf returns the name of the schedule of an optimizer, empty if it has
// none.
func scheduleOf(o gorgonia.Solver) string {
	if s, ok := o.(interface{ ScheduleName() string }); ok {
		return s.ScheduleName()
	}
	return ""
}

func typeName(v any) string {
	name := fmt.Sprintf("%T", v)
	return name[strings.LastIndexByte(name, '.')+1:]
}

// check holds the settings to what makes sense.
func (o *Tuned) check() error {
	clips := 0
	for _, v := range []float64{o.ClipValue, o.ClipNorm, o.GlobalClipNorm} {
		if v < 0 || math.IsNaN(v) {
			return errors.Errorf("optimizer: clipping to %v, want a positive number", v)
		}
		if v > 0 {
			clips++
		}
	}
	_, isRated := o.Optimizer.(rated)
	switch {
	case o.Optimizer == nil:
		return errors.New("optimizer: Tuned has no Optimizer")
	case clips > 1:
		return errors.New("optimizer: more than one of ClipValue, ClipNorm and GlobalClipNorm is set")
	case !(o.EMAMomentum >= 0 && o.EMAMomentum < 1):
		return errors.Errorf("optimizer: EMAMomentum is %v, want at least 0 and less than 1", o.EMAMomentum)
	case o.AccumulateSteps < 0 || o.EMAOverwrite < 0:
		return errors.Errorf("optimizer: AccumulateSteps is %d and EMAOverwrite %d, want at least 0", o.AccumulateSteps, o.EMAOverwrite)
	case o.Schedule != nil && !isRated, o.WeightDecay != 0 && !isRated:
		return errors.Errorf("optimizer: the learning rate of %T cannot be read and set", o.Optimizer)
	case o.Schedule != nil && scheduleOf(o.Optimizer) != "":
		return errors.Errorf("optimizer: the schedules %s and %s both set the learning rate: use one of the two", typeName(o.Schedule), scheduleOf(o.Optimizer))
	}
	if s, ok := o.Schedule.(checked); ok {
		return errors.WithMessage(s.check(), "optimizer")
	}
	return nil
}

// Step implements gorgonia.Solver. It changes the gradients that it is given.
func (o *Tuned) Step(weights []gorgonia.ValueGrad) error {
	if err := o.check(); err != nil {
		return err
	}
	if ready, err := o.accumulate(weights); err != nil || !ready {
		return err
	}
	if err := o.clip(weights); err != nil {
		return err
	}
	if o.Schedule != nil {
		o.SetRate(o.Schedule.Rate(o.updates))
	}
	o.updates++
	if o.WeightDecay != 0 {
		shrink(weights, o.Rate()*o.WeightDecay)
	}
	if err := o.Optimizer.Step(weights); err != nil {
		return err
	}
	if o.EMAMomentum == 0 {
		return nil
	}
	err := o.each("average/", weights, false, func(w, _, a []float32) { average(a, w, o.EMAMomentum, o.updates == 1) },
		func(w, _, a []float64) { average(a, w, o.EMAMomentum, o.updates == 1) })
	if err == nil && o.EMAOverwrite > 0 && o.updates%o.EMAOverwrite == 0 {
		err = o.overwrite(weights)
	}
	return err
}

// accumulate adds the gradients to those before, and reports whether their
// means now stand in their place.
func (o *Tuned) accumulate(weights []gorgonia.ValueGrad) (bool, error) {
	if o.AccumulateSteps < 2 {
		return true, nil
	}
	o.gathered++
	last := o.gathered == o.AccumulateSteps
	err := o.each("accumulated/", weights, true,
		func(_, g, sum []float32) { gather(sum, g, o.AccumulateSteps, last) },
		func(_, g, sum []float64) { gather(sum, g, o.AccumulateSteps, last) })
	if err != nil {
		return false, err
	}
	if last {
		o.gathered = 0
		return true, nil
	}
	for _, w := range weights {
		if g, err := w.Grad(); err == nil {
			consume(w, g)
		}
	}
	return false, nil
}

// gather adds g to the sum; at last the mean goes into g and the sum is 0.
func gather[T kernel.Float](sum, g []T, n int, last bool) {
	kernel.Add(sum, g)
	if last {
		kernel.Scale(g, T(1/float64(n)), sum)
		clear(sum)
	}
}

func average[T kernel.Float](a, w []T, momentum float64, begin bool) {
	if begin {
		copy(a, w)
		return
	}
	kernel.Blend(a, T(1-momentum), w)
}

// clip clips the gradients.
func (o *Tuned) clip(weights []gorgonia.ValueGrad) error {
	limit := math.Max(o.ClipNorm, o.GlobalClipNorm)
	if o.ClipValue == 0 && limit == 0 {
		return nil
	}
	var squares []float64
	all := 0.0
	for _, w := range weights {
		g, err := w.Grad()
		if err != nil {
			return errors.WithMessage(err, "optimizer")
		}
		x, y := graph.Floats[float32](g), graph.Floats[float64](g)
		if o.ClipValue > 0 {
			kernel.Clamp(x, float32(-o.ClipValue), float32(o.ClipValue))
			kernel.Clamp(y, -o.ClipValue, o.ClipValue)
			continue
		}
		s := kernel.SumSquares(x) + kernel.SumSquares(y)
		squares, all = append(squares, s), all+s
	}
	for i, s := range squares {
		if o.GlobalClipNorm > 0 {
			s = all
		}
		if norm := math.Sqrt(s); norm > limit {
			g, _ := weights[i].Grad() // the loop above had it
			x, y := graph.Floats[float32](g), graph.Floats[float64](g)
			kernel.Scale(x, float32(limit/norm), x)
			kernel.Scale(y, limit/norm, y)
		}
	}
	return nil
}

// Finalize writes the averages over the weights, at the end of Fit.
func (o *Tuned) Finalize(weights []gorgonia.ValueGrad) error {
	if o.EMAMomentum == 0 || o.updates == 0 {
		return nil
	}
	return o.overwrite(weights)
}

func (o *Tuned) overwrite(weights []gorgonia.ValueGrad) error {
	return o.each("average/", weights, false,
		func(w, _, a []float32) { copy(w, a) }, func(w, _, a []float64) { copy(w, a) })
}

// each calls a function for each weight with its elements, the gradient's, if
// it is wanted, and those of the state under the given name.
func (o *Tuned) each(name string, weights []gorgonia.ValueGrad, grads bool, f32 func(w, g, s []float32), f64 func(w, g, s []float64)) error {
	if o.state.f32 == nil {
		o.state.f32, o.state.f64 = map[string][][]float32{}, map[string][][]float64{}
	}
	for _, w := range weights {
		named, ok := w.(gorgonia.Namer)
		if !ok {
			return errors.New("optimizer: a weight has no name")
		}
		v, g := w.Value(), w.Value()
		if grads {
			var err error
			if g, err = w.Grad(); err != nil {
				return errors.WithMessage(err, "optimizer")
			}
		}
		var err error
		if x := graph.Floats[float32](v); x != nil {
			err = update(o.state.f32, name+named.Name(), 1, x, graph.Floats[float32](g), func(w, g []float32, s [][]float32) { f32(w, g, s[0]) })
		} else {
			err = update(o.state.f64, name+named.Name(), 1, graph.Floats[float64](v), graph.Floats[float64](g), func(w, g []float64, s [][]float64) { f64(w, g, s[0]) })
		}
		if err != nil {
			return errors.WithMessagef(err, "optimizer: %s", named.Name())
		}
	}
	return nil
}

// tunedState is Tuned's state beside its tensors.
type tunedState struct {
	Gathered  int             `json:"gathered"`
	Updates   int             `json:"updates"`
	Optimizer json.RawMessage `json:"optimizer"`
}

const innerState = "optimizer/"

// State implements train.Saver.
func (o *Tuned) State() (map[string]*tensor.Dense, []byte, error) {
	inner, ok := o.Optimizer.(saver)
	if !ok {
		return nil, nil, errors.Errorf("optimizer %T cannot save its state", o.Optimizer)
	}
	tensors, rest, err := inner.State()
	if err != nil {
		return nil, nil, err
	}
	all := o.state.tensors()
	for name, t := range tensors {
		all[innerState+name] = t
	}
	doc, err := json.Marshal(tunedState{o.gathered, o.updates, rest})
	return all, doc, err
}

// Restore implements train.Saver.
func (o *Tuned) Restore(tensors map[string]*tensor.Dense, rest []byte) error {
	inner, ok := o.Optimizer.(saver)
	if !ok {
		return errors.Errorf("optimizer %T cannot restore its state", o.Optimizer)
	}
	var s tunedState
	if err := json.Unmarshal(rest, &s); err != nil {
		return errors.Wrap(err, "optimizer")
	}
	own, theirs := map[string]*tensor.Dense{}, map[string]*tensor.Dense{}
	for name, t := range tensors {
		if short, ok := strings.CutPrefix(name, innerState); ok {
			theirs[short] = t
		} else {
			own[name] = t
		}
	}
	o.gathered, o.updates = s.Gathered, s.Updates
	if err := o.state.restore(own); err != nil {
		return err
	}
	return inner.Restore(theirs, s.Optimizer)
}
