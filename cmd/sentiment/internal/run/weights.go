package run

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets"
	"unroll/internal/show"
)

// balanced is the --class-weight with which each class counts for as much as the others.
const balanced = "balanced"

// parseWeights reads label=weight pairs, separated by commas. A label may hold a comma, or
// an equals sign, itself.
func parseWeights(text string) (map[string]float64, error) {
	weights := map[string]float64{}
	rest := strings.Split(text, ",")
	for label := ""; len(rest) > 0; rest = rest[1:] {
		label += rest[0]
		at := strings.LastIndex(label, "=")
		if at < 0 && len(rest) > 1 {
			label += ","
			continue
		}
		if at < 0 {
			return nil, usage.Errorf("--class-weight is %q, want balanced, or pairs such as spam=5,ham=1", text)
		}
		w, err := strconv.ParseFloat(strings.TrimSpace(label[at+1:]), 64)
		name := strings.TrimSpace(label[:at])
		if _, twice := weights[name]; twice {
			return nil, usage.Errorf("--class-weight has two weights of the label %q", name)
		}
		if err != nil || !(w > 0) || w-w != 0 {
			return nil, usage.Errorf("--class-weight: the label %q has the weight %q, want a number of more than 0", name, label[at+1:])
		}
		weights[name], label = w, ""
	}
	return weights, nil
}

func (p *Plan) checkWeights() error {
	switch p.ClassWeight {
	case "", balanced:
		return nil
	}
	_, err := parseWeights(p.ClassWeight)
	return err
}

// classWeights returns how much a text of each class counts in training, nil if all count
// for the same: by pairs as they tell, a class that they do not name 1, and balanced
//
//	texts / (classes·texts of the class)
//
// of the texts that are trained on. scikit-learn: class_weight.
func (p *Plan) classWeights(l lesson) ([]float64, error) {
	if p.ClassWeight == "" {
		return nil, nil
	}
	if l.task.Multi {
		return nil, errors.New("--class-weight cannot be used with several labels a text: each label has a threshold of its own")
	}
	weights := slices.Repeat([]float64{1}, len(l.task.Classes))
	if p.ClassWeight != balanced {
		pairs, err := parseWeights(p.ClassWeight)
		if err != nil {
			return nil, err
		}
		index := datasets.ClassIndex(l.task.Classes)
		for _, label := range slices.Sorted(maps.Keys(pairs)) {
			class, ok := index(label)
			if !ok {
				return nil, errors.Errorf("--class-weight: no text has the label %q; the classes are %s", label, show.List(l.task.Classes))
			}
			weights[class] = pairs[label]
		}
		return weights, nil
	}
	counts, present := make([]float64, len(weights)), 0.0
	for _, i := range l.Train {
		if c := int(l.Targets[i]); counts[c] == 0 {
			present++
			counts[c] = 1
		} else {
			counts[c]++
		}
	}
	for c, n := range counts {
		if n > 0 {
			weights[c] = float64(len(l.Train)) / (present * n)
		}
	}
	return weights, nil
}
