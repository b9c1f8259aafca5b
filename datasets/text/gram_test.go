package text

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"pgregory.net/rapid"
)

// plainGram is a gram as a string, and its hash.
type plainGram struct {
	units string // each behind a byte that UTF-8 does not have
	hash  uint64
}

// plainGrams spells the grams of a text, in order.
func plainGrams(c GramConfig, text string) (all [kinds][]plainGram) {
	type unit struct {
		spelled string
		hash    uint64
	}
	runs := func(units []unit, k kind) (all []plainGram) {
		for i := range units {
			g := plainGram{"", k.seed}
			for n := 1; n <= k.max && i+n <= len(units); n++ {
				next := units[i+n-1]
				g = plainGram{g.units + "\xff" + next.spelled, chain(g.hash, next.hash)}
				if n >= k.min {
					all = append(all, g)
				}
			}
		}
		return all
	}
	var words, chars []unit
	for _, w := range tokensFor(c.Text, text) {
		words = append(words, unit{"w" + w, hashWord([]byte(w))})
	}
	if c.Bounds && len(words) > 0 {
		words = append(append([]unit{{"<s>", bound}}, words...), unit{"</s>", bound + 1})
	}
	clean := cleaned(c.Text, text)
	if c.Text.Case != "keep" {
		clean = strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}, clean)
	}
	if fields := strings.FieldsFunc(clean, unicode.IsSpace); len(fields) > 0 {
		for _, r := range " " + strings.Join(fields, " ") + " " {
			chars = append(chars, unit{string(r), uint64(r)})
		}
	}
	for k, units := range [kinds][]unit{words, chars} {
		all[k] = runs(units, c.kinds()[k])
	}
	return all
}

// plainLearnGrams learns with maps.
func plainLearnGrams(c GramConfig, texts []string) (ids map[string]int32, counts []int32, split int) {
	ids = map[string]int32{}
	for k := range kinds {
		in, hashes := map[string]int32{}, map[string]uint64{}
		for _, text := range texts {
			seen := map[string]bool{}
			for _, g := range plainGrams(c, text)[k] {
				hashes[g.units] = g.hash
				if !seen[g.units] {
					seen[g.units] = true
					in[g.units]++
				}
			}
		}
		var kept []string
		for g, n := range in {
			if int(n) >= c.MinCount {
				kept = append(kept, g)
			}
		}
		slices.SortFunc(kept, func(a, b string) int {
			return cmp.Or(cmp.Compare(in[b], in[a]), cmp.Compare(hashes[a], hashes[b]))
		})
		if c.MaxGrams > 0 {
			kept = kept[:min(c.MaxGrams, len(kept))]
		}
		for _, g := range kept {
			ids[fmt.Sprint(k, g)] = int32(len(counts))
			counts = append(counts, in[g])
		}
		if k == ofWords {
			split = len(counts)
		}
	}
	return ids, counts, split
}

// plainEncodeGrams returns ids and which grams they are of.
func plainEncodeGrams(c GramConfig, ids map[string]int32, text string) (row []int32, grams []string) {
	for k, all := range plainGrams(c, text) {
		for _, g := range all {
			if id, ok := ids[fmt.Sprint(k, g.units)]; ok {
				row, grams = append(row, id), append(grams, g.units)
			}
		}
	}
	return row, grams
}

var (
	anyGramConfig = rapid.Custom(func(t *rapid.T) GramConfig {
		c := GramConfig{Text: anyConfig.Draw(t, "text"), MinCount: rapid.IntRange(0, 3).Draw(t, "least"), MaxGrams: rapid.SampledFrom([]int{0, 0, 3, 20}).Draw(t, "most")}
		c.Text.StripPunctuation = rapid.Bool().Draw(t, "strip")
		if c.Text.Tokenizer == bpe {
			c.Text.Tokenizer = "marks"
		}
		if c.Words = rapid.IntRange(0, 4).Draw(t, "words"); c.Words > 0 {
			c.Bounds = rapid.Bool().Draw(t, "bounds")
		}
		if c.Words == 0 || rapid.Bool().Draw(t, "chars") {
			c.MinChars = rapid.IntRange(1, 3).Draw(t, "from")
			c.MaxChars = rapid.IntRange(c.MinChars, 6).Draw(t, "to")
		}
		return c
	})
	// fewWords has texts with grams in common.
	fewWords = rapid.SliceOfN(rapid.OneOf(anyText, rapid.Custom(func(t *rapid.T) string {
		word := rapid.SampledFrom([]string{"a", "film", "good", "The", ".", "!", "영화", "😀", "<br />", "\t", "...", "not"})
		return strings.Join(rapid.SliceOfN(word, 0, 90).Draw(t, "words"), " ")
	})), 1, 12)
)

// Ids, counts and spans are those of an implementation with strings and maps.
func TestGramsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, texts := anyGramConfig.Draw(t, "config"), fewWords.Draw(t, "texts")
		want, counts, split := plainLearnGrams(c, texts)
		g, err := LearnGrams(Of(texts...), c)
		if len(counts) == 0 {
			if err == nil || !strings.HasPrefix(err.Error(), "grams: none occurs in MinCount ") {
				t.Fatalf("no gram is kept: error %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(counts, g.Counts()); diff != "" || g.Split() != split || g.Len() != len(counts) || g.Texts() != len(texts) {
			t.Fatalf("%d grams of %d texts, split at %d, want %d; counts (-want +got):\n%s", g.Len(), g.Texts(), g.Split(), split, diff)
		}
		for _, text := range append(texts, anyText.Draw(t, "unseen")) {
			ids, grams := plainEncodeGrams(c, want, text)
			if diff := gocmp.Diff(append([]int32{7}, ids...), g.Encode([]int32{7}, text)); diff != "" {
				t.Fatalf("ids of %q (-want +got):\n%s", text, diff)
			}
			got, spans := g.EncodeSpans(text)
			if !slices.Equal(ids, got) || len(spans) != len(ids) {
				t.Fatalf("EncodeSpans of %q: %d, %v, want %d", text, got, spans, ids)
			}
			for i, span := range spans {
				checkGramSpan(t, c, text, grams[i], int(ids[i]) < split, span)
			}
		}
	})
}

