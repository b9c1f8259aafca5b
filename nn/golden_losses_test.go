package nn

import (
	"testing"

	"gorgonia.org/tensor"
)

// lossGoldens are the losses of four rows, and the gradient of
// Σ (row+1)·loss with respect to the outputs, printed by
//
//	/usr/bin/python3 testdata/golden.py losses
var lossGoldens = map[string][2][]float64{
	"binary_logits": {
		{17.4392125706, 17.6066917305, 1.20091273208, 0.876024390253},
		{
			0.191480838937, -0.256174927833, 0.333333333333, -0.666666666667, 0.333333333333, 0.587198051985, 0.817574476194, 0.549833997312,
			-0.668187772168, 0.947932670167, -0.650003471354, 0.683329861979,
		},
	},
	"binary_smoothed": {
		{15.7225459039, 15.8733583972, 1.12091273208, 0.846024390253},
		{
			0.158147505604, -0.2228415945, 0.3, -0.6, 0.266666666667, 0.520531385319, 0.717574476194, 0.449833997312,
			-0.568187772168, 0.814599336833, -0.516670138021, 0.549996528646,
		},
	},
	"binary_probabilities": {
		{0.324287027788, 0.0743812504381, 0.557992144524, 1.78320355365},
		{
			0.47619047619, -0.555555555556, 0.37037037037, 0, 0, 0.833333333333, 1.33333333333, 2,
			-2, 13.3333333333, -26.6666666667, 1.40350877193,
		},
	},
	"categorical_logits": {
		{51.2, 52.126928011, 2.52449721526, 1.46779297428},
		{
			2.60353996988e-22, -1, 1, -2, 0.238405844044, 1.76159415596, 2.16867216213, 0.591032112849,
			-2.75970427498, 2.15653202369, -3.07826601185, 0.921733988153,
		},
	},
	"categorical_smoothed": {
		{45.93, 41.926928011, 2.21449721526, 1.38279297428},
		{
			-0.1, -0.8, 0.9, -1.6, 0.0384058440442, 1.56159415596, 1.86867216213, 0.291032112849,
			-2.15970427498, 1.75653202369, -2.27826601185, 0.521733988153,
		},
	},
	"categorical_probabilities": {
		{0.510825623766, 0.182321556794, 0.916290731874, 2.99573227355},
		{
			1, -0.666666666667, 1, -0.333333333333, 1.66666666667, 1.66666666667, 2.4, 2.4,
			-3.6, 4, -76, 4,
		},
	},
	"sparse_logits": {
		{51.2, 52.126928011, 2.52449721526, 1.46779297428},
		{
			2.60353996988e-22, -1, 1, -2, 0.238405844044, 1.76159415596, 2.16867216213, 0.591032112849,
			-2.75970427498, 2.15653202369, -3.07826601185, 0.921733988153,
		},
	},
	"squared": {
		{834.976666667, 868.333333333, 1.72666666667, 0.571666666667},
		{
			0.2, -1.46666666667, 33.3333333333, -68, 0, 2.66666666667, 3, 0.4,
			-3.4, 2.4, -2.53333333333, 0.133333333333,
		},
	},
	"absolute": {
		{17.5, 17.6666666667, 1.13333333333, 0.633333333333},
		{
			0.333333333333, -0.333333333333, 0.333333333333, -0.666666666667, 0, 0.666666666667, 1, 1,
			-1, 1.33333333333, -1.33333333333, 1.33333333333,
		},
	},
	"huber": {
		{17.0816666667, 17.3333333333, 0.74, 0.285833333333},
		{
			0.1, -0.333333333333, 0.333333333333, -0.666666666667, 0, 0.666666666667, 1, 0.2,
			-1, 1.2, -1.26666666667, 0.0666666666667,
		},
	},
	"huber_delta": {
		{41.4466666667, 42.125, 0.863333333333, 0.285833333333},
		{
			0.1, -0.733333333333, 0.833333333333, -1.66666666667, 0, 1.33333333333, 1.5, 0.2,
			-1.7, 1.2, -1.26666666667, 0.0666666666667,
		},
	},
	"hinge": {
		{18.1666666667, 18.3333333333, 1.8, 1.3},
		{
			0.333333333333, -0.333333333333, 0.333333333333, -0.666666666667, 0.666666666667, 0.666666666667, 1, 1,
			-1, 1.33333333333, -1.33333333333, 1.33333333333,
		},
	},
	"divergence": {
		{0.120284429095, 1.13372149669, 0.123430038966, 2.06766323811},
		{
			-0.333333333333, -1.33333333333, -1, -1.6, 0, -1, -1.2, -0.6,
			-4.8, -0.444444444444, -64, -8,
		},
	},
	"poisson": {
		{0.5036084857, 0.399999966667, 0.647715660187, 1.33191009119},
		{
			0.333333333333, -0.22222212963, 0.333333333333, 6.66666600813e-08, 0.666666666667, 0.666666666667, 1, 1,
			-0.9999996, 1.33333333333, -25.3332800001, 1.33333333333,
		},
	},
	"cosine": {
		{0.0239926593692, 0.999200958722, 0.419832100733, -0.0553848775622},
		{
			-2.87735818109e-06, -0.0199823733749, -0.000479559696849, -6.38467066276e-05, -0, -0.00159616766569, -0.679584335719, -0.0906112447625,
			-1.48214107504, 0.244644857943, -4.41719882398, 0.0135913809969,
		},
	},
}

