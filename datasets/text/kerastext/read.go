package kerastext

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/internal/input"
	"unroll/internal/safefile"
)

// Tokenizer is what a file says of how texts become ids.
type Tokenizer struct {
	// Source is what the file is, in a few words for people.
	Source string
	// Config is what the file says of the encoder. MaxLen is 0 if it does not say, as
	// all but TextVectorization with an output_sequence_length; Padding and Truncating
	// are the defaults of pad_sequences then, or TextVectorization's.
	Config text.EncoderConfig
	// Words are the words: Words[i] has id Config.FirstID + i, and "" is no word.
	Words []string
	// Guessed tells, a line each, what is usual and not said by the file.
	Guessed []string

	// The rest is of TextVectorization alone.

	// Layer is the name of the layer in a model, "" without.
	Layer string
	// OutputMode is "int", or "multi_hot", "count", "tf_idf" or "one_hot". In the
	// others than "int" Keras has no padding and counts ids from 0, unknown words
	// having 0: one less than those of Config, which are the same in all modes.
	OutputMode string
	// Width is the number of values that the others than "int" give.
	Width int
}

// Encoder makes an encoder of the words and c, which is Config with at least MaxLen.
func (t *Tokenizer) Encoder(c text.EncoderConfig) (*text.Encoder, error) {
	v, err := text.NewVocabulary(t.Words, c.Text)
	if err != nil {
		return nil, err
	}
	return text.NewEncoder(v, c)
}

// largest bounds a file that is read whole, in bytes.
const largest = 1 << 29

// Read reads the file at path. The error is one line that names the file and what it
// is, if it is not what it should be.
func Read(path string) (*Tokenizer, error) { return ReadFS(safefile.Disk, path) }

// ReadFS is Read from a file system.
func ReadFS(fsys fs.FS, name string) (*Tokenizer, error) {
	t, err := readFS(fsys, name)
	return t, errors.WithMessage(input.Reason(err), name)
}

func readFS(fsys fs.FS, name string) (*Tokenizer, error) {
	info, err := fs.Stat(fsys, name) // to open a pipe is to wait
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		if _, err := fs.Stat(fsys, path.Join(name, "saved_model.pb")); err == nil {
			return nil, errors.New("it is a SavedModel folder, whose tokenizer cannot be read: save the model as .keras, or its vocabulary")
		}
		return nil, errors.New("it is a folder, want a tokenizer's file")
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is a pipe or a device, which can be read but once: save what it gives to a file first")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if r, ok := f.(io.ReaderAt); ok {
		return read(r, info.Size())
	}
	if info.Size() > largest {
		return nil, tooLarge(info.Size())
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return read(bytes.NewReader(data), int64(len(data)))
}

// ReadFrom is Read of the size bytes of r.
func ReadFrom(r io.ReaderAt, size int64) (*Tokenizer, error) {
	t, err := read(r, size)
	return t, errors.WithMessage(err, "reading a tokenizer")
}

func tooLarge(size int64) error {
	return errors.Errorf("it has %d bytes, no tokenizer is larger than %d", size, largest)
}

// read tells what is wrong in one line, whatever words of the file stand in it.
func read(r io.ReaderAt, size int64) (*Tokenizer, error) {
	t, err := readKind(r, size)
	if err == nil {
		return t, nil
	}
	line := strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, err.Error()), "\uFFFD")
	if len(line) > longestLine {
		line = strings.ToValidUTF8(line[:longestLine], "") + "…"
	}
	if line != err.Error() {
		err = errors.New(line)
	}
	return nil, err
}

// longestLine bounds an error, in bytes.
const longestLine = 400

func readKind(r io.ReaderAt, size int64) (*Tokenizer, error) {
	head := make([]byte, min(512, size))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	if size == 0 {
		return nil, errors.New("it is empty")
	}
	for _, k := range kinds {
		if k.begins != "" && bytes.HasPrefix(head, []byte(k.begins)) || k.within != "" && bytes.Contains(bytes.ToLower(head), []byte(k.within)) {
			return nil, errors.New(k.what)
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return readArchive(r, size)
	}
	if size > largest {
		return nil, tooLarge(size)
	}
	data := make([]byte, size)
	if _, err := r.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, err
	}
	if isPickle(data) {
		return readPickle(data)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("it is no tokenizer: neither a pickle, JSON nor text")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) > 0 && bytes.IndexByte([]byte(`{["`), start[0]) >= 0 && !bytes.HasPrefix(start, []byte(unknownWord)) {
		return readJSON(data)
	}
	return readVocabulary(data)
}

// kinds are files that are taken for tokenizers.
var kinds = []struct {
	begins string
	within string // its first bytes, in lower case
	what   string
}{
	{begins: "version https://git-lfs", what: "it is a Git LFS pointer, not the file itself: fetch it with git lfs pull"},
	{begins: "\x89HDF\r\n\x1a\n", what: "it is an HDF5 file, a model or its weights: a tokenizer is a file of its own"},
	{begins: "\x93NUMPY", what: "it is a NumPy array"},
	{begins: "\x1f\x8b", what: "it is compressed with gzip: unpack it first"},
	{begins: "\x28\xb5\x2f\xfd", what: "it is compressed with zstd: unpack it first"},
	{begins: "BZh", what: "it is compressed with bzip2: unpack it first"},
	{begins: "\x78\x9c", what: "it is compressed with zlib, as joblib does: save it with pickle"},
	{begins: "\xff\xfe", what: "it is UTF-16, want UTF-8"},
	{begins: "\xfe\xff", what: "it is UTF-16, want UTF-8"},
	{within: "<html", what: "it is an HTML page, not the file itself"},
	{within: "<!doctype html", what: "it is an HTML page, not the file itself"},
}
