package nn_test

import (
	"context"
	"fmt"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// Gentle is a user's own layer, a hidden one and a linear output, whose slope costs:
// the mean of |∂y/∂x|² over the batch, times Penalty, is added to the loss.
//
// Drucker and Le Cun, Improving generalization performance using double
// backpropagation, 1992.
type Gentle struct {
	Hidden  int     `json:"hidden"`
	Penalty float64 `json:"penalty"`
}

func init() {
	nn.Register(Gentle{})                                                               // so that Load knows it
	nn.PassThrough("gradient_penalty", nn.Features(3), Gentle{Hidden: 4, Penalty: 0.1}) // the tests of all layers
}

// Init declares the weights for inputs [features].
func (l Gentle) Init(s *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	s.Weight("kernel", nn.GlorotUniform(), in[0][0], l.Hidden)
	s.Weight("bias", nn.Zeros(), l.Hidden)
	s.Weight("output", nn.GlorotUniform(), l.Hidden, 1)
	return []nn.Shape{{1}}, nil
}

// Apply emits the gradient of the outputs by the inputs as nodes like any others:
// training differentiates through it.
func (l Gentle) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	x := c.Dense(in[0])
	h := c.Tanh(c.Add(c.MatMul(x, c.Weight("kernel")), c.Weight("bias")))
	y := c.MatMul(h, c.Weight("output"))
	slope := c.Grad(c.Sum(y), x)[0] // a row's output depends on its own input alone
	c.AddLoss(c.Affine(l.Penalty/float64(c.Batch), c.Sum(c.Mul(slope, slope)), 0))
	return []nn.Value{{Node: y}}
}

// A penalty on gradients: a net that learns a step from −1 to 1 is held to gentle slopes.
func Example_gradientPenalty() {
	d := train.Data{}
	for i := range 16 {
		x := float32(i)/7.5 - 1
		d.Features, d.Targets = append(d.Features, []float32{x}), append(d.Targets, 1)
		if x < 0 {
			d.Targets[i] = -1
		}
	}
	for _, penalty := range []float64{0, 0.3} {
		model, err := nn.Sequential{
			Input:  nn.Features(1),
			Layers: []nn.Layer{Gentle{Hidden: 8, Penalty: penalty}},
		}.Build()
		if err != nil {
			fmt.Println(err)
			return
		}
		trainer, err := train.Compile(model, train.Config{
			Optimizer: &optimizers.Adam{LearningRate: 0.05},
			Loss:      nn.MeanSquaredError{},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		defer trainer.Close()
		ctx := context.Background()
		if _, err := trainer.Fit(ctx, d, train.FitConfig{Epochs: 300, BatchSize: 16}); err != nil {
			fmt.Println(err)
			return
		}
		y, err := trainer.Predict(ctx, d, 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		steepest := float32(0)
		for i := range y[1:] {
			steepest = max(steepest, (y[i+1]-y[i])*7.5)
		}
		fmt.Printf("penalty %.1f: the steepest slope is %.0f\n", penalty, steepest)
	}
	// Output:
	// penalty 0.0: the steepest slope is 9
	// penalty 0.3: the steepest slope is 2
}
