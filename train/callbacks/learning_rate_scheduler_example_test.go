package callbacks_test

import (
	"context"
	"fmt"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/optimizers"
)

func ExampleLearningRateScheduler() {
	halved := callbacks.LearningRateScheduler{Schedule: func(epoch int, lr float64) float64 {
		if epoch == 1 {
			return lr
		}
		return lr / 2
	}}
	m, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1}}}.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{LearningRate: 0.4}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	show := train.CallbackFunc(func(e *train.Event) error {
		if e.Kind == train.EpochEnd {
			lr, err := e.LearningRate()
			fmt.Println("epoch", e.Epoch, "rate", lr)
			return err
		}
		return nil
	})
	d := train.Data{Features: [][]float32{{1}, {2}}, Targets: []float32{1, 2}}
	if _, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: 3, Callbacks: []train.Callback{halved, show}}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// epoch 1 rate 0.4
	// epoch 2 rate 0.2
	// epoch 3 rate 0.1
}
