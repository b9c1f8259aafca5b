package run

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/drift"
	"unroll/datasets"
	"unroll/datasets/text"
	"unroll/internal/jsonfile"
	"unroll/train/classifier"
)

// profileFile holds what the texts of a training were like.
const profileFile = "profile.json"

// mostProfiled is how many texts of a part a profile is made of: more would make trainings
// wait, and say hardly more.
const mostProfiled = 1000

// answersOf are the answers that a model's outputs say.
func answersOf(of classifier.Task, y []float32) []classifier.Answer {
	n := of.Outputs()
	answers := make([]classifier.Answer, len(y)/n)
	for i := range answers {
		answers[i] = of.Answer(y[i*n : (i+1)*n])
	}
	return answers
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

// profiler gathers the words of the texts that profiles are made of.
type profiler struct {
	learned, held [][]string
	to            map[int]*[][]string // of a text that is wanted
	end           int                 // after the last of them
}

// newProfiler is one for some texts of each part of a lesson.
func newProfiler(l lesson) *profiler {
	p := &profiler{to: map[int]*[][]string{}}
	for _, part := range []struct {
		rows []int
		to   *[][]string
	}{{l.Train, &p.learned}, {l.Validation, &p.held}} {
		step := max(1, (len(part.rows)+mostProfiled-1)/mostProfiled)
		for k := 0; k < len(part.rows); k += step {
			p.to[part.rows[k]] = part.to
			p.end = max(p.end, part.rows[k]+1)
		}
	}
	return p
}

// add takes text i, if it is wanted.
func (p *profiler) add(i int, text string) {
	if to := p.to[i]; to != nil {
		*to = append(*to, drift.Words(text))
	}
}

// tell gives each model the profile of its texts.
func (p *profiler) tell(l lesson, runs []*trained) {
	var labels []string
	if !l.task.Number() && !l.task.Multi {
		for _, k := range l.Train {
			labels = append(labels, l.task.Classes[int(l.Targets[k])])
		}
	}
	shared := drift.Profile{Labels: drift.Shares(labels)}
	shared.Learn(p.learned, nil)
	for _, t := range runs {
		of := shared
		of.Answered(t.answers, nil)
		of.Unknown = unknownShare(t.Model, p.held, true)
		t.profile = &of
	}
}

// readProfile reads the profile of a model's folder.
func readProfile(dir string) (*drift.Profile, error) {
	p := &drift.Profile{}
	err := jsonfile.Read(bundle.Files, filepath.Join(dir, profileFile), drift.Version, p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Errorf("%s: the model was saved without a profile of its texts (%s), train it anew for one", dir, profileFile)
	}
	return p, errors.WithMessage(err, "profile")
}

// Drift compares texts, with labels or without, with those that the model of a folder was
// trained on.
func Drift(ctx context.Context, dir string, s *Saved, data corpus.Settings, c Console) (drift.Comparison, error) {
	before, err := readProfile(dir)
	if err != nil {
		return drift.Comparison{}, err
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
