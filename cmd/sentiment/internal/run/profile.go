package run

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/drift"
	"unroll/datasets"
	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/train"
	"unroll/train/classifier"
)

// profileFile holds what the texts of a training were like.
const profileFile = "profile.json"

// mostProfiled is how many texts of a part a profile is made of.
const mostProfiled = 5000

// answersOf are a model's answers to texts.
func answersOf(ctx context.Context, trainer *train.Trainer, of classifier.Task, d train.Data, batch int) ([]classifier.Answer, error) {
	y, err := trainer.Predict(ctx, d, batch)
	if err != nil {
		return nil, err
	}
	answers, n := make([]classifier.Answer, d.Len()), of.Outputs()
	for i := range answers {
		answers[i] = of.Answer(y[i*n : (i+1)*n])
	}
	return answers, nil
}

// unknownShare is the share of words that a model does not know: to one of runs of
// characters alone, those of which it knows less than half of the runs. Of held-out texts, whose
// words a model of n-grams has counted, those count as unknown that no other text has.
func unknownShare(m *classifier.Model, texts [][]string, heldOut bool) float64 {
	g, e := m.Grams(), m.Encoder()
	least, counts := int32(1), []int32(nil)
	if g != nil {
		counts = g.Counts()
		if heldOut {
			least = 1 + max(1, int32(g.Config().MinCount))
		}
	}
	known := map[string]bool{}
	all, unknown := 0, 0
	for _, t := range texts {
		for _, w := range t {
			is, seen := known[w]
			if !seen {
				if g == nil {
					is = e.KnownWords(w) > 0
				} else {
					found := 0
					ids, spans := g.EncodeSpans(w)
					for k, id := range ids {
						whole := int(id) < g.Split() && spans[k] == [2]int{0, len(w)} // and not an end of the text
						if counts[id] >= least && (whole || g.Split() == 0 && spans[k][0] < spans[k][1]) {
							found++
						}
					}
					is = found > 0
					if g.Split() == 0 {
						is = 2*found >= runs(utf8.RuneCountInString(w), g.Config())
					}
				}
				known[w] = is
			}
			if all++; !is {
				unknown++
			}
		}
	}
	return float64(unknown) / float64(max(1, all))
}

// runs is the number of runs of characters in a word of so many.
func runs(letters int, c text.GramConfig) (n int) {
	for k := c.MinChars; k <= min(c.MaxChars, letters); k++ {
		n += letters - k + 1
	}
	return n
}

// profiles describes the texts of a training for each model. It reads them again.
func (r *Run) profiles(ctx context.Context, l lesson, runs []*trained) error {
	part := map[int]*[][]string{}
	var learned, held [][]string
	for _, p := range []struct {
		rows []int
		to   *[][]string
	}{{l.Train, &learned}, {l.Validation, &held}} {
		step := max(1, (len(p.rows)+mostProfiled-1)/mostProfiled)
		for k := 0; k < len(p.rows); k += step {
			part[p.rows[k]] = p.to
		}
	}
	i := 0
	for line, err := range l.Texts(ctx) {
		if err != nil {
			return err
		}
		if to := part[i]; to != nil {
			*to = append(*to, drift.Words(line))
		}
		i++
	}
	var labels []string
	if !l.task.Number() && !l.task.Multi {
		for _, k := range l.Train {
			labels = append(labels, l.task.Classes[int(l.Targets[k])])
		}
	}
	for _, t := range runs {
		p := &drift.Profile{Labels: drift.Shares(labels)}
		p.Learn(learned, nil)
		p.Answered(t.answers, nil)
		p.Unknown = unknownShare(t.Model, held, true)
		t.profile = p
	}
	return nil
}

// Drift compares texts, with labels or without, with those that the model of a folder was
// trained on.
func Drift(ctx context.Context, dir string, s *Saved, data corpus.Settings, c Console) (drift.Comparison, error) {
	before := &drift.Profile{}
	doc, err := os.ReadFile(filepath.Join(dir, profileFile))
	if errors.Is(err, fs.ErrNotExist) {
		return drift.Comparison{}, errors.Errorf("%s: the model was saved without a profile of its texts (%s), train it anew for one", dir, profileFile)
	}
	if err != nil {
		return drift.Comparison{}, errors.Wrap(err, "profile")
	}
	if err := jsonfile.Decode(doc, drift.Version, before); err != nil {
		return drift.Comparison{}, errors.WithMessage(err, filepath.Join(dir, profileFile))
	}
	var texts, labels []string
	for r, err := range corpus.Unlabelled(ctx, data, c.Console, func(*datasets.BadRow) {}) {
		if err != nil {
			return drift.Comparison{}, err
		}
		texts = append(texts, r.Text)
		if r.Label != "" {
			labels = append(labels, r.Label)
		}
	}
	if len(texts) == 0 {
		return drift.Comparison{}, errors.Errorf("%s: no texts", corpus.Called(data.Data[0]))
	}
	now := &drift.Profile{}
	var split [][]string
	for _, t := range texts {
		split = append(split, drift.Words(t))
	}
	var answers []classifier.Answer
	for chunk := range slices.Chunk(texts, 256) {
		of, err := s.Classify(ctx, chunk...)
		if err != nil {
			return drift.Comparison{}, err
		}
		answers = append(answers, of...)
	}
	now.Learn(split, before)
	now.Answered(answers, before)
	now.Unknown = unknownShare(s.Model, split, false)
	if len(labels) == len(texts) {
		now.Labels = drift.Shares(labels)
	}
	return drift.Compare(before, now), nil
}
