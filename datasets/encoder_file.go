package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// encoderVersion counts the changes of encoderFile. Newer files are refused.
const encoderVersion = 1

// encoderFile is an Encoder as JSON.
type encoderFile struct {
	Version  int      `json:"version"`
	NumWords int      `json:"num_words"`
	SkipTop  int      `json:"skip_top"`
	MaxLen   int      `json:"max_len"`
	Words    []string `json:"words"`  // words[i] has id i+4
	SHA256   string   `json:"sha256"` // of the four fields above, see sum
}

// sum guards against a file that is damaged but still JSON.
func (f *encoderFile) sum() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d %d\n", f.NumWords, f.SkipTop, f.MaxLen)
	io.WriteString(h, strings.Join(f.Words, "\n"))
	return hex.EncodeToString(h.Sum(nil))
}

// MarshalJSON writes the encoder as one JSON object, so that it can be a field of
// a larger file too.
func (e *Encoder) MarshalJSON() ([]byte, error) {
	f := encoderFile{
		Version:  encoderVersion,
		NumWords: e.config.NumWords,
		SkipTop:  e.config.SkipTop,
		MaxLen:   e.config.MaxLen,
		Words:    e.vocab.words,
	}
	f.SHA256 = f.sum()
	return json.Marshal(f)
}

// UnmarshalJSON reads what MarshalJSON wrote. It refuses newer versions, unknown
// fields, and anything that an encoder could not have written.
func (e *Encoder) UnmarshalJSON(data []byte) error {
	// The version comes first: a newer file may well have fields unknown here, and
	// the version is the better reason.
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return errors.Wrap(err, "it is not an encoder in JSON")
	}
	if head.Version < 1 {
		return errors.New("it has no version number, so it is not an encoder")
	}
	if head.Version > encoderVersion {
		return errors.Errorf("it is of version %d, this program reads up to %d", head.Version, encoderVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var f encoderFile
	if err := dec.Decode(&f); err != nil {
		return errors.Wrap(err, "it is not an encoder in JSON")
	}
	if f.SHA256 != f.sum() {
		return errors.New("it is damaged: its checksum does not match")
	}
	seen := make(map[string]bool, len(f.Words))
	for _, w := range f.Words {
		if w == "" || seen[w] {
			return errors.Errorf("it holds the word %q twice or empty", w)
		}
		seen[w] = true
	}
	if n := f.NumWords - firstID; len(f.Words) > n {
		return errors.Errorf("it holds %d words, NumWords %d allows %d", len(f.Words), f.NumWords, max(n, 0))
	}
	read, err := NewEncoder(newVocabulary(f.Words), EncoderConfig{NumWords: f.NumWords, SkipTop: f.SkipTop, MaxLen: f.MaxLen})
	if err != nil {
		return err
	}
	*e = *read
	return nil
}

// Save writes the encoder to path as JSON. An existing file is replaced whole or
// not at all: the new one is written beside it, synced, and renamed.
func (e *Encoder) Save(path string) error {
	data, err := json.MarshalIndent(e, "", " ")
	if err == nil {
		err = safefile.Write(path, func(w io.Writer) error {
			_, err := w.Write(append(data, '\n'))
			return err
		})
	}
	return errors.WithMessage(err, "saving encoder")
}

// LoadEncoder reads an encoder that Save wrote. The error names the file and what
// is wrong with it: missing, empty, cut short, damaged, of a newer version.
func LoadEncoder(path string) (*Encoder, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Wrapf(reason(err), "loading encoder from %s", path)
	}
	if len(data) == 0 {
		return nil, errors.Errorf("loading encoder from %s: it is empty", path)
	}
	e := new(Encoder)
	if err := e.UnmarshalJSON(data); err != nil {
		return nil, errors.Wrapf(err, "loading encoder from %s", path)
	}
	return e, nil
}

// reason strips from a file error the path that the sentence around it names.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
