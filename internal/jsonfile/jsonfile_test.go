package jsonfile

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unroll/internal/safefile"
)

type inner struct {
	Words []string       `json:"words,omitempty"`
	Sizes map[string]int `json:"sizes,omitempty"`
}

// own reads its JSON itself.
type own struct{ inner }

func (o *own) UnmarshalJSON(doc []byte) error { return Strict(doc, &o.inner) }

type file struct {
	Version int `json:"version"`
	N       int `json:"n"`
	inner
	List   []inner  `json:"list,omitempty"`
	Next   *inner   `json:"next,omitempty"`
	Own    own      `json:"own"`
	Any    any      `json:"any"`
	Pairs  [][2]int `json:"pairs,omitempty"`
	Hidden int      `json:"-"`
	Plain  int
	Raw    json.RawMessage `json:"raw,omitempty"`
}

// TestDecode: what Strict refuses, and versions that are newer.
func TestDecode(t *testing.T) {
	for doc, want := range map[string]string{
		``:                          "damaged",
		`{"version":2,"n":`:         "damaged",
		`{"version":2} {}`:          "damaged",
		`{"n":1}`:                   "version 0, this program reads up to 2",
		`{"version":3,"m":1}`:       "version 3, this program reads up to 2",
		`{"version":1,"m":1}`:       `damaged: unknown field "m"`,
		`{"version":1,"n":"one"}`:   "damaged",
		`{"version":"one","n":"a"}`: "damaged",
	} {
		if err := Decode([]byte(doc), 2, new(file)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", doc, err, want)
		}
	}
}

// TestStrict: names are those of the structs, at any depth, and once; names of maps, and
// of what reads itself, are free.
func TestStrict(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{`{"n":1,"words":["a"],"sizes":{"A":1,"a":2},"Plain":1,"pairs":[[1,2]]}`, ""},
		{`{"n":100,"any":{"x":{"y":1},"Y":[{"z":1}]},"raw":{"a":[1]}}`, ""},
		{`{"own":{"words":[]},"next":null,"list":[{"words":["a"]},{}]}`, ""},
		{`null`, ""},
		{`{"N":1}`, `unknown field "N", want "n"`},
		{`{"plain":1}`, `unknown field "plain", want "Plain"`},
		{`{"Hidden":1}`, `unknown field "Hidden"`},
		{`{"-":1}`, `unknown field "-"`},
		{`{"n":1,"n":1}`, `"n" is there twice`},
		{`{"n":1,"\u006e":1}`, `"n" is there twice`},
		{`{"sizes":{"a":1,"a":2}}`, `"a" is there twice`},
		{`{"list":[{},{"Words":[]}]}`, `unknown field "Words", want "words"`},
		{`{"next":{"size":{}}}`, `unknown field "size"`},
		{`{"own":{"WORDS":[]}}`, `unknown field "WORDS", want "words"`},
		{`{"any":[{"a":1,"a":2}]}`, `"a" is there twice`},
		{`{"raw":{"a":{"b":1,"b":1}}}`, `"b" is there twice`},
		{`{"n":1}{`, "data after the end"},
		{`{"n":1`, "unexpected EOF"},
		{`{"list":[`, "unexpected EOF"},
		{``, "unexpected EOF"},
		{`{"words":[}`, "invalid character"},
		{`{"any":` + strings.Repeat("[", 199) + strings.Repeat("]", 199) + `}`, ""},
		{`{"any":` + strings.Repeat("[", 201) + strings.Repeat("]", 201) + `}`, "more than 200 values are within each other"},
		{`{"any":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000) + `}`, "more than 200 values are within each other"},
		{`{"n":1e999}`, "cannot unmarshal number"},
	} {
		err := Strict([]byte(c.doc), new(file))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.doc, err, c.want)
		}
	}
}

// TestSum: what Write wrote is read, and nothing that differs from it in a byte.
func TestSum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	want := file{Version: 2, N: 5, Next: &inner{Words: []string{"a", "영화"}}}
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	var got file
	if err := Read(safefile.Disk, path, 2, &got); err != nil || got.N != 5 || !slices.Equal(got.Next.Words, want.Next.Words) {
		t.Fatalf("%+v, error %v", got, err)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(doc) {
		t.Errorf("this is no JSON: %s", doc)
	}
	for i := range doc {
		for bit := range 8 {
			bad := bytes.Clone(doc)
			bad[i] ^= 1 << bit
			if err := Unmarshal(bad, 2, new(file)); err == nil {
				t.Errorf("bit %d of byte %d, %q, changed unseen", bit, i, doc[i])
			}
		}
		if err := Unmarshal(doc[:i], 2, new(file)); err == nil {
			t.Errorf("%d of %d bytes are read as a whole file", i, len(doc))
		}
		if err := Unmarshal(doc[i+1:], 2, new(file)); err == nil {
			t.Errorf("the last %d of %d bytes are read as a whole file", len(doc)-i-1, len(doc))
		}
	}
	for what, change := range map[string][]byte{
		"without its checksum": append(doc[:bytes.Index(doc, []byte(sumKey))], "\n}\n"...),
		"with other line ends": bytes.ReplaceAll(doc, []byte("\n"), []byte("\r\n")),
		"without line ends":    bytes.TrimSpace(doc),
	} {
		if err := Unmarshal(bytes.Clone(change), 2, new(file)); err == nil || !strings.HasPrefix(err.Error(), "damaged") {
			t.Errorf("a file %s is read with error %v", what, err)
		}
	}
	for _, v := range []any{1, []int{1}, struct{}{}} {
		if err := Write(path, v); err == nil {
			t.Errorf("%v was written, which has no fields", v)
		}
	}
}

// FuzzStrict: what is read is read alike by encoding/json, and written again it has the
// same names.
func FuzzStrict(f *testing.F) {
	for _, doc := range []string{`{"version":1,"n":2,"list":[{"words":["a"]}],"any":{"a":[1,{"b":null}]}}`, `{"N":1}`, `{"own":{"sizes":{"a":1}}}`, `[1]`, `{"n":1,"n":2}`} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var a, b file
		if Strict(doc, &a) != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(doc))
		d.DisallowUnknownFields()
		if err := d.Decode(&b); err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		x, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("%q: %s and %s", doc, x, y)
		}
		if err := Strict(x, new(file)); err != nil {
			t.Errorf("%s: %v", x, err)
		}
	})
}
