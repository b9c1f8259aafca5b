package datasets

import (
	"cmp"
	"slices"

	"github.com/pkg/errors"
)

// KFold splits n samples into Folds parts and returns, for each, the fold that
// validates on it and trains on the others: every sample validates once. The
// parts' sizes are n/Folds, rounded up or down, and with classes those of each
// class are so too: a part holds n_c/Folds samples of class c, rounded up or
// down. Groups go, from the largest to the smallest, to the part that is the
// smallest then.
//
// It errs for fewer samples, or fewer groups, or fewer samples of a class than
// folds, and options that make no sense.
func KFold(n int, o SplitOptions) ([]Fold, error) {
	folds, err := kFold(n, o)
	return folds, errors.WithMessagef(err, "split into %d folds", o.folds())
}

func (o SplitOptions) folds() int { return cmp.Or(o.Folds, 5) }

func kFold(n int, o SplitOptions) ([]Fold, error) {
	k := o.folds()
	if k < 2 {
		return nil, errors.New("want at least 2")
	}
	o, err := o.check(n, k)
	if err != nil {
		return nil, err
	}
	order := shuffled(n, o.Seed)
	part := make([]int, n)
	if o.Groups == nil {
		err = dealClasses(o, order, k, part)
	} else {
		err = dealGroups(collect(o.Groups, order), k, part)
	}
	if err != nil {
		return nil, err
	}
	folds := make([]Fold, k)
	for i := range folds {
		folds[i] = parts(order, part, i)
	}
	return folds, nil
}

// dealClasses deals the samples round like cards, one class after the other.
func dealClasses(o SplitOptions, order []int, k int, part []int) error {
	dealt := 0
	for _, samples := range o.byClass(order) {
		if len(samples) < k {
			return errors.Errorf("class %d has %d samples, want at least %d", o.Classes[samples[0]], len(samples), k)
		}
		for _, i := range samples {
			part[i] = dealt % k
			dealt++
		}
	}
	return nil
}

// dealGroups is the greedy rule for the most even sums: Graham, Bounds on
// multiprocessing timing anomalies, 1969.
func dealGroups(groups [][]int, k int, part []int) error {
	if len(groups) < k {
		return errors.Errorf("%d groups, want at least %d", len(groups), k)
	}
	slices.SortStableFunc(groups, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	sizes := make([]int, k)
	for _, samples := range groups {
		to := 0
		for p, size := range sizes {
			if size < sizes[to] {
				to = p
			}
		}
		sizes[to] += len(samples)
		for _, i := range samples {
			part[i] = to
		}
	}
	return nil
}
