package text

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEncoderFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "encoder.json")
	if err := os.WriteFile(path, []byte("an older file"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := newEncoder(t, EncoderConfig{NumWords: 10, SkipTop: 6, MaxLen: 4})
	if err := e.Save(path); err != nil {
		t.Fatal(err)
	}
	read, err := LoadEncoder(path)
	if err != nil {
		t.Fatal(err)
	}
	if read.Config() != e.Config() || !slices.Equal(read.vocab.words, e.vocab.words) {
		t.Errorf("read %+v, want %+v", read, e)
	}
	if diff := cmp.Diff(e.Encode("a c d e f g c"), read.Encode("a c d e f g c")); diff != "" {
		t.Errorf("encodes differently (-saved +read):\n%s", diff)
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 1 {
		t.Errorf("files are left behind: %v", files)
	}
}

func TestEncoderFileKeepsTheOldOne(t *testing.T) {
	dir := t.TempDir()
	e := newEncoder(t, EncoderConfig{MaxLen: 4})
	// A folder under the final name makes the last step fail.
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := e.Save(path)
	if err == nil || !strings.HasPrefix(err.Error(), "saving encoder: write "+path+": ") {
		t.Errorf("error %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("files are left behind: %v", files)
	}
	if err := e.Save(filepath.Join(dir, "no", "folder.json")); err == nil {
		t.Error("saving into a missing folder succeeds")
	}
}

func TestLoadEncoderRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "encoder.json")
	if err := newEncoder(t, EncoderConfig{NumWords: 10, MaxLen: 4}).Save(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the file does not contain %q", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct{ data, want string }{
		"empty":         {"", "it is empty"},
		"cut":           {good[:len(good)/2], "it is no encoder that can be read: damaged"},
		"other kind":    {"\x1f\x8b\x08", "it is no encoder that can be read: damaged"},
		"other JSON":    {`{"the": 1}`, "version 0, this program reads up to 2"},
		"array":         {"[]", "it is no encoder that can be read: damaged"},
		"newer":         {change(`"version": 2`, `"version": 3, "extra": true`), "version 3, this program reads up to 2"},
		"unknown field": {change(`"version": 2`, `"version": 2, "extra": true`), `unknown field "extra"`},
		"two":           {good + good, "it is no encoder that can be read: damaged"},
		"one letter":    {change(`"c"`, `"k"`), "it is damaged: its checksum does not match"},
		"one digit":     {change(`"max_len": 4`, `"max_len": 5`), "it is damaged"},
		"no checksum":   {`{"version": 2}`, "it is damaged"},
		"older":         {`{"version": 1}`, "version 1, this program reads 2"},
		"twice":         {signed(EncoderConfig{NumWords: 10, MaxLen: 1}, "a", "a"), `it holds the word "a" twice`},
		"empty word":    {signed(EncoderConfig{NumWords: 10, MaxLen: 1}, ""), "empty"},
		"too many":      {signed(EncoderConfig{NumWords: 5, MaxLen: 1}, "a", "b"), "it holds 2 words, NumWords 5 allows 1"},
		"NumWords 0":    {signed(EncoderConfig{MaxLen: 1}, "a", "b"), "allows 0"},
		"no words":      {signed(EncoderConfig{NumWords: 5, MaxLen: 1}), "none of the vocabulary's 0 words"},
		"MaxLen":        {signed(EncoderConfig{NumWords: 5, MaxLen: -1}, "a"), "MaxLen is -1"},
	} {
		if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadEncoder(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "loading encoder from "+path+": ") {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	_, err = LoadEncoder(filepath.Join(dir, "none.json"))
	if want := "loading encoder from " + filepath.Join(dir, "none.json") + ": no such file or directory"; err == nil || err.Error() != want {
		t.Errorf("missing file: error %v, want %q", err, want)
	}
}

// signed is a file with a right checksum, whatever it holds.
func signed(c EncoderConfig, words ...string) string {
	return sign(encoderFile{Version: encoderVersion, EncoderConfig: c, Words: words})
}

func sign(f encoderFile) string {
	f.SHA256, _ = f.sum()
	data, _ := json.Marshal(f)
	return string(data)
}

// Any text's words can be saved, and no damaged byte goes unnoticed.
func TestEncoderFileProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "text"))
		e, err := NewEncoder(count(text), EncoderConfig{MaxLen: 5})
		if err != nil {
			return // a text without words
		}
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var read Encoder
		if err := json.Unmarshal(data, &read); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e.Encode(text), read.Encode(text)); diff != "" {
			t.Fatalf("encodes differently:\n%s", diff)
		}
		i := rapid.IntRange(0, len(data)-1).Draw(t, "position")
		data[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		var damaged Encoder
		if damaged.UnmarshalJSON(data) == nil && !slices.Equal(damaged.Encode(text), e.Encode(text)) {
			t.Fatalf("byte %d was changed unnoticed: %s", i, data)
		}
	})
}

func FuzzEncoderUnmarshal(f *testing.F) {
	f.Add([]byte(signed(EncoderConfig{NumWords: 10, SkipTop: 2, MaxLen: 3}, "a", "b")))
	f.Add([]byte(`{"version": 2, "words": ["a", "a"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e Encoder
		if e.UnmarshalJSON(data) == nil && len(e.Encode("a b c")) != e.Config().MaxLen {
			t.Errorf("accepted %s", data)
		}
	})
}

func TestEncoderFileRefusesText(t *testing.T) {
	bpe := Config{Tokenizer: "bpe"}
	for want, f := range map[string]encoderFile{
		"version 1, this program reads 2":                    {Version: 1, EncoderConfig: EncoderConfig{Text: bpe, MaxLen: 1}},
		"it holds 1 words and 0 merges, the tokenizer \"bpe": {Version: 2, EncoderConfig: EncoderConfig{Text: bpe, MaxLen: 1}, Words: []string{"a"}},
		"it holds 0 words and 1 merges, the tokenizer \"\"":  {Version: 2, EncoderConfig: EncoderConfig{MaxLen: 1}, Merges: [][2]int32{{1, 2}}},
		"merge 0 joins symbol 999 of 256":                    {Version: 2, EncoderConfig: EncoderConfig{Text: bpe, MaxLen: 1}, Merges: [][2]int32{{1, 999}}},
		"it holds 257 words, NumWords 260 allows 256":        {Version: 2, EncoderConfig: EncoderConfig{Text: bpe, NumWords: 260, MaxLen: 1}, Merges: [][2]int32{{1, 2}}},
		"Tokenizer: unknown \"x\"":                           {Version: 2, EncoderConfig: EncoderConfig{Text: Config{Tokenizer: "x"}, MaxLen: 1}},
	} {
		var e Encoder
		if err := e.UnmarshalJSON([]byte(sign(f))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	data := strings.Replace(sign(encoderFile{Version: 2, EncoderConfig: EncoderConfig{MaxLen: 1, Padding: Post}}), `"post"`, `"left"`, 1)
	if err := new(Encoder).UnmarshalJSON([]byte(data)); err == nil || !strings.Contains(err.Error(), `side "left" is neither pre nor post`) {
		t.Errorf("a wrong side: error %v", err)
	}
}
