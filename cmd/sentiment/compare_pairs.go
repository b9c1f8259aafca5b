package main

import (
	"unroll/internal/report"
	"unroll/train/metrics"
)

// comparisons tests the model that is right most often against each other one that was
// measured on the same texts.
func comparisons(all report.Report) (found []report.Comparison) {
	type model struct {
		name string
		*report.Outcomes
	}
	groups, order := map[string][]model{}, []string{}
	for _, r := range all.Runs {
		for _, e := range r.Experiments {
			if e.Outcomes == nil || e.Outcomes.Texts == "" {
				continue
			}
			if groups[e.Outcomes.Texts] == nil {
				order = append(order, e.Outcomes.Texts)
			}
			groups[e.Outcomes.Texts] = append(groups[e.Outcomes.Texts], model{r.Name + "/" + e.Name, e.Outcomes})
		}
	}
	for _, texts := range order {
		models, best := groups[texts], 0
		for i, m := range models {
			if only, others, ok := m.Against(models[best].Outcomes); ok && only > others {
				best = i
			}
		}
		for i, m := range models {
			if only, others, ok := models[best].Against(m.Outcomes); ok && i != best {
				found = append(found, report.Comparison{
					First: models[best].name, Second: m.name, Samples: m.Samples, OnlyFirst: only, OnlySecond: others, P: metrics.McNemar(only, others),
				})
			}
		}
	}
	return found
}

// compared is what compare prints as JSON.
type compared struct {
	Score       string              `json:"score"`
	Models      []comparedModel     `json:"models"`
	Comparisons []report.Comparison `json:"comparisons"`
	Report      string              `json:"report"` // file
}

type comparedModel struct {
	Run        string             `json:"run"`
	Name       string             `json:"name"`
	Parameters int                `json:"parameters"`
	Epoch      int                `json:"epoch,omitempty"`
	Validation *report.Evaluation `json:"validation,omitempty"`
	Test       *report.Evaluation `json:"test,omitempty"`
}

func comparedOf(all report.Report, page string) compared {
	c := compared{Score: all.Score.Name, Comparisons: append([]report.Comparison{}, all.Comparisons...), Report: page}
	for _, r := range all.Runs {
		for _, e := range r.Experiments {
			c.Models = append(c.Models, comparedModel{r.Name, e.Name, e.Parameters, e.Epoch, e.Validation, e.Test})
		}
	}
	return c
}
