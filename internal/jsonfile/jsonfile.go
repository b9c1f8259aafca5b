// Package jsonfile reads and writes files of one JSON object that has a version.
package jsonfile

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// Decode reads an object into the struct that into points to. It refuses versions
// above newest, fields that the struct does not have, and what stands behind the
// object. The version comes first: a newer file may well have fields that are unknown
// here, and the version is the better reason.
func Decode(doc []byte, newest int, into any) error {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return errors.Wrap(err, "damaged")
	}
	if head.Version < 1 || head.Version > newest {
		return errors.Errorf("version %d, this program reads up to %d", head.Version, newest)
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	return errors.Wrap(d.Decode(into), "damaged")
}

// Write replaces the file at path by v as indented JSON.
func Write(path string, v any) error {
	doc, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return errors.Wrapf(err, "write %s", path)
	}
	return safefile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(doc, '\n'))
		return err
	})
}
