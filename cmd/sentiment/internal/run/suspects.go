package run

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/datasets"
	"unroll/internal/show"
	"unroll/train/metrics"
	"unroll/train/ngrams"
)

// Suspect is a text whose label is likely wrong.
type Suspect struct {
	ID          string  `json:"id"` // where it stands
	Label       string  `json:"label"`
	LooksLike   string  `json:"looks_like"`
	Probability float64 `json:"probability"` // of LooksLike, by a model that was not trained on the text
	Text        string  `json:"text"`
}

// Suspects are those of some texts, the surest first.
type Suspects struct {
	Texts int       `json:"texts"` // that were looked at
	Found int       `json:"found"`
	First []Suspect `json:"first,omitempty"`
}

// suspectSetting is the setting of the models that labels are checked by.
var suspectSetting = ngrams.Setting{Block: ngrams.Both, C: 0.3}

// FindSuspects checks the labels of the texts that are not to test on by models of n-grams,
// each text by one that was not trained on it, and names the first of those found.
func FindSuspects(ctx context.Context, s corpus.Settings, words corpus.TextSettings, named int, c Console) (*Suspects, error) {
	s.SkipBad = datasets.SkipAll // data counts bad rows and tells of them before
	c.Err = io.Discard
	source, err := corpus.Open(ctx, s, c.Console)
	if err != nil {
		return nil, err
	}
	set, err := source.Read(ctx, s, words, []string{"ngrams"}, sizes, "")
	if err != nil {
		return nil, err
	}
	if set.Task.Number() {
		return nil, errors.New("suspects: numbers are no labels that could be wrong")
	}
	if set.Task.Multi {
		return nil, errors.New("suspects: they are found among texts of one label each, and these may have several")
	}
	var rows []int
	for i, part := range set.Parts {
		if part != corpus.Test {
			rows = append(rows, i)
		}
	}
	const seed = 1 // of the folds: the same texts have the same suspects
	splits, err := folds(set, rows, s, seed, gramFolds)
	if err != nil {
		return nil, err
	}
	d := gramData("ngrams", lesson{Set: set, task: set.Task}, seed)
	p, held, err := d.OutOfFold(ctx, splits, suspectSetting)
	if err != nil {
		return nil, err
	}
	classes := make([]int32, len(held))
	for k, i := range held {
		classes[k] = d.Class[i]
	}
	list, err := metrics.Suspects(p, classes)
	if err != nil {
		return nil, err
	}
	found := &Suspects{Texts: len(rows), Found: len(list)}
	at := map[int]int{} // of a text among those that are named
	for _, x := range list[:min(named, len(list))] {
		at[held[x.Row]] = len(found.First)
		found.First = append(found.First, Suspect{Label: set.Task.Classes[x.Class], LooksLike: set.Task.Classes[x.Other], Probability: x.Best})
	}
	i := 0
	for r, err := range source.Records(ctx, c.Console, func(*datasets.BadRow) {}) {
		if err != nil {
			return nil, err
		}
		if k, ok := at[i]; ok {
			found.First[k].ID, found.First[k].Text = r.ID, r.Text
		}
		i++
	}
	return found, nil
}

// String writes the suspects for people, in lines of at most 80 columns where names allow.
func (s *Suspects) String() string {
	if s.Found == 0 {
		return fmt.Sprintf("\nNo label of %s texts looks wrong.\n", show.Thousands(s.Texts))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nLabels that are likely wrong, of %s of %s texts, the surest first:\n", show.Thousands(s.Found), show.Thousands(s.Texts))
	for _, x := range s.First {
		fmt.Fprintf(&b, "%s: %s, looks like %s (%.2f)\n  %s\n", x.ID, show.Quoted(x.Label)[0], show.Quoted(x.LooksLike)[0], x.Probability, show.Shortened(x.Text, 76))
	}
	return b.String()
}
