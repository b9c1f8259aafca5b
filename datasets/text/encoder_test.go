package text

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// letters is a vocabulary in which "a" has rank 1 and "z" rank 26.
func letters() *Vocabulary {
	return newVocabulary(strings.Split("abcdefghijklmnopqrstuvwxyz", ""))
}

func newEncoder(t testing.TB, c EncoderConfig) *Encoder {
	t.Helper()
	e, err := NewEncoder(letters(), c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEncoder(t *testing.T) {
	e := newEncoder(t, EncoderConfig{NumWords: 10, SkipTop: 6, MaxLen: 4}) // ids 6 to 9: c to f
	for text, want := range map[string][]int32{
		"":              {0, 0, 0, 0},
		"a b z nothing": {0, 0, 0, 0},
		"A c B D!":      {0, 0, 6, 7},
		"c d e f":       {6, 7, 8, 9},
		"c d e f g a c": {7, 8, 9, 6},
	} {
		if diff := cmp.Diff(want, e.Encode(text)); diff != "" {
			t.Errorf("Encode(%q) (-want +got):\n%s", text, diff)
		}
	}
	if n := e.KnownWords("c d e f g a c"); n != 5 {
		t.Errorf("%d known words, want 5", n)
	}
	if n := e.KnownWords("a zzz"); n != 0 {
		t.Errorf("%d known words, want 0", n)
	}
	for id := int32(-5); id < 40; id++ {
		word, kept := e.WordOf(id), id >= 6 && id <= 9
		if (word != "") != kept {
			t.Errorf("WordOf(%d) = %q", id, word)
		}
		if back, ok := e.IDOf(word); kept && (!ok || back != id) {
			t.Errorf("IDOf(%q) = %d, %v, want %d", word, back, ok, id)
		}
	}
	for _, w := range []string{"", "a", "b", "g", "zebra"} {
		if id, ok := e.IDOf(w); ok || id != 0 {
			t.Errorf("IDOf(%q) = %d, %v, want none", w, id, ok)
		}
	}
	if n := e.vocab.Len(); n != 6 {
		t.Errorf("the encoder holds %d words, want the 6 that NumWords reaches", n)
	}
}

func TestEncoderDefaults(t *testing.T) {
	e := newEncoder(t, EncoderConfig{MaxLen: 2})
	if got := e.Config().NumWords; got != 30 {
		t.Errorf("NumWords is %d, want 30: ids 4 to 29 for 26 words", got)
	}
	if diff := cmp.Diff([]int32{4, 29}, e.Encode("a z")); diff != "" {
		t.Errorf("Encode (-want +got):\n%s", diff)
	}
	var zero Encoder
	if len(zero.Encode("a b")) != 0 || zero.KnownWords("a") != 0 || zero.WordOf(4) != "" {
		t.Error("the zero encoder keeps words")
	}
}

func TestNewEncoderRefuses(t *testing.T) {
	for _, c := range []struct {
		config EncoderConfig
		want   string
	}{
		{EncoderConfig{NumWords: 10}, "MaxLen is 0"},
		{EncoderConfig{NumWords: 10, MaxLen: -1}, "MaxLen is -1"},
		{EncoderConfig{NumWords: 10, MaxLen: 1 << 40}, "MaxLen is"},
		{EncoderConfig{NumWords: -1, MaxLen: 1}, "NumWords is -1"},
		{EncoderConfig{NumWords: 1 << 40, MaxLen: 1}, "NumWords is"},
		{EncoderConfig{NumWords: 4, MaxLen: 1}, "NumWords 4 keeps no word, want more than 4"},
		{EncoderConfig{NumWords: 20, SkipTop: 20, MaxLen: 1}, "NumWords 20 keeps no word, want more than 20"},
		{EncoderConfig{NumWords: 100, SkipTop: 30, MaxLen: 1}, "SkipTop 30 keeps none of the vocabulary's 26 words"},
		{EncoderConfig{SkipTop: -1, MaxLen: 1}, "SkipTop is -1"},
	} {
		if _, err := NewEncoder(letters(), c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.config, err, c.want)
		}
	}
	for _, v := range []*Vocabulary{nil, count()} {
		if _, err := NewEncoder(v, EncoderConfig{MaxLen: 1}); err == nil {
			t.Errorf("the vocabulary %v was accepted", v)
		}
	}
}

// The definition, step by step: raw ids, unwanted ones to 2, compact, pad.
func TestEncoderProperties(t *testing.T) {
	v := letters()
	words := rapid.SliceOf(rapid.StringMatching(`[a-zA-Z]|zz|é|,`))
	rapid.Check(t, func(t *rapid.T) {
		c := EncoderConfig{
			NumWords: rapid.IntRange(5, 40).Draw(t, "NumWords"),
			MaxLen:   rapid.IntRange(1, 9).Draw(t, "MaxLen"),
		}
		c.SkipTop = rapid.IntRange(0, min(c.NumWords, 30)-1).Draw(t, "SkipTop")
		e, err := NewEncoder(v, c)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(words.Draw(t, "words"), " ")
		var compact []int32
		for _, id := range v.Encode(text) {
			if int(id) >= c.NumWords || int(id) < c.SkipTop {
				id = 2
			}
			if id > 2 {
				compact = append(compact, id)
			}
		}
		want := PadSequences([][]int32{compact}, c.MaxLen, Pre, Pre, 0)[0]
		if diff := cmp.Diff(want, e.Encode(text)); diff != "" {
			t.Fatalf("Encode(%q) (-want +got):\n%s", text, diff)
		}
		if n := e.KnownWords(text); n != len(compact) {
			t.Fatalf("%d known words, want %d", n, len(compact))
		}
	})
}

func TestEncodeTexts(t *testing.T) {
	e := newEncoder(t, EncoderConfig{MaxLen: 3})
	var many []string
	var want [][]int32
	for i := range 101 {
		many = append(many, fmt.Sprintf("%c %c", 'a'+i%26, 'a'+i*7%26))
		want = append(want, e.Encode(many[i]))
	}
	encoded := func(texts ...string) [][]int32 {
		rows, _, err := e.EncodeTexts(Of(texts...))
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	for _, procs := range []int{1, 3, 200} {
		old := runtime.GOMAXPROCS(procs)
		got := PadSequences(encoded(many...), 3, Pre, Pre, 0)
		runtime.GOMAXPROCS(old)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("on %d processors (-want +got):\n%s", procs, diff)
		}
	}
	rows := encoded(many[:2]...)
	if _ = append(rows[0], 99); slices.Contains(rows[1], 99) {
		t.Error("appending to a row reaches into the next")
	}
	if rows := encoded(); len(rows) != 0 {
		t.Errorf("no texts give %v", rows)
	}
}
