package text

import (
	"encoding/json"
	"hash/fnv"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"pgregory.net/rapid"
)

func TestLearnEncoder(t *testing.T) {
	list := []string{"a a a b b c", "A b c d", ""} // a 4, b 3, c 2, d 1
	for _, c := range []struct {
		name   string
		config EncoderConfig
		text   string
		want   []int32
	}{
		{"defaults", EncoderConfig{MaxLen: 5}, "d c x b a", []int32{0, 7, 6, 5, 4}},
		{"MinCount", EncoderConfig{MinCount: 2, MaxLen: 5}, "d c x b a", []int32{0, 0, 6, 5, 4}},
		{"both limits", EncoderConfig{NumWords: 6, MinCount: 2, MaxLen: 5}, "d c x b a", []int32{0, 0, 0, 5, 4}},
		{"one bucket", EncoderConfig{NumWords: 6, SkipTop: 5, OOVBuckets: 1, MaxLen: 5}, "d c x b a", []int32{0, 6, 6, 6, 5}},
		{"sides", EncoderConfig{MaxLen: 3, Padding: Post, Truncating: Post}, "a b c d", []int32{4, 5, 6}},
		{"filled", EncoderConfig{MaxLen: 3, Padding: Post, Value: 2}, "a", []int32{4, 2, 2}},
		// Each n-gram is a word: 4 a, 3 b, 2 "a a", "a b", "b c" and c.
		{"n-grams", EncoderConfig{Text: Config{NGrams: 2}, NumWords: 10, MaxLen: 8}, "a a b c", []int32{0, 4, 6, 4, 7, 5, 8, 9}},
	} {
		e := learn(t, c.config, list...)
		if diff := cmp.Diff(c.want, e.Encode(c.text)); diff != "" {
			t.Errorf("%s: Encode(%q) (-want +got):\n%s", c.name, c.text, diff)
		}
	}
	e := learn(t, EncoderConfig{NumWords: 6, OOVBuckets: 5, MaxLen: 3}, list...)
	h := fnv.New32a()
	h.Write([]byte("x"))
	want := 6 + int32(h.Sum32()%5)
	if got := e.Encode("X"); got[2] != want || e.Depth() != 11 || e.KnownWords("a X") != 1 || e.WordOf(want) != "" {
		t.Errorf("X has id %d of %d, want %d of 11", got[2], e.Depth(), want)
	}
}

// A stream's error ends the work and comes out as it is.
func TestStreamError(t *testing.T) {
	broken := errors.New("row 3 is broken")
	stream := func(yield func(string, error) bool) {
		for range 1000 {
			if !yield("a b", nil) {
				return
			}
		}
		if yield("", broken) {
			t.Error("the stream is read on")
		}
	}
	e := newEncoder(t, EncoderConfig{MaxLen: 1})
	_, countErr := Count(stream, Config{})
	_, learnErr := LearnEncoder(stream, EncoderConfig{MaxLen: 1})
	_, _, encodeErr := e.EncodeTexts(stream)
	_, statsErr := e.Stats(stream)
	for _, err := range []error{countErr, learnErr, encodeErr, statsErr} {
		if err != broken {
			t.Errorf("error %v, want %v", err, broken)
		}
	}
}

// TestEncodeTextsIsRagged: a row is what Encode gives without the padding, and
// memory follows the texts, whatever the length of a model's sequences.
func TestEncodeTextsIsRagged(t *testing.T) {
	for _, side := range []Side{Pre, Post} {
		e := newEncoder(t, EncoderConfig{MaxLen: 3, Truncating: side, Padding: side})
		list := []string{"a", "", "a b c d e", "qqqq", "b c"}
		rows, _, err := e.EncodeTexts(Of(list...))
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range list {
			ids, _ := e.EncodeSpans(text)
			if !slices.Equal(rows[i], ids) || cap(rows[i]) != len(ids) {
				t.Errorf("%q is %v of capacity %d, want %v", text, rows[i], cap(rows[i]), ids)
			}
		}
	}
	size := func(length int) uint64 {
		e := newEncoder(t, EncoderConfig{MaxLen: length})
		list := slices.Repeat([]string{"a b c d"}, 10_000)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		rows, _, err := e.EncodeTexts(Of(list...))
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(rows)
		return after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
	}
	if few, many := size(10), size(10_000); many > 2*few+1<<20 {
		t.Errorf("sequences of 10 take %d bytes, of 10,000 %d", few, many)
	}
}

