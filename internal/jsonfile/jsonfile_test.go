package jsonfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	type file struct {
		Version int `json:"version"`
		N       int `json:"n"`
	}
	path := filepath.Join(t.TempDir(), "a.json")
	if err := Write(path, file{2, 5}); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got file
	if err := Decode(doc, 2, &got); err != nil || got.N != 5 {
		t.Errorf("%+v, error %v", got, err)
	}
	for doc, want := range map[string]string{
		``:                          "damaged",
		`{"version":2,"n":`:         "damaged",
		`{"version":2} {}`:          "damaged",
		`{"n":1}`:                   "version 0, this program reads up to 2",
		`{"version":3,"m":1}`:       "version 3, this program reads up to 2",
		`{"version":1,"m":1}`:       `damaged: json: unknown field "m"`,
		`{"version":1,"n":"one"}`:   "damaged",
		`{"version":"one","n":"a"}`: "damaged",
	} {
		if err := Decode([]byte(doc), 2, &got); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", doc, err, want)
		}
	}
}
