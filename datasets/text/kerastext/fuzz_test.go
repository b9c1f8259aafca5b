package kerastext

import (
	"encoding/hex"
	"os"
	"runtime"
	"strings"
	"testing"
	"unicode"
)

// FuzzRead: no file is read to an encoder that cannot be used, and none needs more
// memory than its size allows: some hundred times of it.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"testdata/tokenizer.pickle"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	g := readGolden(f)
	k := g.Tokenizers[0]
	f.Add([]byte(k.JSON))
	f.Add([]byte(k.Index))
	pickled, _ := hex.DecodeString(k.Pickle)
	f.Add(pickled)
	f.Add([]byte("\n[UNK]\nthe\ncat"))
	f.Add([]byte(`{"class_name": "TextVectorization", "config": {"standardize": "lower", "split": "character", "ngrams": 2, "vocabulary": ["a", "b"]}}`))
	f.Add([]byte(`{"1": "<OOV>", "2": "a"}`))
	f.Add(archive(f, "config.json", model, "assets/layers/text_vectorization/vocabulary.txt", "\n[UNK]\nthe\ncat"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := readBytes(data)
		runtime.ReadMemStats(&after)
		if used, most := after.TotalAlloc-before.TotalAlloc, uint64(1000*len(data)+1<<20); used > most && !strings.HasPrefix(string(data), "PK") {
			t.Errorf("%d bytes of memory for %d of a file", used, len(data))
		}
		if err != nil {
			if got != nil || strings.ContainsFunc(err.Error(), unicode.IsControl) || len(err.Error()) > 500 {
				t.Errorf("%+v, error %q", got, err)
			}
			return
		}
		_ = encodes(got) // not every dictionary has a word that is kept
	})
}
