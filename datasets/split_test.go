package datasets

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"unroll/internal/choice"
)

// drawSplit draws options that look at nothing, at classes or at groups.
func drawSplit(t *rapid.T) (n int, o SplitOptions) {
	n = rapid.IntRange(2, 200).Draw(t, "n")
	o = SplitOptions{
		Seed:  rapid.Uint64().Draw(t, "seed"),
		Share: rapid.Float64Range(0.01, 0.99).Draw(t, "share"),
		Folds: rapid.IntRange(2, min(n, 10)).Draw(t, "folds"),
	}
	kinds := rapid.IntRange(1, n).Draw(t, "kinds")
	switch rapid.IntRange(0, 2).Draw(t, "by") {
	case 1:
		o.Classes = rapid.SliceOfN(rapid.IntRange(-1, kinds), n, n).Draw(t, "classes")
	case 2:
		o.Groups = rapid.SliceOfN(rapid.StringN(0, 1, -1), n, n).Draw(t, "groups")
	}
	return n, o
}

// checkFold holds a fold to what all have in common.
func checkFold(t *rapid.T, n int, o SplitOptions, f Fold) {
	all := slices.Sorted(slices.Values(slices.Concat(f.Train, f.Validation)))
	for i, got := range all {
		if i != got || len(all) != n {
			t.Fatalf("not each of 0 to %d once: %v", n-1, all)
		}
	}
	if len(f.Train) == 0 || len(f.Validation) == 0 {
		t.Fatalf("%d samples for training, %d for validation", len(f.Train), len(f.Validation))
	}
	in := map[string]bool{}
	for _, i := range f.Train {
		if o.Groups != nil {
			in[o.Groups[i]] = true
		}
	}
	for _, i := range f.Validation {
		if o.Groups != nil && in[o.Groups[i]] {
			t.Fatalf("group %q is in both parts", o.Groups[i])
		}
	}
}

// checkShares holds each class's number of samples in a part to its share of the
// part, to within a sample.
func checkShares(t *rapid.T, classes, part []int, share float64) {
	all, here := countOf(classes), map[int]int{}
	for _, i := range part {
		here[classes[i]]++
	}
	for class, n := range all {
		if want := share * float64(n); math.Abs(float64(here[class])-want) >= 1+1e-9 {
			t.Fatalf("class %d: %d of %d samples, want %.2f", class, here[class], n, want)
		}
	}
}

func countOf[K comparable](keys []K) map[K]int {
	n := map[K]int{}
	for _, k := range keys {
		n[k]++
	}
	return n
}

func TestHoldoutProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, o := drawSplit(t)
		f, err := Holdout(n, o)
		if o.Groups != nil && len(countOf(o.Groups)) == 1 {
			if err == nil {
				t.Fatal("a single group was split")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := Holdout(n, o); !gocmp.Equal(f, again) {
			t.Fatal("the same seed gives another split")
		}
		checkFold(t, n, o, f)
		want := min(max(int(math.Round(o.Share*float64(n))), 1), n-1)
		switch {
		case o.Groups != nil:
			largest := slices.MaxFunc(values(countOf(o.Groups)), cmp.Compare[int])
			if miss := max(len(f.Validation)-want, want-len(f.Validation)); miss > largest {
				t.Fatalf("%d samples for validation, want %d or off by no more than the largest group, %d", len(f.Validation), want, largest)
			}
		case len(f.Validation) != want:
			t.Fatalf("%d samples for validation, want %d", len(f.Validation), want)
		case o.Classes != nil:
			checkShares(t, o.Classes, f.Validation, float64(want)/float64(n))
			checkShares(t, o.Classes, f.Train, 1-float64(want)/float64(n))
		default:
			if !slices.Equal(shuffled(n, o.Seed), slices.Concat(f.Train, f.Validation)) {
				t.Fatal("it is not the shuffled order")
			}
		}
	})
}

func values(m map[string]int) (v []int) {
	for _, n := range m {
		v = append(v, n)
	}
	return v
}

func TestKFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, o := drawSplit(t)
		folds, err := KFold(n, o)
		few := o.Groups != nil && len(countOf(o.Groups)) < o.Folds
		for _, size := range countOf(o.Classes) {
			few = few || size < o.Folds
		}
		if few {
			if err == nil {
				t.Fatal("fewer groups, or samples of a class, than folds were split")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := KFold(n, o); !gocmp.Equal(folds, again) {
			t.Fatal("the same seed gives other folds")
		}
		if len(folds) != o.Folds {
			t.Fatalf("%d folds, want %d", len(folds), o.Folds)
		}
		seen := make([]int, n)
		for _, f := range folds {
			checkFold(t, n, o, f)
			for _, i := range f.Validation {
				seen[i]++
			}
			if size := len(f.Validation); o.Groups == nil && size != n/o.Folds && size != (n+o.Folds-1)/o.Folds {
				t.Fatalf("a fold of %d samples of %d", size, n)
			}
			if o.Classes != nil {
				checkShares(t, o.Classes, f.Validation, 1/float64(o.Folds))
				checkShares(t, o.Classes, f.Train, 1-1/float64(o.Folds))
			}
		}
		if slices.Max(seen) != 1 || slices.Min(seen) != 1 {
			t.Fatal("not every sample validates once")
		}
	})
}

// Groups of 7, 5, 4, 4, 3 and 1 make three parts of 8 each.
func TestKFoldGroupSizes(t *testing.T) {
	var groups []string
	for g, size := range []int{4, 1, 7, 3, 4, 5} {
		for range size {
			groups = append(groups, string(rune('a'+g)))
		}
	}
	folds, err := KFold(len(groups), SplitOptions{Folds: 3, Groups: groups})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folds {
		if len(f.Validation) != 8 {
			t.Errorf("a part of %d samples, want 8", len(f.Validation))
		}
	}
}