func TestEncoderConfigRefuses(t *testing.T) {
	bpe := Config{Tokenizer: "bpe"}
	for want, c := range map[string]EncoderConfig{
		"MinCount is -1":   {MinCount: -1, MaxLen: 1},
		"OOVBuckets is -1": {OOVBuckets: -1, MaxLen: 1},
		"OOVBuckets is 2147483647, want 0 to 2147483642 with NumWords 5": {OOVBuckets: 1<<31 - 1, MaxLen: 1},
		"Padding is 2":                                     {Padding: 2, MaxLen: 1},
		"Padding is 0 and Truncating -1":                   {Truncating: -1, MaxLen: 1},
		"Value is -1, want an id, 0 to 4":                  {Value: -1, MaxLen: 1},
		"Value is 7, want an id, 0 to 6":                   {Value: 7, OOVBuckets: 2, MaxLen: 1},
		"SkipTop 0 keeps none of the vocabulary's 0 words": {MinCount: 9, MaxLen: 1, NumWords: 9},
		"NumWords is 259, the tokenizer bpe wants 0 or at": {Text: bpe, NumWords: 259, MaxLen: 1},
		"SkipTop is 5 and OOVBuckets 0, the tokenizer bpe": {Text: bpe, SkipTop: 5, MaxLen: 1},
		"SkipTop is 0 and OOVBuckets 5, the tokenizer bpe": {Text: bpe, OOVBuckets: 5, MaxLen: 1},
		"MaxLen is 0": {Text: bpe},
	} {
		if _, err := LearnEncoder(Of("a"), c); err == nil || !strings.HasPrefix(err.Error(), "encoder: "+want) {
			t.Errorf("%+v: error %v, want %q", c, err, want)
		}
	}
	if _, err := NewEncoder(letters(), EncoderConfig{MinCount: 2, MaxLen: 1}); err == nil || !strings.Contains(err.Error(), "was not counted") {
		t.Errorf("a minimum of no counts: error %v", err)
	}
	if _, err := NewEncoder(letters(), EncoderConfig{Text: bpe, MaxLen: 1}); err == nil || !strings.Contains(err.Error(), "text configuration") {
		t.Errorf("byte pairs of words: error %v", err)
	}
}

func TestStats(t *testing.T) {
	e := newEncoder(t, EncoderConfig{NumWords: 10, SkipTop: 6, MaxLen: 3}) // c to f
	got, err := e.Stats(Of("", "a b", "c x", "c d", "c d e", "c d e f", "c c c c c"))
	if err != nil {
		t.Fatal(err)
	}
	want := Stats{Texts: 7, Empty: 2, Truncated: 2, Tokens: 18, Unknown: 1, Median: 2, P95: 5, Longest: 5}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got.UnknownShare() != 1.0/18 || got.TruncatedShare() != 2.0/7 {
		t.Errorf("shares %v and %v", got.UnknownShare(), got.TruncatedShare())
	}
	if got, err := e.Stats(Of()); got != (Stats{}) || err != nil || got.UnknownShare() != 0 {
		t.Errorf("no texts give %+v, %v", got, err)
	}
}

