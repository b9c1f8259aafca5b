package text

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"unroll/datasets/imdb"
)

func learn(t testing.TB, c EncoderConfig, list ...string) *Encoder {
	t.Helper()
	e, err := LearnEncoder(Of(list...), c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The example of Sennrich et al., section 3.2, whose first merges are e s, es t,
// l o, lo w; here ties are broken by bytes, and a chunk has its space before it.
func TestBytePairs(t *testing.T) {
	text := strings.Repeat("low\n", 5) + strings.Repeat("lower\n", 2) + strings.Repeat("newest\n", 6) + strings.Repeat("widest\n", 3)
	e := learn(t, EncoderConfig{Text: Config{Tokenizer: "bpe"}, NumWords: 266, MaxLen: 8}, text)
	var got []string
	for id := int32(260); e.WordOf(id) != ""; id++ {
		got = append(got, e.WordOf(id))
	}
	if diff := gocmp.Diff([]string{"es", "est", "lo", "low", "ew", "ewest"}, got); diff != "" {
		t.Errorf("merges (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]string{"low", "est", "\n"}, e.Tokens("LOWest\n")); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

func TestChunks(t *testing.T) {
	for text, want := range map[string][]string{
		"":                            nil,
		" ":                           {" "},
		"Don't  go, x2!":              {"Don", "'", "t", " ", " go", ",", " x", "2", "!"},
		" \n  a\t b ":                 {" \n ", " a", "\t", " b", " "},
		"한국어 e\u0301te":               {"한국어", " e\u0301te"},
		strings.Repeat("é", 40):       {strings.Repeat("é", 32), strings.Repeat("é", 8)},
		"a" + strings.Repeat("語", 22): {"a" + strings.Repeat("語", 21), "語"},
	} {
		var s scratch
		s.tokenize(Config{Tokenizer: "bpe", Case: "keep"}, text)
		var got []string
		for _, c := range s.tokens {
			got = append(got, text[c.lo:c.hi])
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// plainLearn counts all pairs anew for each merge.
func plainLearn(v *Vocabulary, size, least int) [][2]string {
	var chunks [][]string
	for _, w := range v.words {
		chunks = append(chunks, strings.Split(w, ""))
	}
	pieces := map[string]bool{}
	var merges [][2]string
	for 256+len(pieces) < size {
		counts := map[[2]string]int{}
		for i, c := range chunks {
			for k := 1; k < len(c); k++ {
				counts[[2]string{c[k-1], c[k]}] += v.counts[i]
			}
		}
		if len(counts) == 0 {
			return merges
		}
		best := slices.MinFunc(slices.Collect(maps.Keys(counts)), func(a, b [2]string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
		})
		if counts[best] < least {
			return merges
		}
		merges = append(merges, best)
		pieces[best[0]+best[1]] = true
		for i, c := range chunks {
			var out []string
			for k := 0; k < len(c); k++ {
				if k+1 < len(c) && [2]string{c[k], c[k+1]} == best {
					out = append(out, c[k]+c[k+1])
					k++
				} else {
					out = append(out, c[k])
				}
			}
			chunks[i] = out
		}
	}
	return merges
}

// The heap's merges are those of counting everything anew, in its order.
func TestBytePairsAgainstPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.StringMatching(`([ab]{0,6}|[a-c]{1,9}| )*`), 1, 5).Draw(t, "texts")
		v, err := Count(Of(list...), Config{Tokenizer: "bpe"})
		if err != nil {
			t.Fatal(err)
		}
		size, least := rapid.IntRange(256, 280).Draw(t, "size"), rapid.IntRange(1, 4).Draw(t, "least")
		p := learnBytePairs(v, size, least)
		var got [][2]string
		for _, m := range p.merges {
			got = append(got, [2]string{p.pieces[m.left], p.pieces[m.right]})
		}
		if diff := gocmp.Diff(plainLearn(v, size, least), got); diff != "" {
			t.Fatalf("merges (-plain +ours):\n%s", diff)
		}
	})
}

// Nothing is lost, and nothing depends on the processors or on what was encoded
// before.
func TestBytePairsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "texts")
		c := EncoderConfig{
			Text:     Config{Tokenizer: "bpe", Case: "keep"},
			NumWords: rapid.SampledFrom([]int{0, 260, 270}).Draw(t, "NumWords"),
			MaxLen:   1 << 12,
			Padding:  Side(rapid.IntRange(0, 1).Draw(t, "padding")),
		}
		e, err := LearnEncoder(Of(list...), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range append(list, rapid.String().Draw(t, "text")) {
			ids := e.Encode(text)
			if got := e.Decode(ids); got != text {
				t.Fatalf("%q is decoded as %q", text, got)
			}
			if again := e.Encode(text); !slices.Equal(ids, again) {
				t.Fatalf("%q is encoded as %v, then as %v", text, ids, again)
			}
			kept, _ := e.EncodeSpans(text)
			for _, id := range kept {
				word := e.WordOf(id)
				if back, ok := e.IDOf(word); !ok || back != id {
					t.Fatalf("IDOf(%q) = %d, %v, want %d", word, back, ok, id)
				}
			}
		}
	})
}

func TestReadBytePairsRefuses(t *testing.T) {
	long := [][2]int32{{'a', 'a'}}
	for i := range int32(6) {
		long = append(long, [2]int32{256 + i, 256 + i})
	}
	for want, merges := range map[string][][2]int32{
		"merge 0 joins symbol 256 of 256":       {{256, 1}},
		"merge 1 joins symbol -1 of 257":        {{1, 1}, {1, -1}},
		"merge 1 repeats another":               {{1, 2}, {1, 2}},
		"merge 6 makes 128 bytes, more than 64": long,
	} {
		if _, err := readBytePairs(merges); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestLearnEncoderOnAnyProcessors(t *testing.T) {
	list := sampleTexts()
	for _, c := range []EncoderConfig{
		{MaxLen: 10, MinCount: 3},
		{MaxLen: 10, NumWords: 600, Text: Config{Tokenizer: "bpe"}},
		{MaxLen: 10, NumWords: 600, OOVBuckets: 7, Text: Config{Tokenizer: "words", NGrams: 2}},
	} {
		var files []string
		var rows [][][]int32
		var stats []Stats
		for _, procs := range []int{1, 3} {
			old := runtime.GOMAXPROCS(procs)
			e := learn(t, c, list...)
			data, err := e.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			r, s, err := e.EncodeTexts(Of(list...))
			runtime.GOMAXPROCS(old)
			if err != nil {
				t.Fatal(err)
			}
			files, rows, stats = append(files, string(data)), append(rows, r), append(stats, s)
			for i, text := range list {
				row := make([]int32, e.config.MaxLen)
				if e.pad(row, r[i]); !slices.Equal(row, e.Encode(text)) {
					t.Fatalf("%+v: text %d is encoded differently in parallel", c, i)
				}
			}
		}
		for i := range files {
			if files[i] != files[0] || stats[i] != stats[0] || !slices.EqualFunc(rows[i], rows[0], slices.Equal) {
				t.Errorf("%+v: differs between numbers of processors", c)
			}
		}
	}
}

// sampleTexts is 500 reviews of the sample corpus.
func sampleTexts() (list []string) {
	for _, r := range imdb.Sample(1).Records[4000:4500] {
		list = append(list, r.Text)
	}
	return list
}

func BenchmarkLearnBytePairs(b *testing.B) {
	c := needReal(b)
	setBytes(b, c.train)
	for b.Loop() {
		if _, err := LearnEncoder(Of(c.train...), EncoderConfig{Text: Config{Tokenizer: "bpe"}, NumWords: 260 + 8000, MaxLen: 100}); err != nil {
			b.Fatal(err)
		}
	}
}
