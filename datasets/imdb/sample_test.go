package imdb

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"unroll/datasets"
	"unroll/datasets/text"
)

func ExampleSample() {
	c := Sample(1)
	for _, r := range c.Records[5:7] {
		fmt.Printf("%s, %s: %s\n", r.ID, r.Label, r.Text)
	}
	// Output:
	// sample/train/5, positive: I had read the book by Clara Voss before I saw this western at the weekend. In the mountains a writer from London returns to the harbour, and then the lawyer of the desert writes to a pilot. The music is clumsy, and the story is bad. Now I can say that the camera work is not mediocre. The story charms, and I loved it.
	// sample/train/6, negative: I had read the book by Henry Lind before I saw this drama on a rainy Sunday. It is the story of the old pilot who travels with a rich thief and dreams of a hotel. Maria Costa is a teacher and Ruth Abel is a lonely soldier who meets a priest. For all its beauty, the plot is not moving, and it is a hollow picture. I saw it last week with my father.
}

func TestSampleIsDeterministic(t *testing.T) {
	t.Parallel()
	var got [2]*Reviews
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = Sample(3) })
	}
	wg.Wait()
	if !reflect.DeepEqual(got[0], got[1]) {
		t.Error("one seed gives two corpora")
	}
	if Sample(4).Records[0].Text == got[0].Records[0].Text {
		t.Error("two seeds give the same first review")
	}
}

// halves are the reviews to train and to test on.
func halves(r *Reviews) [2][]datasets.Record {
	return [2][]datasets.Record{r.Records[:sampleTrain], r.Records[sampleTrain:]}
}

