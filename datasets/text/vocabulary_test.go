package text

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// count ranks the words of texts.
func count(texts ...string) *Vocabulary {
	v, _ := Count(Of(texts...), Config{}) // only a stream or a configuration can fail
	return v
}

func TestCount(t *testing.T) {
	v := count("b a, c", "B b zebra", "a é")
	// b 3, a 2, then once each in byte order: é is behind every ASCII letter.
	want := []string{"b", "a", "c", "zebra", "é"}
	if diff := cmp.Diff(want, v.words); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	for i, w := range want {
		if rank, ok := v.Rank(w); !ok || rank != i+1 {
			t.Errorf("Rank(%q) = %d, %v, want %d", w, rank, ok, i+1)
		}
		if got := v.Word(i + 1); got != w {
			t.Errorf("Word(%d) = %q, want %q", i+1, got, w)
		}
	}
	if _, ok := v.Rank("missing"); ok || v.Word(0) != "" || v.Word(6) != "" || v.Word(-1) != "" {
		t.Error("something outside the vocabulary is known")
	}
	if diff := cmp.Diff([]int32{1, 5, 2, 4}, v.Encode("A nice B")); diff != "" {
		t.Errorf("Encode (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int32{1}, v.Encode("...")); diff != "" {
		t.Errorf("Encode without words (-want +got):\n%s", diff)
	}
	if n := count().Len(); n != 0 {
		t.Errorf("a vocabulary of nothing has %d words", n)
	}
}

func TestReadWordIndex(t *testing.T) {
	v, err := ReadWordIndex(strings.NewReader(`{"b": 2, "the": 1, "\u0096": 3}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"the", "b", "\u0096"}, v.words); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestReadWordIndexRefuses(t *testing.T) {
	for input, want := range map[string]string{
		"":                    "it is empty",
		"{}":                  "it holds no words",
		"null":                "it holds no words",
		"[1]":                 "cannot unmarshal array",
		`{"a": 1`:             "unexpected EOF",
		`{"a": 1} x`:          "something follows",
		`{"a": 1}{"b": 1}`:    "something follows",
		`{"a": "1"}`:          "cannot unmarshal string",
		`{"a": 1.5}`:          "cannot unmarshal number",
		`{"a": 0}`:            `"a" has rank 0, want 1 to 1`,
		`{"a": -1}`:           `"a" has rank -1`,
		`{"a": 1, "b": 3}`:    `"b" has rank 3, want 1 to 2`,
		`{"a": 1, "b": 1}`:    `"a" and "b" both have rank 1`,
		`{"": 1}`:             "the word of rank 1 is empty",
		`{"a": 99999999999}`:  "rank 99999999999",
		"\x1f\x8b\x08 binary": "invalid character",
	} {
		_, err := ReadWordIndex(strings.NewReader(input))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "reading word index: ") {
			t.Errorf("%q: error %v, want %q", input, err, want)
		}
	}
}

func FuzzReadWordIndex(f *testing.F) {
	f.Add(`{"the": 1, "and": 2}`)
	f.Add(`{"a": 1, "a": 1}`)
	f.Add(`{"a\ud800": 1}`)
	f.Fuzz(func(t *testing.T, input string) {
		v, err := ReadWordIndex(strings.NewReader(input))
		if err != nil {
			return
		}
		index := map[string]int{}
		for rank := 1; rank <= v.Len(); rank++ {
			w := v.Word(rank)
			if got, ok := v.Rank(w); !ok || got != rank {
				t.Fatalf("rank %d has the word %q, which has rank %d, %v", rank, w, got, ok)
			}
			index[w] = rank
		}
		again, err := json.Marshal(index)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadWordIndex(strings.NewReader(string(again))); err != nil {
			t.Fatalf("read once, not twice: %v", err)
		}
	})
}
