package main

import (
	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/datasets/text"
	"unroll/train"
	"unroll/train/classifier"
)

// divide finds the texts of each part.
func (set *trainingSet) divide(s dataSettings, seed uint64) error {
	rest, err := set.known()
	if err != nil {
		return err
	}
	if len(set.validateOn) > 0 {
		set.trainOn = rest
		return nil
	}
	if n := len(rest); n < leastTexts {
		return errors.Errorf("%s: %d training texts, want at least %d", set.source, n, leastTexts)
	}
	fold, err := datasets.Holdout(len(rest), set.splitOptions(s, seed, rest))
	if err != nil {
		return errors.WithMessage(err, set.source)
	}
	set.trainOn, set.validateOn = pick(rest, fold.Train), pick(rest, fold.Validation)
	return nil
}

const leastTexts = 5

// known puts the texts of which the source tells the part in their places, and
// returns the others.
func (set *trainingSet) known() (rest []int, err error) {
	for i := range set.Parts {
		switch set.Parts[i : i+1] {
		case letterOf(testPart):
			set.testOn = append(set.testOn, i)
		case letterOf(validationPart):
			set.validateOn = append(set.validateOn, i)
		default:
			rest = append(rest, i)
		}
	}
	if len(rest) == 0 {
		return nil, errors.Errorf("%s: no texts to train on", set.source)
	}
	return rest, nil
}

// splitOptions says how the given texts are to be divided.
func (set *trainingSet) splitOptions(s dataSettings, seed uint64, of []int) datasets.SplitOptions {
	o := datasets.SplitOptions{Seed: seed, Share: s.Share, By: s.Split}
	if s.Split == "" && set.movies {
		o.By = "random"
	}
	for _, i := range of {
		if set.Groups != nil {
			o.Groups = append(o.Groups, set.Groups[i])
		}
		if !set.Task.Number() {
			o.Classes = append(o.Classes, int(set.Targets[i]))
		}
	}
	return o
}

func pick(list, places []int) []int {
	out := make([]int, len(places))
	for i, p := range places {
		out[i] = list[p]
	}
	return out
}

// scale finds the scaling of numbers, by those that are trained on.
func (set *trainingSet) scale() (err error) {
	if !set.Task.Number() {
		return nil
	}
	y := make([]float64, len(set.trainOn))
	for k, i := range set.trainOn {
		y[k] = set.Targets[i]
	}
	set.Task.Scaling, err = classifier.NewScaling(y)
	return errors.WithMessage(err, set.source)
}

// data returns the samples of an experiment for the given texts.
func (set *trainingSet) data(e experiment, rows []int) train.Data {
	from := set.encoded[e.name]
	d := train.Data{
		Tokens: make([][]int32, len(rows)), Targets: make([]float32, len(rows)),
		Padding: &train.Padding{Post: from.encoder.Config().Padding == text.Post},
	}
	for k, i := range rows {
		d.Tokens[k], d.Targets[k] = from.ids[i], set.Task.Target(set.Targets[i])
	}
	return d
}
