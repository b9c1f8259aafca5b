package text

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A part finds in a text what the whole finds, but for the grams that are gone: also when
// it was saved and read, and when it is a part of a part.
func TestGramsOnlyProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, texts := anyGramConfig.Draw(t, "config"), fewWords.Draw(t, "texts")
		g, err := LearnGrams(Of(texts...), c)
		if err != nil {
			return // no gram is kept
		}
		texts = append(texts, anyText.Draw(t, "unseen"))
		whole := g
		of := make([]int32, g.Len()) // by id of the part, that of the whole
		for i := range of {
			of[i] = int32(i)
		}
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			kept := rapid.SampledFrom([]string{"words", "characters", "all", "some", "none"}).Draw(t, "kept")
			seed := rapid.IntRange(1, 1000).Draw(t, "seed")
			keep := func(id int32) bool {
				words := int(id) < g.Split()
				return kept == "all" || kept == "words" && words || kept == "characters" && !words || kept == "some" && int(id)*seed%7 < 3
			}
			var want []int32
			for id := range int32(g.Len()) {
				if keep(id) {
					want = append(want, id)
				}
			}
			part, ids, err := g.Only(keep)
			if len(want) == 0 {
				if err == nil || err.Error() != "grams: none is kept" {
					t.Fatalf("nothing is kept: error %v", err)
				}
				return
			}
			if err != nil || !slices.Equal(ids, want) || part.Len() != len(want) || part.Texts() != g.Texts() {
				t.Fatalf("%v: kept %d of %d texts, want %d", err, ids, part.Texts(), want)
			}
			for i, id := range ids {
				if part.Counts()[i] != g.Counts()[id] || i < part.Split() != (int(id) < g.Split()) {
					t.Fatalf("gram %d was %d: count %d, want %d; split at %d and %d", i, id, part.Counts()[i], g.Counts()[id], part.Split(), g.Split())
				}
				ids[i] = of[id]
			}
			g, of = part, ids
		}
		data, err := g.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var read Grams
		if err := read.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if read.Config() != g.Config() || !slices.Equal(read.Counts(), g.Counts()) || read.Split() != g.Split() {
			t.Fatalf("read %+v, want %+v", read.Config(), g.Config())
		}
		now := map[int32]int32{}
		for i, id := range of {
			now[id] = int32(i)
		}
		for _, text := range texts {
			all, at := whole.EncodeSpans(text)
			var ids []int32
			var spans [][2]int
			for i, id := range all {
				if id, ok := now[id]; ok {
					ids, spans = append(ids, id), append(spans, at[i])
				}
			}
			for _, g := range []*Grams{g, &read} {
				got, where := g.EncodeSpans(text)
				if !slices.Equal(ids, got) || !slices.Equal(spans, where) || !slices.Equal(ids, g.Encode(nil, text)) {
					t.Fatalf("%q is %d at %d, want %d at %d", text, got, where, ids, spans)
				}
			}
		}
	})
}

// A gram is found though its beginning is gone, and one kind without the other.
func TestGramsOnly(t *testing.T) {
	g := learnGrams(t, GramConfig{Words: 2, MinChars: 1, MaxChars: 2}, "a film")
	ids, spans := g.EncodeSpans("a film")
	for i, span := range spans {
		part, was, err := g.Only(func(id int32) bool { return id == ids[i] })
		if err != nil || !slices.Equal(was, ids[i:i+1]) {
			t.Fatalf("%v: kept %d, want %d", err, was, ids[i])
		}
		if got, at := part.EncodeSpans("a film"); len(got) == 0 || at[0] != span && !slices.Contains(at, span) {
			t.Errorf("the gram at %d is found at %d", span, at)
		}
		if c := part.Config(); (c.Words > 0) == (c.MaxChars > 0) {
			t.Errorf("one gram has the configuration %+v", c)
		}
	}
}
