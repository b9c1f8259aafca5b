package kerastext

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// ErrNoLayer tells that a model has no TextVectorization.
var ErrNoLayer = errors.New("it is a Keras model without a TextVectorization layer: its tokenizer is a file of its own")

// readArchive reads the TextVectorization of a .keras model.
func readArchive(r io.ReaderAt, size int64) (*Tokenizer, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, errors.Wrap(err, "it is a damaged or cut ZIP archive")
	}
	names := map[string]*zip.File{}
	for _, f := range z.File {
		names[f.Name] = f
		switch {
		case strings.HasSuffix(f.Name, ".npy"):
			return nil, errors.New("it is an archive of NumPy arrays")
		case strings.HasSuffix(f.Name, "data.pkl"):
			return nil, errors.New("it is a PyTorch file")
		}
	}
	config := names["config.json"]
	if config == nil {
		return nil, errors.New("it is a ZIP archive, but no Keras model: it holds no config.json")
	}
	doc, err := content(config)
	if err != nil {
		return nil, err
	}
	tree, err := decode(doc)
	if err != nil {
		return nil, errors.WithMessage(err, "config.json")
	}
	layer, err := findLayer(tree)
	if err != nil {
		return nil, err
	}
	if layer == nil {
		return nil, ErrNoLayer
	}
	var words []any
	if list, _ := layer["vocabulary"].([]any); len(list) == 0 {
		if words, err = vocabularyOf(z.File); err != nil {
			return nil, err
		}
	}
	t, err := vectorization(layer, words)
	if err != nil {
		return nil, err
	}
	t.Source = "TextVectorization layer of a Keras model"
	return t, nil
}

// largestPart bounds a file of an archive, in bytes.
const largestPart = 1 << 26

// content unpacks a file.
func content(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > largestPart {
		return nil, errors.Errorf("%s has %d bytes, want at most %d", f.Name, f.UncompressedSize64, largestPart)
	}
	r, err := f.Open()
	if err != nil {
		return nil, errors.Wrap(err, f.Name)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	return data, errors.Wrap(err, f.Name)
}

// vocabularyOf finds the one vocabulary among an archive's assets: that of the layer,
// which may be there for its lookup too.
func vocabularyOf(files []*zip.File) ([]any, error) {
	var all, ofLayer []*zip.File
	for _, f := range files {
		if strings.HasPrefix(f.Name, "assets/") && strings.HasSuffix(f.Name, "/vocabulary.txt") {
			if all = append(all, f); strings.Contains(f.Name, "/text_vectorization/") {
				ofLayer = append(ofLayer, f)
			}
		}
	}
	if len(ofLayer) > 0 {
		all = ofLayer
	}
	var found []byte
	for i, f := range all {
		data, err := content(f)
		if err != nil {
			return nil, err
		}
		if i > 0 && !bytes.Equal(data, found) {
			return nil, errors.Errorf("it holds several vocabularies: %s and %s", all[0].Name, f.Name)
		}
		found = data
	}
	if len(all) == 0 {
		return nil, errors.New("its TextVectorization layer has no vocabulary: it was never adapted")
	}
	return lines(found), nil
}

// findLayer returns the configuration of the one TextVectorization in a model's
// configuration, nil if there is none.
func findLayer(tree any) (map[string]any, error) {
	var found []map[string]any
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			c, ok := v["config"].(map[string]any)
			if ok && v["class_name"] == "TextVectorization" {
				found = append(found, c)
				return
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(tree)
	if len(found) == 0 {
		return nil, nil
	}
	names := make([]string, len(found))
	for i, c := range found {
		names[i], _ = c["name"].(string)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > 1 { // a shared layer is listed once
		return nil, errors.Errorf("it has several TextVectorization layers: %s", strings.Join(names, ", "))
	}
	return found[0], nil
}