func TestEncodeSpans(t *testing.T) {
	e := learn(t, EncoderConfig{Text: Config{HTML: true, Case: "lower"}, SkipTop: 5, MaxLen: 2}, "x x x", "caf\u00e9 good", "\u0130")
	text := "x <b>CAF&Eacute;</b>, \u0130 x good?"
	ids, spans := e.EncodeSpans(text)
	if diff := cmp.Diff(e.Encode(text), ids); diff != "" {
		t.Errorf("ids (-Encode +EncodeSpans):\n%s", diff)
	}
	var got []string
	for _, s := range spans {
		got = append(got, text[s[0]:s[1]])
	}
	if diff := cmp.Diff([]string{"\u0130", "good"}, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	if ids, spans := e.EncodeSpans("x ?"); len(ids) != 0 || len(spans) != 0 {
		t.Errorf("nothing kept gives %v, %v", ids, spans)
	}
}

// Whatever the settings and the text: ids are below Depth, rows have MaxLen, spans
// are in order, and a saved encoder encodes the same.
func TestAnyEncoderProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := EncoderConfig{
			Text:       anyConfig.Draw(t, "text config"),
			MinCount:   rapid.IntRange(0, 2).Draw(t, "MinCount"),
			MaxLen:     rapid.IntRange(1, 9).Draw(t, "MaxLen"),
			Padding:    Side(rapid.IntRange(0, 1).Draw(t, "Padding")),
			Truncating: Side(rapid.IntRange(0, 1).Draw(t, "Truncating")),
			Value:      rapid.Int32Range(0, 3).Draw(t, "Value"),
		}
		if c.Text.Tokenizer == "bpe" {
			c.NumWords = rapid.SampledFrom([]int{0, 260, 265}).Draw(t, "NumWords")
		} else {
			c.Text.NGrams = rapid.IntRange(0, 3).Draw(t, "NGrams")
			c.NumWords = rapid.SampledFrom([]int{0, 6, 9}).Draw(t, "NumWords")
			c.SkipTop = rapid.IntRange(0, 5).Draw(t, "SkipTop")
			c.OOVBuckets = rapid.IntRange(0, 3).Draw(t, "OOVBuckets")
		}
		list := rapid.SliceOfN(anyText, 1, 4).Draw(t, "texts")
		e, err := LearnEncoder(Of(list...), c)
		if err != nil {
			if strings.Contains(err.Error(), "keeps n") {
				return // there are too few words
			}
			t.Fatal(err)
		}
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var read Encoder
		if err := json.Unmarshal(data, &read); err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		if again, _ := json.Marshal(&read); string(again) != string(data) {
			t.Fatalf("saved twice:\n%s\n%s", data, again)
		}
		for _, text := range append(list, anyText.Draw(t, "text")) {
			checkEncoder(t, e, text)
			if diff := cmp.Diff(e.Encode(text), read.Encode(text)); diff != "" {
				t.Fatalf("encoded differently (-saved +read):\n%s", diff)
			}
		}
	})
}

func checkEncoder(t interface{ Fatalf(string, ...any) }, e *Encoder, text string) {
	row := e.Encode(text)
	ids, spans := e.EncodeSpans(text)
	c := e.Config()
	if len(row) != c.MaxLen || len(ids) > c.MaxLen || len(spans) != len(ids) {
		t.Fatalf("%d ids, %d without padding, %d spans, want %d", len(row), len(ids), len(spans), c.MaxLen)
	}
	for _, id := range row {
		if id < 0 || int(id) >= e.Depth() {
			t.Fatalf("id %d of %d", id, e.Depth())
		}
	}
	if want := PadSequences([][]int32{ids}, c.MaxLen, c.Padding, c.Truncating, c.Value)[0]; !slices.Equal(row, want) {
		t.Fatalf("row %v, want %v", row, want)
	}
	last := [2]int{}
	for _, s := range spans {
		if s[0] >= s[1] || s[1] > len(text) || s[0] < last[0] {
			t.Fatalf("span %v of %d bytes after %v", s, len(text), last)
		}
		last = s
	}
}

// No text, be it damaged, makes any tokenizer fail.
func FuzzEncode(f *testing.F) {
	for _, text := range []string{"The cat<br />&eacute;", "a\xff\xc3 \u0085", "영화가 \u1100\u1161 ﬁne 👍🏽", "<!--<!-- &#; É"} {
		f.Add(text)
	}
	var all []*Encoder
	list := sampleTexts()[:10]
	for _, tokenizer := range []string{"", "words", "chars", "bpe"} {
		c := EncoderConfig{Text: Config{HTML: true, Normalize: "NFKC", Case: "lower", Tokenizer: tokenizer}, MaxLen: 20}
		all = append(all, learn(f, c, list...))
		c.Text.HTML, c.Text.Normalize, c.Text.Case = false, "NFD", "keep"
		all = append(all, learn(f, c, list...))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range all {
			checkEncoder(t, e, text)
			checkSources(t, e.Config().Text, text)
		}
	})
}

func BenchmarkLearnEncoder(b *testing.B) {
	list := sampleTexts()
	size := 0
	for _, text := range list {
		size += len(text)
	}
	for _, c := range []Config{{}, {Tokenizer: "words"}, {Tokenizer: "chars"}, {Tokenizer: "bpe"}, {NGrams: 2}, {HTML: true, Normalize: "NFKC", Case: "lower"}} {
		name, _ := json.Marshal(c)
		config := EncoderConfig{Text: c, NumWords: 1000, MaxLen: 100}
		b.Run("learn/"+string(name), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				learn(b, config, list...)
			}
		})
		e := learn(b, config, list...)
		b.Run("encode/"+string(name), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, _, err := e.EncodeTexts(Of(list...)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
