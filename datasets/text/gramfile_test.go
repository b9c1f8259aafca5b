package text

import (
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readBack writes grams and reads them, which must be the same, and returns what was written too.
func readBack(t *rapid.T, g *Grams) (read *Grams, data []byte) {
	data, err := g.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	read = &Grams{}
	if err := read.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	again, err := read.MarshalBinary()
	if err != nil || !slices.Equal(data, again) || read.Config() != g.Config() || read.Texts() != g.Texts() || !slices.Equal(read.Counts(), g.Counts()) {
		t.Fatalf("%v: read %+v of %d texts, want %+v of %d", err, read.Config(), read.Texts(), g.Config(), g.Texts())
	}
	return read, data
}

var updateGrams = flag.Bool("update-grams", false, "write testdata/grams.bin anew")

// The file in testdata was written by version 1 of the format, and must be read on: it
// has the hashes of words and characters.
func TestGramsFileGolden(t *testing.T) {
	const path = "testdata/grams.bin"
	c := GramConfig{Text: Config{Tokenizer: "marks", Case: "lower"}, Words: 2, Bounds: true, MinChars: 1, MaxChars: 3, MinCount: 2}
	texts := []string{"A wonderful film!", "not a wonderful film 👍🏽", "영화가 정말 재미있다", "영화가 정말 길다 👍🏽"}
	learned := learnGrams(t, c, texts...)
	if *updateGrams {
		if err := learned.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	g, err := LoadGrams(path)
	if err != nil {
		t.Fatal(err)
	}
	if g.Config() != c || g.Texts() != 4 || !slices.Equal(g.Counts(), learned.Counts()) || g.Split() != learned.Split() {
		t.Errorf("it holds %+v, %d texts, counts %v", g.Config(), g.Texts(), g.Counts())
	}
	for _, text := range texts {
		if want, got := learned.Encode(nil, text), g.Encode(nil, text); !slices.Equal(want, got) || len(got) < 8 {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestGramHashGolden(t *testing.T) {
	for word, want := range map[string]uint64{
		"": 0x82234897c7d04a2c, "a": 0xdd71f36783c1b2c7, "the": 0x818c8d5a14ed69b4, "film": 0xfae29f097db3a60f,
		"awesome": 0x149637874046eb7, "terrible": 0xf8556bc923fea2b1, "wonderful": 0x551a248ef8c0c95, "영화": 0xa147ea3d0ad3190e,
		"unbelievably bad": 0x4e5faf0723bde7ae, "a word of many more bytes than eight": 0xa1cfff002b5e349c,
	} {
		if got := hashWord([]byte(word)); got != want {
			t.Errorf("%q has the hash %#x, want %#x", word, got, want)
		}
	}
}

// A million runs of few units have hashes that differ, in both halves about as often
// as chance has it.
func TestGramHashSpread(t *testing.T) {
	const n = 128
	seen, upper, lower := map[uint64]bool{}, map[uint32]bool{}, map[uint32]bool{}
	add := func(h uint64) {
		seen[h], upper[uint32(h>>32)], lower[uint32(h)] = true, true, true
	}
	for a := range uint64(n) {
		ha := chain(charSeed, a)
		add(ha)
		for b := range uint64(n) {
			hb := chain(ha, b)
			add(hb)
			for c := range uint64(n / 2) {
				add(chain(hb, c))
			}
		}
	}
	all := n + n*n + n*n*n/2
	if len(seen) != all {
		t.Errorf("%d hashes of %d runs", len(seen), all)
	}
	chance := float64(all) * float64(all) / 2 / (1 << 32) // pairs that are alike
	for name, m := range map[string]int{"upper": len(upper), "lower": len(lower)} {
		if alike := float64(all - m); math.Abs(alike-chance) > 6*math.Sqrt(chance) {
			t.Errorf("of the %s halves %v are alike, want about %v", name, alike, chance)
		}
	}
}

// What is saved is read as it was, and no change goes unnoticed.
func TestGramsFileProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, texts := anyGramConfig.Draw(t, "config"), fewWords.Draw(t, "texts")
		g, err := LearnGrams(Of(texts...), c)
		if err != nil {
			return // no gram is kept
		}
		read, data := readBack(t, g)
		text := anyText.Draw(t, "text")
		if want, got := g.Encode(nil, text), read.Encode(nil, text); !slices.Equal(want, got) {
			t.Fatalf("%q is %v, want %v", text, got, want)
		}
		if limit := 8*g.Len() + 6*len(texts) + 1000; len(data) > limit {
			t.Fatalf("%d grams take %d bytes, want %d at most", g.Len(), len(data), limit)
		}
		if cut := rapid.IntRange(0, len(data)-1).Draw(t, "cut"); new(Grams).UnmarshalBinary(data[:cut]) == nil {
			t.Fatalf("%d of %d bytes are read", cut, len(data))
		}
		data[rapid.IntRange(0, len(data)-1).Draw(t, "position")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if new(Grams).UnmarshalBinary(data) == nil {
			t.Fatal("a changed bit went unnoticed")
		}
	})
}

// signGrams is a file with a right checksum, whatever it holds.
func signGrams(head string, numbers ...uint64) []byte {
	out := binary.AppendUvarint([]byte(gramMagic), uint64(len(head)))
	out = append(out, head...)
	for _, n := range numbers {
		if n < 1<<32 {
			out = binary.AppendUvarint(out, n)
		} else {
			out = binary.LittleEndian.AppendUint64(out, n)
		}
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}

func TestLoadGramsRefuses(t *testing.T) {
	const head = `{"version":1,"words":1,"texts":9}`
	const h = 1 << 40 // a hash
	good := string(signGrams(head, 1, 3, 2, h, h+1, 0))
	if err := new(Grams).UnmarshalBinary([]byte(good)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "grams")
	for name, c := range map[string]struct{ data, want string }{
		"empty":          {"", "it is empty"},
		"other":          {"{}", "it holds no grams"},
		"magic alone":    {gramMagic, "it is cut short"},
		"cut head":       {good[:30], "it is cut short"},
		"cut":            {good[:len(good)-1], "it is damaged: its checksum does not match"},
		"damaged":        {strings.Replace(good, `:9}`, `:8}`, 1), "it is damaged"},
		"newer":          {string(signGrams(`{"version":4,"more":1}`)), "version 4, this program reads up to 3"},
		"no JSON":        {string(signGrams(`{"version"`)), "it holds no grams that can be read: damaged"},
		"unknown field":  {string(signGrams(`{"version":1,"word":1}`)), `unknown field "word"`},
		"configuration":  {string(signGrams(`{"version":1,"texts":9}`)), "Words and MaxChars are 0"},
		"texts":          {string(signGrams(`{"version":1,"words":1,"texts":-1}`)), "it tells of -1 texts"},
		"nothing":        {string(signGrams(head)), "it is cut short"},
		"no grams":       {string(signGrams(head, 0, 0)), "it holds no grams"},
		"more":           {string(signGrams(head, 1, 3, 1, h, 0, 0)), "1 bytes follow its grams"},
		"many":           {string(signGrams(head, 1, 3, 1<<30, h, 0)), "it is cut short"},
		"too many":       {string(signGrams(head, 1, 3, 1<<31, h, 0)), "it holds the number 2147483648, want"},
		"a count":        {string(signGrams(head, 1, 10, 1, h, 0)), "it holds the number 10, want 9 at most"},
		"no count":       {string(signGrams(head, 1, 0, 1, h, 0)), "it holds 1 grams of 0 texts"},
		"rising counts":  {string(signGrams(head, 2, 3, 1, h, 3, 1, h, 0)), "it holds 1 grams of 3 texts after those of 3"},
		"no hashes":      {string(signGrams(head, 1, 3, 0, 0)), "it holds 0 grams of 3 texts"},
		"falling hashes": {string(signGrams(head, 1, 3, 2, h+1, h, 0)), "its grams of 3 texts are out of order"},
		"twice":          {string(signGrams(head, 2, 3, 1, h, 2, 1, h, 0)), "the hash 0x10000000000 is there twice"},
		"other kind":     {string(signGrams(head, 1, 3, 1, h, 1, 3, 1, h)), "it holds 1 grams of characters, more than its configuration allows"},
		"MaxGrams":       {string(signGrams(`{"version":1,"words":1,"max_grams":1,"texts":9}`, 1, 3, 2, h, h+1, 0)), "it holds 2 grams of words, more"},
		"MinCount":       {string(signGrams(`{"version":1,"words":1,"min_count":4,"texts":9}`, 1, 3, 1, h, 0)), "it holds a gram of 3 texts, less than MinCount 4"},
	} {
		if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadGrams(path)
		if err == nil || !strings.HasPrefix(err.Error(), "loading grams from "+path+": ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	if _, err := LoadGrams(path + "x"); err == nil || err.Error() != "loading grams from "+path+"x: no such file or directory" {
		t.Errorf("missing file: error %v", err)
	}
	if err := new(Grams).Save(path); err == nil {
		t.Error("no grams were saved")
	}
}

// Hashes that all want one slot are refused soon, and memory follows the file's size.
func TestLoadGramsHostile(t *testing.T) {
	numbers := []uint64{1, 3, 100_000}
	for i := range uint64(100_000) {
		numbers = append(numbers, 1<<40+i)
	}
	if err := new(Grams).UnmarshalBinary(signGrams(`{"version":1,"words":1,"texts":9}`, append(numbers, 0)...)); err == nil || !strings.Contains(err.Error(), "too much alike") {
		t.Errorf("error %v", err)
	}
	for i := range numbers[3:] {
		numbers[3+i] = uint64(i+1) * (math.MaxUint64 / 100_001)
	}
	data := signGrams(`{"version":1,"words":1,"texts":9}`, append(numbers, 0)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := new(Grams).UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16*uint64(len(data)) {
		t.Errorf("%d bytes are read with %d of memory", len(data), used)
	}
}

func FuzzGramsUnmarshal(f *testing.F) {
	f.Add([]byte(gramMagic))
	f.Add(signGrams(`{"version":1,"words":1,"min_chars":1,"max_chars":3,"texts":9}`, 1, 3, 2, 1<<40, 1<<41, 1, 2, 1, 1<<50))
	f.Add(signGrams(`{"version":2,"words":1,"texts":9,"part":true,"bits":20}`, 1, 3, 2, 0, 0, 0, 0, 1, 0))
	sorted := signGrams(`{"version":3,"words":1,"min_chars":1,"max_chars":1,"texts":9}`, 2, 3, 1, 2, 1, 1, 1, 1, 1<<40, 1<<41, 1<<42)
	f.Add(append(sorted[:len(sorted)-sha256.Size], 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		sum := sha256.Sum256(data)
		signed := append(slices.Clone(data), sum[:]...)
		var trusted Grams
		if trusted.read(signed, true) == nil {
			text := strings.Repeat("a b c ", 10)
			for range 2 { // in the file, and if that can be, in memory
				for _, id := range trusted.Encode(nil, text) {
					if id < 0 || int(id) >= trusted.Len() {
						t.Errorf("the id %d of %d grams", id, trusted.Len())
					}
				}
				if n := len(trusted.Counts()); n != trusted.Len() {
					t.Errorf("%d counts of %d grams", n, trusted.Len())
				}
			}
		}
		for _, data := range [][]byte{data, signed} {
			var g Grams
			if g.UnmarshalBinary(data) != nil {
				continue
			}
			for _, id := range g.Encode(nil, "a b c") {
				if id < 0 || int(id) >= g.Len() {
					t.Errorf("the id %d of %d grams", id, g.Len())
				}
			}
			if again, err := g.MarshalBinary(); err != nil || new(Grams).UnmarshalBinary(again) != nil {
				t.Errorf("what was read cannot be written: %v", err)
			}
		}
	})
}