// TestLossGoldens holds every loss to PyTorch's, or to Keras's formula written
// in it, with logits of ±50 among the outputs.
func TestLossGoldens(t *testing.T) {
	outputs := map[string][]float64{
		"logits":        {0.3, -1.2, 50, -50, 0, 2, 1.5, 0.2, -0.7, 0.9, 0.05, 0.05},
		"probabilities": {0.3, 0.6, 0.1, 1, 0, 0.2, 0.25, 0.5, 0.5, 0.9, 0.05, 0.05},
	}
	targets := map[string][]float64{
		"one-hot":  {0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0},
		"classes":  {1, 0, 2, 1},
		"smoothed": {0.1, 0.8, 0.1, 0.8, 0.1, 0.1, 0.1, 0.1, 0.8, 0.1, 0.8, 0.1},
	}
	for name, c := range map[string]struct {
		loss        Loss
		of, targets string
	}{
		"binary_logits":             {BinaryCrossentropy{FromLogits: true}, "logits", "one-hot"},
		"binary_smoothed":           {BinaryCrossentropy{FromLogits: true, LabelSmoothing: 0.2}, "logits", "one-hot"},
		"binary_probabilities":      {BinaryCrossentropy{FromProbabilities: true}, "probabilities", "one-hot"},
		"categorical_logits":        {CategoricalCrossentropy{FromLogits: true}, "logits", "one-hot"},
		"categorical_smoothed":      {CategoricalCrossentropy{FromLogits: true, LabelSmoothing: 0.3}, "logits", "one-hot"},
		"categorical_probabilities": {CategoricalCrossentropy{FromProbabilities: true}, "probabilities", "one-hot"},
		"sparse_logits":             {SparseCategoricalCrossentropy{FromLogits: true}, "logits", "classes"},
		"squared":                   {MeanSquaredError{}, "logits", "one-hot"},
		"absolute":                  {MeanAbsoluteError{}, "logits", "one-hot"},
		"huber":                     {Huber{}, "logits", "one-hot"},
		"huber_delta":               {Huber{Delta: 2.5}, "logits", "one-hot"},
		"hinge":                     {Hinge{}, "logits", "one-hot"},
		"divergence":                {KLDivergence{}, "probabilities", "smoothed"},
		"poisson":                   {Poisson{}, "probabilities", "one-hot"},
		"cosine":                    {CosineSimilarity{}, "logits", "one-hot"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Sequential{Input: Features(3), Dtype: tensor.Float64, Layers: []Layer{Activation{}}}.Build()
			if err != nil {
				t.Fatal(err)
			}
			p, err := m.Forward(Train, Auto, 4, 0)
			if err != nil {
				t.Fatal(err)
			}
			copy(p.Inputs[0].X.Float64s(), outputs[c.of])
			y := targets[c.targets]
			tensors := tensor.New(tensor.WithShape(4, len(y)/4), tensor.WithBacking(y))
			rows := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 2, 3, 4}))
			loss := c.loss.Apply(p.Context, p.Outputs[0], p.Input("targets", tensors))
			grad := p.Grad(p.Inner(loss, p.Input("rows", rows)), p.Inputs[0].Node)[0]
			prog, err := p.Compile(loss, grad)
			if err != nil {
				t.Fatal(err)
			}
			defer prog.Close()
			if err := prog.Run(); err != nil {
				t.Fatal(err)
			}
			closeTo(t, "loss", floatsOf(t, prog, loss), lossGoldens[name][0], 1e-10)
			closeTo(t, "gradient", floatsOf(t, prog, grad), lossGoldens[name][1], 1e-10)
		})
	}
}
