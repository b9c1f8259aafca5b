package datasets

import (
	"cmp"
	"iter"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"

	"unroll/internal/choice"
)

// splits are the ways of dividing samples. Each takes of the options what it goes by.
var splits = choice.Table[func(SplitOptions) SplitOptions]{
	{Name: "random", Help: "each text by itself", Value: func(o SplitOptions) SplitOptions { o.Classes, o.Groups = nil, nil; return o }},
	{Name: "stratified", Help: "each part with its share of every class", Value: byClasses},
	{Name: "group", Help: "no group of texts, such as an author's, in two parts", Value: byGroups},
	{Name: "file", Help: "no file in two parts", Value: byGroups},
}

func byClasses(o SplitOptions) SplitOptions { o.Groups = nil; return o }
func byGroups(o SplitOptions) SplitOptions  { o.Classes = nil; return o }

// Splits yields the names of the ways of dividing samples with what they do.
func Splits() iter.Seq2[string, string] { return splits.All() }

// SplitOptions says how samples are dealt to the parts of a split.
type SplitOptions struct {
	Seed uint64 // decides alone, together with the data
	// By is one of Splits; "" is group if there are groups, else stratified if there
	// are classes, else random.
	By string

	// Share is that of the samples which Holdout keeps for validation, above 0
	// and below 1; 0.2 if 0. Keras: validation_split.
	Share float64
	// Folds is KFold's number of folds; 5 if 0.
	Folds int

	// Classes holds a class for each sample: stratified, each part has its share of
	// every class, to within a sample. Nil knows no classes.
	Classes []int
	// Groups holds a group for each sample, such as the author of a text or its file:
	// no group is in two parts. Nil knows no groups.
	Groups []string
}

// Fold holds the indices of the samples in each of two parts, in the shuffled
// order. Together they are all samples, and none is in both.
type Fold struct{ Train, Validation []int }

// Holdout splits n samples once. Of Share·n samples, rounded and at least one,
// that are for validation, each class gives its own share, rounded up or down,
// if possible down where nothing would be left of it, so that class c with n_c
// samples has
//
//	|validation_c − n_c·validation/n| < 1
//
// Groups are taken in random order as long as they bring the number nearer to
// Share·n.
//
// It errs for fewer than two samples, a single group, and options that make no
// sense.
func Holdout(n int, o SplitOptions) (Fold, error) {
	f, err := holdout(n, o)
	return f, errors.WithMessage(err, "split")
}

func holdout(n int, o SplitOptions) (Fold, error) {
	share := cmp.Or(o.Share, 0.2)
	if !(share > 0 && share < 1) {
		return Fold{}, errors.Errorf("a share of %v for validation, want more than 0 and less than 1", share)
	}
	o, err := o.check(n, 2)
	if err != nil {
		return Fold{}, err
	}
	order := shuffled(n, o.Seed)
	want := min(max(int(math.Round(share*float64(n))), 1), n-1)
	part := make([]int, n) // 1 for validation
	if o.Groups == nil {
		takeClasses(o.byClass(order), want, n, part)
		return parts(order, part, 1), nil
	}
	groups := collect(o.Groups, order)
	if len(groups) < 2 {
		return Fold{}, errors.Errorf("all samples are of the group %q", o.Groups[0])
	}
	takeGroups(groups, want, n, part)
	return parts(order, part, 1), nil
}

// takeClasses takes want samples for validation, from the end of each class by
// the method of the largest remainder: the whole part of n_c·want/n each, and one
// more of those that lose most by it.
func takeClasses(classes [][]int, want, n int, part []int) {
	take := make([]int, len(classes))
	left := want
	for c, samples := range classes {
		take[c] = len(samples) * want / n
		left -= take[c]
	}
	loss := func(c int) int { return len(classes[c]) * want % n }
	byLoss := make([]int, len(classes))
	for c := range byLoss {
		byLoss[c] = c
	}
	empties := func(c int) int { // a class that would have nothing left to learn it by goes last
		if take[c]+1 == len(classes[c]) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(byLoss, func(a, b int) int {
		return cmp.Or(cmp.Compare(empties(a), empties(b)), cmp.Compare(loss(b), loss(a)))
	})
	for _, c := range byLoss[:left] {
		take[c]++
	}
	for c, samples := range classes {
		for _, i := range samples[len(samples)-take[c]:] {
			part[i] = 1
		}
	}
}

// takeGroups takes the groups for validation that bring their samples nearer to
// want, but never all, and at least the smallest.
func takeGroups(groups [][]int, want, n int, part []int) {
	taken := 0
	take := func(samples []int) {
		taken += len(samples)
		for _, i := range samples {
			part[i] = 1
		}
	}
	for _, samples := range groups {
		if size := len(samples); size < 2*(want-taken) && taken+size < n {
			take(samples)
		}
	}
	if taken == 0 {
		take(slices.MinFunc(groups, func(a, b []int) int { return cmp.Compare(len(a), len(b)) }))
	}
}

// parts makes a fold of the samples of one part and all others.
func parts(order, part []int, validation int) (f Fold) {
	for _, i := range order {
		if part[i] == validation {
			f.Validation = append(f.Validation, i)
		} else {
			f.Train = append(f.Train, i)
		}
	}
	return f
}

// check holds the options to n samples, of which there must be so many, and leaves
// of them what the split goes by.
func (o SplitOptions) check(n, least int) (SplitOptions, error) {
	if err := choice.Check("By", o.By, Splits()); err != nil {
		return o, err
	}
	switch {
	case n < least:
		return o, errors.Errorf("%d samples, want at least %d", n, least)
	case o.Classes != nil && len(o.Classes) != n:
		return o, errors.Errorf("%d classes for %d samples", len(o.Classes), n)
	case o.Groups != nil && len(o.Groups) != n:
		return o, errors.Errorf("%d groups for %d samples", len(o.Groups), n)
	case o.By == "stratified" && o.Classes == nil:
		return o, errors.New("stratified, but there are no classes")
	case (o.By == "group" || o.By == "file") && o.Groups == nil:
		return o, errors.Errorf("by %s, but there are no groups", o.By)
	}
	by := o.By
	switch {
	case by != "":
	case o.Groups != nil:
		by = "group"
	case o.Classes != nil:
		by = "stratified"
	default:
		by = "random"
	}
	take, _ := splits.Find(by)
	return take(o), nil
}

// byClass returns the samples of each class; of one, where there are no classes.
func (o SplitOptions) byClass(order []int) [][]int {
	if o.Classes == nil {
		return [][]int{order}
	}
	return collect(o.Classes, order)
}

// collect returns the samples of each key, in their order and that of the keys'
// first appearance.
func collect[K comparable](keys []K, order []int) (samples [][]int) {
	index := map[K]int{}
	for _, i := range order {
		k, ok := index[keys[i]]
		if !ok {
			k = len(samples)
			index[keys[i]] = k
			samples = append(samples, nil)
		}
		samples[k] = append(samples[k], i)
	}
	return samples
}

// shuffled returns the numbers 0 to n-1 in an order that the seed decides.
func shuffled(n int, seed uint64) []int {
	// The stream's second word is arbitrary; it keeps this shuffle apart from other
	// uses of the same seed.
	return rand.New(rand.NewPCG(seed, 0x73706c6974)).Perm(n)
}