// Pinned: a change would change every saved run's samples.
func TestSplitPinned(t *testing.T) {
	o := SplitOptions{Seed: 1, Share: 0.3, Folds: 3}
	classes, groups := o, o
	classes.Classes = []int{0, 1, 0, 1, 0, 1, 0, 0, 0, 1}
	groups.Groups = []string{"a", "b", "a", "b", "c", "c", "d", "d", "e", "a"}
	for name, c := range map[string]struct {
		o    SplitOptions
		want [][]int
	}{
		"plain":   {o, [][]int{{5, 0, 8}, {2, 1, 9, 8}, {4, 6, 5}, {3, 7, 0}}},
		"classes": {classes, [][]int{{5, 0, 8}, {2, 3, 7, 5}, {4, 1, 0}, {6, 9, 8}}},
		"groups":  {groups, [][]int{{2, 9, 0}, {2, 9, 0}, {4, 6, 7, 5}, {3, 1, 8}}},
	} {
		one, err := Holdout(10, c.o)
		if err != nil {
			t.Fatal(err)
		}
		folds, err := KFold(10, c.o)
		if err != nil {
			t.Fatal(err)
		}
		got := [][]int{one.Validation}
		for _, f := range folds {
			got = append(got, f.Validation)
		}
		if diff := gocmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	hold := func(n int, o SplitOptions) error { _, err := Holdout(n, o); return err }
	folds := func(n int, o SplitOptions) error { _, err := KFold(n, o); return err }
	for want, err := range map[string]error{
		"split: 1 samples, want at least 2":                                       hold(1, SplitOptions{}),
		"split: a share of 1 for validation, want more than 0 and less than 1":    hold(10, SplitOptions{Share: 1}),
		"split: a share of -0.5 for validation, want more than 0 and less than 1": hold(10, SplitOptions{Share: -0.5}),
		"split: a share of NaN for validation, want more than 0 and less than 1":  hold(10, SplitOptions{Share: math.NaN()}),
		"split: 1 classes for 2 samples":                                          hold(2, SplitOptions{Classes: []int{1}}),
		"split: 1 groups for 2 samples":                                           hold(2, SplitOptions{Groups: []string{"a"}}),
		"split: stratified, but there are no classes":                             hold(9, SplitOptions{By: "stratified"}),
		"split: By: unknown \"class\", want random, stratified, group or file":    hold(9, SplitOptions{By: "class"}),
		`split: all samples are of the group "a"`:                                 hold(2, SplitOptions{Groups: []string{"a", "a"}}),
		"split into 5 folds: 4 samples, want at least 5":                          folds(4, SplitOptions{}),
		"split into 1 folds: want at least 2":                                     folds(4, SplitOptions{Folds: 1}),
		"split into -2 folds: want at least 2":                                    folds(4, SplitOptions{Folds: -2}),
		"split into 2 folds: class 7 has 1 samples, want at least 2":              folds(5, SplitOptions{Folds: 2, Classes: []int{0, 0, 7, 3, 3}}),
		"split into 3 folds: 2 groups, want at least 3":                           folds(4, SplitOptions{Folds: 3, Groups: strings.Split("abab", "")}),
		"split into 2 folds: by group, but there are no groups":                   folds(2, SplitOptions{Folds: 2, By: "group", Classes: []int{1, 2}}),
		"split into 2 folds: by file, but there are no groups":                    folds(2, SplitOptions{Folds: 2, By: "file"}),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A class of few samples is left something to learn it by, as long as another
// class can give one.
func TestHoldoutLeavesClasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := []int{0}
		for c, n := range rapid.SliceOfN(rapid.SampledFrom([]int{2, 5, 6, 6, 10, 11, 16}), 1, 15).Draw(t, "larger classes") {
			classes = append(classes, slices.Repeat([]int{c + 1}, n)...)
		}
		f, err := Holdout(len(classes), SplitOptions{Seed: rapid.Uint64().Draw(t, "seed"), Classes: classes})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(f.Validation, 0) {
			t.Fatalf("the only sample of a class is among the %d to validate on, of %d", len(f.Validation), len(classes))
		}
	})
}

// The order of the shuffle stays what it was, for it decides the bits of a training.
func TestHoldoutOrder(t *testing.T) {
	f, err := Holdout(10, SplitOptions{Share: 0.3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := Fold{Train: []int{2, 4, 3, 1, 6, 7, 9}, Validation: []int{5, 0, 8}}
	if diff := gocmp.Diff(want, f); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Of what is known of the samples, a split goes by what it is told to.
func TestSplitBy(t *testing.T) {
	classes, groups := []int{0, 1, 0, 1, 0, 1, 0, 1}, []string{"a", "a", "a", "b", "b", "c", "c", "c"}
	for by, alone := range map[string]SplitOptions{
		"random": {}, "stratified": {Classes: classes}, "group": {Groups: groups}, "file": {Groups: groups}, "": {Groups: groups},
	} {
		both := SplitOptions{By: by, Classes: classes, Groups: groups}
		got, err := Holdout(8, both)
		want, wantErr := Holdout(8, alone)
		if diff := gocmp.Diff(want, got); err != nil || wantErr != nil || diff != "" {
			t.Errorf("%q: %v, %v (-want +got):\n%s", by, err, wantErr, diff)
		}
	}
	if by := choice.Names(Splits()); !slices.Equal(by, []string{"random", "stratified", "group", "file"}) {
		t.Errorf("the test knows four splits, not all of %v", by)
	}
}