// checkGramSpan: a span names the bytes of a gram where nothing was rewritten.
func checkGramSpan(t *rapid.T, c GramConfig, text, gram string, words bool, span [2]int) {
	if span[0] < 0 || span[0] > span[1] || span[1] > len(text) {
		t.Fatalf("%q in %q has the span %d", gram, text, span)
	}
	if c.Text.HTML || c.Text.Normalize != "" || c.Text.StripPunctuation {
		return
	}
	want := strings.ReplaceAll(gram, "\xff", "")
	got := text[span[0]:span[1]]
	if words {
		want = strings.NewReplacer("\xffw", " ", "\xff<s>", "", "\xff</s>", "").Replace(gram)
		got = " " + strings.Join(tokensFor(c.Text, got), " ")
	} else {
		got = cleaned(c.Text, got)
	}
	want, got = strings.Join(strings.Fields(want), " "), strings.Join(strings.Fields(got), " ")
	if !strings.EqualFold(want, got) {
		t.Fatalf("%q in %q has the span %d, %q", gram, text, span, got)
	}
}

// The number of processors changes neither what is learned nor the order of rows.
func TestGramsProcessors(t *testing.T) {
	var texts []string
	for i := range 3000 {
		texts = append(texts, fmt.Sprintf("word%d is %d, 영화 %c", i%700, i*i%911, 'a'+i%26))
	}
	var first []byte
	for _, procs := range []int{1, 2, 5, 70} {
		old := runtime.GOMAXPROCS(procs)
		g := learnGrams(t, GramConfig{Words: 3, Bounds: true, MinChars: 1, MaxChars: 4, MinCount: 2, MaxGrams: 2000}, texts...)
		rows, err := g.EncodeTexts(Of(texts...))
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
		data, err := g.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !slices.Equal(first, data) {
			t.Errorf("%d processors learn other grams", procs)
		}
		for i, row := range rows {
			if want := g.Encode(nil, texts[i]); !slices.Equal(want, row) {
				t.Fatalf("%d processors: row %d is %v, want %v", procs, i, row, want)
			}
		}
		if len(rows) != len(texts) {
			t.Errorf("%d rows of %d texts", len(rows), len(texts))
		}
	}
}

func TestGramsTogether(t *testing.T) {
	g := learnGrams(t, shortGrams, "a good film", "not a good film", "a film")
	want := g.Encode(nil, "not a film")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if got := g.Encode(nil, "not a film"); !slices.Equal(want, got) {
					t.Errorf("%v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestGramsStreamError(t *testing.T) {
	broken := errors.New("broken")
	stream := func(yield func(string, error) bool) { _ = yield("a", nil) && yield("", broken) }
	if _, err := LearnGrams(stream, GramConfig{Words: 1}); err != broken {
		t.Errorf("learning: error %v", err)
	}
	if _, err := learnGrams(t, GramConfig{Words: 1}, "a").EncodeTexts(stream); err != broken {
		t.Errorf("encoding: error %v", err)
	}
	var zero Grams
	if ids, spans := zero.EncodeSpans("a"); len(zero.Encode(nil, "a"))+len(ids)+len(spans)+zero.Len() != 0 {
		t.Error("the zero value keeps grams")
	}
}

func TestGramConfigRefuses(t *testing.T) {
	for want, c := range map[string]GramConfig{
		`Tokenizer: unknown "x"`:               {Text: Config{Tokenizer: "x"}, Words: 1},
		"NGrams is 2, want 0":                  {Text: Config{NGrams: 2}, Words: 1},
		"the tokenizer bpe has no words":       {Text: Config{Tokenizer: "bpe"}, Words: 1},
		"Words is 11, want 0 to 10":            {Words: 11},
		"Words is -1, want":                    {Words: -1},
		"Bounds is set and Words is 0":         {Bounds: true, MinChars: 1, MaxChars: 1},
		"MinChars is 0 and MaxChars 5, want":   {MaxChars: 5},
		"MinChars is 2 and MaxChars 1, want":   {MinChars: 2, MaxChars: 1},
		"MinChars is 2 and MaxChars 0, want":   {Words: 1, MinChars: 2},
		"MinChars is 1 and MaxChars 17, want":  {MinChars: 1, MaxChars: 17},
		"Words and MaxChars are 0, want":       {},
		"MinCount is -1, want":                 {Words: 1, MinCount: -1},
		"MaxGrams is -1, want":                 {Words: 1, MaxGrams: -1},
		"none occurs in MinCount 3 of 1 texts": {Words: 1, MinCount: 3},
		"none occurs in MinCount 1 of 1 texts": {MinChars: 9, MaxChars: 9},
	} {
		if _, err := LearnGrams(Of("a"), c); err == nil || !strings.HasPrefix(err.Error(), "grams: "+want) {
			t.Errorf("%+v: error %v, want %q", c, err, want)
		}
	}
}
