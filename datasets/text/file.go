package text

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"slices"

	"github.com/pkg/errors"

	"unroll/internal/input"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
)

// encoderVersion counts the changes of encoderFile. Other files are refused.
const encoderVersion = 2

// encoderFile is an Encoder as JSON.
type encoderFile struct {
	Version int `json:"version"`
	EncoderConfig
	Words  []string   `json:"words,omitempty"`  // words[i] has id i+4, or i+FirstID; "" is no word
	Merges [][2]int32 `json:"merges,omitempty"` // of "bpe": merge i joins two bytes or earlier merges
	SHA256 string     `json:"sha256"`           // of all other fields, see sum
}

// sum guards against a file that is damaged but still JSON.
func (f encoderFile) sum() (string, error) {
	f.SHA256 = ""
	h := sha256.New()
	err := json.NewEncoder(h).Encode(f)
	return hex.EncodeToString(h.Sum(nil)), err
}

// MarshalJSON writes the encoder as one JSON object, so that it can be a field of
// a larger file too.
func (e *Encoder) MarshalJSON() ([]byte, error) {
	f := encoderFile{Version: encoderVersion, EncoderConfig: e.config}
	if e.bpe == nil {
		f.Words = e.vocab.words
	} else {
		for _, m := range e.bpe.merges {
			f.Merges = append(f.Merges, [2]int32{m.left, m.right})
		}
	}
	var err error
	if f.SHA256, err = f.sum(); err != nil {
		return nil, err
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads what MarshalJSON wrote. It refuses other versions, unknown
// fields, and anything that an encoder could not have written.
func (e *Encoder) UnmarshalJSON(data []byte) error {
	var f encoderFile
	if err := jsonfile.Decode(data, encoderVersion, &f); err != nil {
		return errors.WithMessage(err, "it is no encoder that can be read")
	}
	read, err := f.encoder()
	if err != nil {
		return err
	}
	*e = *read
	return nil
}

// encoder checks the file and makes its encoder.
func (f *encoderFile) encoder() (*Encoder, error) {
	if f.Version != encoderVersion {
		return nil, errors.Errorf("version %d, this program reads %d", f.Version, encoderVersion)
	}
	sum, err := f.sum()
	if err != nil {
		return nil, err
	}
	if f.SHA256 != sum {
		return nil, errors.New("it is damaged: its checksum does not match")
	}
	c, err := f.EncoderConfig.check()
	if err != nil {
		return nil, err
	}
	if learned := c.Text.Tokenizer == bpe; learned && f.Words != nil || !learned && f.Merges != nil {
		return nil, errors.Errorf("it holds %d words and %d merges, the tokenizer %q has only one of them", len(f.Words), len(f.Merges), c.Text.Tokenizer)
	}
	var pairs *bytePairs
	n := len(f.Words)
	if c.Text.Tokenizer == bpe {
		if pairs, err = readBytePairs(f.Merges); err != nil {
			return nil, err
		}
		n = len(pairs.pieces)
	}
	if most := max(0, c.NumWords-c.first()); n > most {
		return nil, errors.Errorf("it holds %d words, NumWords %d allows %d", n, f.NumWords, most)
	}
	if len(f.Words) > 0 && !slices.ContainsFunc(f.Words, notEmpty) {
		return nil, errors.New("all its words are empty")
	}
	if err := distinct(f.Words); err != nil {
		return nil, err
	}
	return makeEncoder(f.Words, pairs, c)
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
func LoadEncoder(path string) (*Encoder, error) { return LoadEncoderFS(safefile.Disk, path) }

// LoadEncoderFS is LoadEncoder from a file system, such as what a program embeds.
func LoadEncoderFS(fsys fs.FS, path string) (*Encoder, error) {
	data, err := safefile.ReadFS(fsys, path, safefile.Room())
	if err != nil {
		return nil, errors.Wrapf(input.Reason(err), "loading encoder from %s", path)
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
