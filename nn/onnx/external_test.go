package onnx

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// TestExternalData: initializers in a file beside the model are read, and those that are
// not there, or not below the folder, are errors.
func TestExternalData(t *testing.T) {
	data, err := os.ReadFile("testdata/pytorch/lstm_dynamo.onnx")
	if err != nil {
		t.Fatal(err)
	}
	inside, err := load(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	// outside writes the model with its values behind 3 bytes of another file.
	outside := func(location string, cut int) fstest.MapFS {
		m := &modelProto{}
		if err := unmarshal(data, m); err != nil {
			t.Fatal(err)
		}
		values := []byte("abc")
		for i := range m.Graph.Initializer {
			w := &m.Graph.Initializer[i]
			w.ExternalData = []stringEntry{{"location", location}, {"offset", strconv.Itoa(len(values))}, {"length", strconv.Itoa(len(w.RawData))}}
			w.DataLocation = 1
			values, w.RawData = append(values, w.RawData...), nil
		}
		return fstest.MapFS{"m/model.onnx": {Data: marshal(nil, *m)}, "m/model.onnx.data": {Data: values[:len(values)-cut]}}
	}
	back, err := LoadFS(outside("model.onnx.data", 0), "m/model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range inside.Weights() {
		for k, v := range back.Weights()[i].Float64s() {
			if v != w.Float64s()[k] {
				t.Fatalf("%s: value %d is %v", w.Name(), k, v)
			}
		}
	}
	for _, c := range []struct {
		location string
		cut      int
		want     string
	}{
		{"../model.onnx.data", 0, `its values are in "../model.onnx.data", which is no path below the model's folder`},
		{"other", 0, "its values are in another file: open m/other"},
		{"model.onnx.data", 1, `of "model.onnx.data", which has`},
	} {
		if _, err := LoadFS(outside(c.location, c.cut), "m/model.onnx"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	if _, err := load(outside("model.onnx.data", 0)["m/model.onnx"].Data, nil); err == nil || !strings.Contains(err.Error(), "open the model by its path") {
		t.Error(err)
	}
}

// TestClaims: what a tensor says of its shape takes no memory before its values are there.
func TestClaims(t *testing.T) {
	for _, dims := range [][]int64{{1 << 31}, {1 << 40, 0}, {-1}, {1 << 20, 1 << 20}, {70_000, 1}} {
		p := tensorProto{Name: "w", DataType: typeFloat, Dims: dims, RawData: []byte{1, 2, 3, 4}}
		if _, err := p.array(nil); err == nil {
			t.Errorf("%v is read", dims)
		}
	}
	if err := unmarshal([]byte("\x3a\x02\x62\x00\x6a\x00"), &modelProto{}); err == nil || !strings.Contains(err.Error(), "ModelProto has a field of number 13, which is unknown") {
		t.Error(err)
	}
}

// FuzzExternal: what a tensor says of the place of its values gives the bytes there, or an
// error of one line.
func FuzzExternal(f *testing.F) {
	f.Add("model.data", "offset", "3", "length", "4")
	f.Add("a/model.data", "length", "-1", "checksum", "x")
	f.Add("../model.data", "offset", "9223372036854775807", "length", "9223372036854775807")
	f.Add("", "location", "a", "offset", "+1")
	f.Add("a\nb", "\n", "0", "offset", "0")
	f.Add("a\nb", "length", "0", "offset", "0")
	f.Fuzz(func(t *testing.T, location, key1, value1, key2, value2 string) {
		const content = "0123456789"
		files := fstest.MapFS{"m/model.data": {Data: []byte(content)}, "m/a/model.data": {Data: []byte(content)}, "model.data": {Data: []byte("outside")}}
		read := beside(files, "m")
		entries := []stringEntry{{"location", location}, {key1, value1}, {key2, value2}}
		data, err := read(entries)
		again, twice := read(entries)
		switch {
		case err != nil && strings.Contains(err.Error(), "\n"):
			t.Errorf("error %q", err)
		case err == nil && !strings.Contains(content, string(data)):
			t.Errorf("%q gives %q", entries, data)
		case (err == nil) != (twice == nil) || string(data) != string(again):
			t.Errorf("%q gives %q and %q, errors %v and %v", entries, data, again, err, twice)
		}
	})
}