// The facts of Sample's docstring that hold for every seed.
func TestSampleFacts(t *testing.T) {
	t.Parallel()
	good, bad := opinions("+"), opinions("-")
	for _, seed := range []uint64{1, 2} {
		c := Sample(seed)
		if len(c.Records) != 5000 {
			t.Fatalf("%d reviews, want 5000", len(c.Records))
		}
		seen := make(map[string]bool)
		for i, part := range halves(c) {
			positive := 0
			right := 0
			for _, r := range part {
				if n := len(strings.Fields(r.Text)); n < 15 || n > 100 {
					t.Errorf("%s has %d words, want 15 to 100: %s", r.ID, n, r.Text)
				}
				if seen[r.Text] || strings.ContainsAny(r.Text, "{}|\n") || strings.Contains(r.Text, "  ") {
					t.Errorf("%s is not new or not clean: %s", r.ID, r.Text)
				}
				seen[r.Text] = true
				if r.Label == Positive {
					positive++
				}
				if want := [2]string{"train", "test"}[i]; r.Part != want {
					t.Fatalf("%s is of the part %s, want %s", r.ID, r.Part, want)
				}
				if readVerdict(r.Text, good, bad) == (r.Label == Positive) {
					right++
				}
			}
			if want := len(part) / 2; positive != want {
				t.Errorf("seed %d: %d of %d are positive, want half", seed, positive, len(part))
			}
			if want := len(part) * 97 / 100; right != want {
				t.Errorf("seed %d: the reader gets %d of %d, want %d", seed, right, len(part), want)
			}
		}
		v, err := text.Count(datasets.Texts(c.Part("train")), text.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if v.Len() < 490 || v.Len() > 550 {
			t.Errorf("seed %d: %d words, want some 520", seed, v.Len())
		}
		// load_data(skip_top=20) drops ranks 1 to 16; num_words=1000 keeps up to 996.
		for _, word := range strings.Fields("but although yet not never hardly good bad") {
			if rank, _ := v.Rank(word); rank < 17 {
				t.Errorf("seed %d: %q has rank %d, want 17 or more", seed, word, rank)
			}
		}
	}
}

var denial = regexp.MustCompile(`\b(not|never|hardly|[Nn]obody|nothing|anything but|far from)\b`)

// readVerdict is the docstring's ideal reader: the last word of opinion counts,
// and a denial before it in the same clause turns it round.
func readVerdict(review string, good, bad map[string]bool) bool {
	clauses := strings.FieldsFunc(review, func(r rune) bool { return strings.ContainsRune(",.?", r) })
	for _, clause := range slices.Backward(clauses) {
		for _, word := range slices.Backward(text.Tokenize(clause)) {
			if good[word] || bad[word] {
				return good[word] != denial.MatchString(clause)
			}
		}
	}
	return false
}

func opinions(sign string) map[string]bool {
	words := make(map[string]bool)
	for _, rule := range []string{"adj", "noun", "love", "works"} {
		for _, word := range sampleRules()[rule+sign] {
			words[word] = true
		}
	}
	return words
}

// What the docstring says of logistic regression.
func TestSampleBagOfWords(t *testing.T) {
	t.Parallel()
	c := Sample(1)
	v, err := text.Count(datasets.Texts(c.Part("train")), text.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []struct {
		words int
		want  float64
	}{{100, 0.65}, {v.Len(), 0.84}} {
		acc := bagAccuracy(c, v, b.words)
		t.Logf("the %d most frequent words: accuracy %.3f", b.words, acc)
		if math.Abs(acc-b.want) > 0.02 {
			t.Errorf("the %d most frequent words: accuracy %.3f, want %g ± 0.02", b.words, acc, b.want)
		}
	}
}

// bagAccuracy trains a logistic regression on the counts of the n most frequent
// words of the part train, by stochastic gradient descent, and returns its accuracy on
// the part test.
func bagAccuracy(c *Reviews, v *text.Vocabulary, n int) float64 {
	bags := func(reviews []datasets.Record) [][]int {
		bags := make([][]int, len(reviews))
		for i, r := range reviews {
			for _, word := range text.Tokenize(r.Text) {
				if rank, ok := v.Rank(word); ok && rank <= n {
					bags[i] = append(bags[i], rank)
				}
			}
		}
		return bags
	}
	parts := halves(c)
	train, test := bags(parts[0]), bags(parts[1])
	target := func(r datasets.Record) float64 {
		if r.Label == Positive {
			return 1
		}
		return 0
	}
	weights := make([]float64, n+1) // the bias, then a weight for each rank
	logit := func(ranks []int) float64 {
		z := weights[0]
		for _, rank := range ranks {
			z += weights[rank]
		}
		return z
	}
	const epochs = 80
	for epoch := range epochs {
		rate := 0.005 * (1 - float64(epoch)/epochs)
		for i, ranks := range train {
			step := rate * (target(parts[0][i]) - 1/(1+math.Exp(-logit(ranks))))
			weights[0] += step
			for _, rank := range ranks {
				weights[rank] += step
			}
		}
	}
	right := 0
	for i, ranks := range test {
		if (logit(ranks) > 0) == (target(parts[1][i]) == 1) {
			right++
		}
	}
	return float64(right) / float64(len(test))
}

// Every {name} has a rule, for both opinions, short enough for zipfSums.
func TestSampleGrammarIsComplete(t *testing.T) {
	rules := sampleRules()
	for _, m := range regexp.MustCompile(`\{!?([^}]*)\}`).FindAllStringSubmatch(sampleGrammar, -1) {
		if rules[m[1]] == nil && (rules[m[1]+"+"] == nil || rules[m[1]+"-"] == nil) {
			t.Errorf("%s has no rule", m[0])
		}
	}
	for name, alts := range rules {
		if len(alts) > len(zipfSums) || slices.Contains(alts, "") {
			t.Errorf("rule %s has %d alternatives, want at most %d, none empty", name, len(alts), len(zipfSums))
		}
	}
	good := opinions("+")
	for word := range opinions("-") {
		if good[word] {
			t.Errorf("%q is both good and bad", word)
		}
	}
}
