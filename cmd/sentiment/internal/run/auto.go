package run

import (
	"context"
	"fmt"
	"slices"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/nn"
	"unroll/train/classifier"
	"unroll/train/metrics"
)

// autoNetwork is the network that auto tries after n-grams.
const autoNetwork = "conv"

const (
	// likelyEpochs is how many epochs a network takes until it stops by itself, about.
	likelyEpochs = 8
	// How many weights of a network take as long as a step of n-grams, for each word in
	// each epoch, forwards and backwards: halves of those in a word's own row of a table,
	// and those of kernels, which are in the caches.
	halfRowWeightsPerStep = 3
	weightsPerStep        = 200
	// byChance is the greatest probability of a difference by chance with which a network is
	// taken in place of n-grams, which are faster and explain themselves better.
	byChance = 0.1
)

// fitAuto trains n-grams, and a network if the budget allows it, and returns the better of
// them.
func (r *Run) fitAuto(ctx context.Context, e Model, exec nn.Execution, l lesson, fold string) (*trained, error) {
	grams, err := r.fitGrams(ctx, e, l, fold)
	if err != nil || l.task.Number() {
		return grams, err
	}
	fail := func(err error) (*trained, error) {
		_ = grams.Close()
		return nil, err
	}
	network := named(autoNetwork)
	steps, err := r.networkSteps(network, e.Name, l)
	if err != nil {
		return fail(err)
	}
	left := r.steps(len(l.Train))
	for _, t := range grams.result.Trials {
		left -= t.Steps
	}
	if steps > left {
		enough := r.budget() * float64(r.steps(len(l.Train))-left+steps) / float64(r.steps(len(l.Train)))
		fmt.Fprintf(r.Say, "%s, a network, was not tried: it is too dear. --budget %.1f would do.\n\n", autoNetwork, enough+0.1)
		return grams, nil
	}
	fmt.Fprintf(r.Say, "Next, %s: %s.\n", autoNetwork, network.About)
	own, err := l.Read(ctx, r.Settings, r.TextSettings, []string{e.Name}, func(string) corpus.Sizes { return network.Sizes }, "")
	if err != nil {
		return fail(err)
	}
	l.Set, network.Name = own, e.Name
	other, err := r.fitNetwork(ctx, network, exec, l, fold)
	if err != nil {
		return fail(errors.WithMessage(err, autoNetwork))
	}
	trial := Trial{Setting: autoNetwork, Texts: len(l.Train), Score: other.result.Evaluate[l.task.Score()], Steps: steps}
	better, worse := grams, other
	if trial.Chosen = byMoreThanChance(grams.right, other.right); trial.Chosen {
		better, worse = other, grams
		for i := range grams.result.Trials {
			grams.result.Trials[i].Chosen = false
		}
		other.reported.experiment.Description = network.About
		fmt.Fprintf(r.Say, "Chosen: %s, which is better than n-grams on the validation texts.\n\n", autoNetwork)
	} else {
		fmt.Fprintf(r.Say, "Chosen: n-grams. %s is not better on the validation texts by more than chance.\n\n", autoNetwork)
	}
	better.result.Trials = append(slices.Clone(grams.result.Trials), trial)
	better.result.LearningCurve = grams.result.LearningCurve
	better.reported.experiment.Trials = better.result.trials()
	better.reported.experiment.LearningCurve = better.result.LearningCurve.report()
	return better, worse.Close()
}

// networkSteps estimates what training a network costs, in the steps of a search, by the
// weights that are looked at for every word in every epoch. There are about three times as
// many n-grams in a text as words.
func (r *Run) networkSteps(network Model, name string, l lesson) (int64, error) {
	var params [3]int64 // with so many words
	for ids := 1; ids < len(params); ids++ {
		m, err := network.build(l.task, network.sizing(ids, r.Layout), network.Sizes.MaxLen, r.Seed)
		if err != nil {
			return 0, err
		}
		params[ids] = int64(m.Params())
	}
	row := params[2] - params[1]
	perWord := 2*row/halfRowWeightsPerStep + (params[1]-row)/weightsPerStep
	words := int64(0)
	set := l.Encoded[name]
	for _, i := range l.Train {
		n := 0
		for _, id := range set.IDs[i] {
			if int(id) < set.Grams.Split() {
				n++
			}
		}
		words += int64(min(n/3, network.Sizes.MaxLen))
	}
	return words * likelyEpochs * perWord, nil
}

// byMoreThanChance reports whether the second of two models is right on more of the same
// texts, and that is unlikely to be chance.
func byMoreThanChance(first, second []bool) bool {
	var only [2]int
	for i := range first {
		switch {
		case first[i] && !second[i]:
			only[0]++
		case second[i] && !first[i]:
			only[1]++
		}
	}
	return only[1] > only[0] && metrics.McNemar(only[0], only[1]) < byChance
}

// judge tells of each text, by a model's outputs, whether it is given the right class, or all
// labels right. Numbers are not judged.
func judge(of classifier.Task, y, targets []float32) []bool {
	if of.Number() {
		return nil
	}
	n := of.Outputs()
	right := make([]bool, len(y)/n)
	for i := range right {
		if of.Multi {
			_, right[i] = judgeLabels(of, y[i*n:(i+1)*n], targets[i*n:(i+1)*n])
			continue
		}
		right[i] = of.Answer(y[i*n:(i+1)*n]).Label == of.Text(targets[i])
	}
	return right
}
