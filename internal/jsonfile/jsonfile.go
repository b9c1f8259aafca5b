// Package jsonfile reads and writes files of one JSON object that has a version and,
// at its end, a checksum of the rest.
package jsonfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"reflect"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// Write replaces the file at path by v as indented JSON.
func Write(path string, v any) error {
	doc, err := Marshal(v)
	if err != nil {
		return errors.Wrapf(err, "write %s", path)
	}
	return safefile.Write(path, func(w io.Writer) error {
		_, err := w.Write(doc)
		return err
	})
}

// Marshal returns what Write writes.
func Marshal(v any) ([]byte, error) {
	doc, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutSuffix(doc, []byte("\n}"))
	if !ok {
		return nil, errors.Errorf("%T is no object with fields", v)
	}
	return append(append(append(body[:len(body):len(body)], sumKey...), sum(body)...), sumEnd...), nil
}

// What stands around the checksum, which is the SHA-256 of all that stands before it.
const (
	sumKey = ",\n  \"sha256\": \""
	sumEnd = "\"\n}\n"
)

func sum(body []byte) string {
	s := sha256.Sum256(body)
	return hex.EncodeToString(s[:])
}

// Read reads a file that Write wrote into the struct that into points to. What is wrong
// with it, but for a file that cannot be read, is told with its path.
func Read(fsys fs.FS, path string, newest int, into any) error {
	doc, err := safefile.ReadFS(fsys, path, safefile.MostSettings)
	if err != nil {
		return err
	}
	return errors.WithMessage(Unmarshal(doc, newest, into), path)
}

// Unmarshal reads what Marshal returned, as Decode does. It refuses a document that has
// changed since.
func Unmarshal(doc []byte, newest int, into any) error {
	if err := checkVersion(doc, newest); err != nil {
		return err
	}
	// What other programs make of the same values, such as other line ends, is a change.
	rest, ok := bytes.CutSuffix(doc, []byte(sumEnd))
	at := len(rest) - 2*sha256.Size
	if !ok || at < len(sumKey) || string(rest[at-len(sumKey):at]) != sumKey {
		return errors.New("damaged, edited, or of an earlier version of the program: it does not end in a checksum")
	}
	body := rest[: at-len(sumKey) : at-len(sumKey)]
	if string(rest[at:]) != sum(body) {
		return errors.New("damaged, or edited: the checksum at its end is not that of its content")
	}
	return decode(append(body, "\n}"...), into)
}

// Decode reads an object without a checksum into the struct that into points to. It
// refuses versions above newest, and what Strict refuses. The version comes first: a newer
// file may well have fields that are unknown here, and the version is the better reason.
func Decode(doc []byte, newest int, into any) error {
	if err := checkVersion(doc, newest); err != nil {
		return err
	}
	return decode(doc, into)
}

func checkVersion(doc []byte, newest int) error {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return errors.Wrap(err, "damaged")
	}
	if head.Version < 1 || head.Version > newest {
		return errors.Errorf("version %d, this program reads up to %d", head.Version, newest)
	}
	return nil
}

func decode(doc []byte, into any) error { return errors.WithMessage(Strict(doc, into), "damaged") }

// Strict reads one JSON value into what into points to. Unlike json.Unmarshal it refuses
// names that a struct does not have, also those that differ in case, and names that an
// object has twice, so that no two programs read a document differently; and values
// within each other more than 200 times.
func Strict(doc []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber() // which are not looked at here
	if err := check(d, reflect.TypeOf(into), 0); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("data after the end")
	}
	return json.Unmarshal(doc, into)
}
