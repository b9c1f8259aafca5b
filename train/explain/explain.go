// Package explain tells which steps of an input made a model predict what it
// does.
//
//	x, err := explain.New(model, explain.Config{})
//	all, err := x.Explain(ctx, train.Data{Tokens: texts}, explain.Predicted)
//
// Each Attribution holds the push of every step towards the class, in the units
// of the logit.
package explain

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
	"unroll/internal/pool"
	"unroll/nn"
	"unroll/train"
)

// Method is how an Explainer divides a prediction among the steps of the
// input. In the formulas x is the input's vectors, x' the baseline's, F the logit;
// see Explainer for where the two baselines differ.
type Method string

// The methods.
const (
	// IntegratedGradients is (x − x')·∫₀¹ ∇F(x' + α(x − x')) dα, whose sum over
	// the steps is F(x) − F(x'). Sundararajan, Taly and Yan, Axiomatic
	// attribution for deep networks, 2017.
	IntegratedGradients Method = "integrated_gradients"

	// GradientTimesInput is (x − x')·∇F(x): the same to first order, at the
	// cost of one gradient. Where the baseline is zeros it is the gradient times
	// the input.
	GradientTimesInput Method = "gradient_times_input"
)

// Predicted stands for the class that the model predicts.
const Predicted = -1

// Config says how an Explainer works.
type Config struct {
	Method    Method       // IntegratedGradients if empty
	Execution nn.Execution // overrides the recurrent layers' own

	// Points is the number of gradients that the integral is summed up of, by
	// the rule of Gauss and Legendre; 50 if 0. A model that saturates wants more,
	// and one with kinks, of relu or a maximum, still more: Attribution.Gap says
	// how far off the sum is.
	Points int
}

// Attribution is what each step of a sample did to the prediction.
type Attribution struct {
	Output []float32 // of the model, [outputs]
	Class  int       // the class that is explained

	// Steps holds the push of each step towards the class, [time], in the units
	// of the logit: what the output's sigmoid or softmax is taken of, else the
	// output itself. For a sample that is no sequence it holds that of each feature,
	// [features].
	Steps []float64
	// Beside holds the pushes of the features of each further input, [inputs − 1,
	// features].
	Beside [][]float64

	Value    float64 // the class's logit for the sample
	Baseline float64 // the logit for the baseline: of ids, for no text

	// Gap is |Σ Steps + Σ Beside − (Value − Baseline)|, what the steps leave unexplained:
	// the error of the integral, or, for GradientTimesInput, of the model taken
	// for linear.
	Gap float64
}

// Explainer tells which steps of an input made a model predict what it does, for
// a model of one output that is no sequence. Of several inputs all but the first are
// features of no sequence; they go the same path from zeros to the sample as its steps.
//
// The baseline of word ids is no text, a sample whose steps all are the padding id
// 0 or whose bag is empty, and that of features is zeros. Padding has the push 0, and so
// has what is masked.
//
// A model that masks padding is one thing for no text and another for a text, however
// little each word says: with x' the sample's own mask over the vectors of padding,
// F(x') differs from F(no text). That is shared evenly among the words, so that the
// pushes and the baseline sum up to the logit: push_t + (F(x') − F(no text))/words.
// A bag that counts padding loses some by each word, and is treated alike.
//
// Explain may be called concurrently, and beside a Fit, between whose updates it then takes
// its turns, sample by sample. The model is not changed.
type Explainer struct {
	model  *nn.Model
	config Config
	calls  parallel.Calls
	pool   *pool.Pool[int, *explanation] // by steps
}

// New makes an Explainer. Programs are compiled on first use, one for
// each length. It is an error if the model is not of the kind described above.
func New(m *nn.Model, c Config) (*Explainer, error) {
	if m == nil {
		return nil, errors.New("explain: no model")
	}
	switch c.Method {
	case "":
		c.Method = IntegratedGradients
	case IntegratedGradients, GradientTimesInput:
	default:
		return nil, errors.Errorf("explain: unknown method %q", c.Method)
	}
	if c.Points == 0 {
		c.Points = 50
	}
	ins, outs := m.Inputs(), m.Outputs()
	switch {
	case c.Points < 0:
		return nil, errors.Errorf("explain: %d points", c.Points)
	case len(ins) == 0 || len(outs) != 1:
		return nil, errors.Errorf("explain: the model has %d inputs and %d outputs, want one output", len(ins), len(outs))
	case slices.ContainsFunc(ins[1:], func(in nn.Input) bool { return in.Steps() != 0 }):
		return nil, errors.New("explain: of several inputs all but the first must be features of no sequence")
	case len(outs[0].Shape) != 1:
		return nil, errors.Errorf("explain: the output is %v, a sequence", outs[0].Shape)
	case m.Batch() != 0:
		return nil, errors.Errorf("explain: the model's batches are of %d: build it without a Batch", m.Batch())
	}
	return &Explainer{model: m, config: c, pool: pool.New[int, *explanation]()}, nil
}

// Explain attributes to the steps of each sample of d the logit of a class, or
// of the class Predicted for it. The classes of a sigmoid of one unit are 1, its
// logit, and 0, minus its logit; others are the output's units, and the
// prediction is the largest. A logit that is not finite is an error.
func (e *Explainer) Explain(ctx context.Context, d train.Data, class int) ([]Attribution, error) {
	all, err := e.explain(ctx, d, class)
	return all, errors.WithMessage(err, "explain")
}

func (e *Explainer) explain(ctx context.Context, d train.Data, class int) ([]Attribution, error) {
	if err := e.calls.Begin("Explain", "the explainer"); err != nil {
		return nil, err
	}
	defer e.calls.End("Explain")
	ins := e.model.Inputs()
	in := ins[0]
	inputs, err := d.Padded(e.model)
	if err != nil {
		return nil, err
	}
	samples := inputs[in.Name]
	var beside []train.Samples
	for _, in := range ins[1:] {
		beside = append(beside, inputs[in.Name])
	}
	if _, err := e.pool.Enter(ctx, 1); err != nil {
		return nil, err
	}
	defer e.pool.Leave(1)
	steps := stepsOf(samples, in)
	x, err := e.pool.Borrow(steps, func() (*explanation, error) { return e.compile(steps) })
	if err != nil {
		return nil, err
	}
	defer e.pool.Give(steps, x)
	if n := x.classes(); class < Predicted || class >= n {
		return nil, errors.Errorf("class %d of %d", class, n)
	}
	all := make([]Attribution, max(len(samples.Tokens), len(samples.Features)))
	for i := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		err := x.pass.Use(func() (err error) {
			all[i], err = x.explain(samples, beside, i, class)
			return err
		})
		if err != nil {
			return nil, errors.WithMessagef(err, "sample %d", i)
		}
	}
	return all, nil
}

// stepsOf returns the number of steps of each sample, or the room for a bag's ids; 0 if
// the input is neither.
func stepsOf(s train.Samples, in nn.Input) int {
	switch {
	case in.Steps() == 0:
		return 0
	case in.Bagged():
		return roomOf(s.Tokens)
	case s.Tokens != nil:
		return len(s.Tokens[0])
	}
	return len(s.Features[0]) / in.Width()
}

// Close releases the compiled programs; Explain cannot be called any more. It is an error if
// an Explain is running, and does nothing the second time.
func (e *Explainer) Close() error { return e.calls.Close(e.pool.Close) }
