package ngrams_test

import (
	"context"
	"errors"
	"testing"

	"unroll/train/ngrams"
)

// trialsOf searches and returns the trials that were made, and the best.
func trialsOf(t *testing.T, d ngrams.Data, s ngrams.Search) (made []ngrams.Trial, best ngrams.Trial) {
	t.Helper()
	s.Each = func(t ngrams.Trial) error {
		made = append(made, t)
		return nil
	}
	best, err := d.Search(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return made, best
}

// TestHalving: with few steps settings are tried on a share of the texts first, and the
// better third of them on all.
func TestHalving(t *testing.T) {
	d := data(t, both, 2, 3000)
	s := ngrams.Search{Splits: folds(t, len(d.Class), 3), Settings: d.Settings(), Steps: 1}
	made, best := trialsOf(t, d, s)
	var texts []int
	n := map[int]int{}
	var steps int64
	for _, x := range made {
		if n[x.Texts]++; n[x.Texts] == 1 {
			texts = append(texts, x.Texts)
		}
		steps += x.Steps
	}
	if len(texts) != 2 || n[texts[0]] != 12 || n[texts[1]] != 4 || texts[1] != 2000 || texts[0] < 2000/3 || texts[0] > 2000/3+3 {
		t.Fatalf("rounds of %v texts with %v trials", texts, n)
	}
	if best.Texts != texts[1] {
		t.Errorf("the best, %+v, was not tried on all texts", best)
	}
	// All of them at once where the steps are enough for that.
	s.Steps = 100 * steps
	if made, _ := trialsOf(t, d, s); len(made) != 12 || made[0].Texts != 2000 {
		t.Errorf("%d trials on %d texts", len(made), made[0].Texts)
	}
}

// TestKnownTrials: a search that was broken off after any trial ends in the same one, and
// makes none again, those of a block apart that are made together.
func TestKnownTrials(t *testing.T) {
	d := data(t, both, 3, 1600)
	s := ngrams.Search{Splits: folds(t, len(d.Class), 2), Settings: d.Settings(), Steps: 1}
	all, best := trialsOf(t, d, s)
	stop := errors.New("stop")
	for n := 1; n < len(all); n += 3 {
		var before []ngrams.Trial
		broken := s
		broken.Each = func(t ngrams.Trial) error {
			if before = append(before, t); len(before) == n {
				return stop
			}
			return nil
		}
		if _, err := d.Search(context.Background(), broken); !errors.Is(err, stop) {
			t.Fatalf("%v, want the error of Each", err)
		}
		again := s
		again.Known = before
		made, same := trialsOf(t, d, again)
		if same != best || len(made)+len(before) != len(all) {
			t.Errorf("after %d trials: %d more, the best is %+v, want %+v", n, len(made), same, best)
		}
	}
}
