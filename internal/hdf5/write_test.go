package hdf5

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/written.h5.gz anew; then run testdata/check.py")

// sample is a tree with all that is written. testdata/check.py holds the same.
func sample() *Group {
	var long []string
	for i := range 4100 {
		long = append(long, fmt.Sprint("w", i))
	}
	many := &Group{Name: "many"}
	for i := range 270 { // more than a tree of one level holds
		many.Groups = append(many.Groups, &Group{Name: fmt.Sprint("g", 269-i)})
	}
	few := &Group{Name: "few"}
	for i := range 9 { // more than a node holds
		few.Datasets = append(few.Datasets, NewDataset(fmt.Sprint(i), []int{}, []int64{int64(i)}))
	}
	return &Group{
		Attrs: map[string]any{
			"backend": "tensorflow", "keras_version": "3.8.0", "model_config": `{"name": "schön"}` + strings.Repeat(" ", 100_000), "nothing": "",
			"count": int64(-3), "rate": 0.25, "shape": []int64{2, 3}, "values": []float64{0.5, -1}, "empty": nil, "none": []string{},
		},
		Datasets: []*Dataset{NewDataset("top", []int{2}, []float32{1, float32(math.Inf(1))})},
		Groups: []*Group{
			{Name: "layers", Groups: []*Group{{Name: "dense", Groups: []*Group{{
				Name:  "vars",
				Attrs: map[string]any{"name": "dense_4", "weight_names": []string{"kernel:0", "", "größe"}},
				Datasets: []*Dataset{
					NewDataset("0", []int{2, 3}, []float32{0, 0.5, 1, 1.5, 2, 2.5}),
					NewDataset("1", []int{3}, []float64{0.1, 0.2, 0.3}),
					NewDataset("iterations", []int{}, []int64{1 << 40}),
					NewDataset("ids", []int{2, 1}, []int32{-1, 1}),
					NewDataset("seeds", []int{3}, []uint8{0, 128, 255}),
					NewDataset("vocabulary", []int{3}, []string{"", "the", "größe"}),
					NewDataset("none", []int{0, 3}, []float32{}),
				},
			}}}}},
			many, few,
			{Name: "long", Attrs: map[string]any{"names": long}},
			{Name: "bare"},
		},
	}
}

func written(t testing.TB, g *Group) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrite: the bytes are those that h5py has read.
func TestWrite(t *testing.T) {
	got := written(t, sample())
	if *update {
		f, err := os.Create("testdata/written.h5.gz")
		if err != nil {
			t.Fatal(err)
		}
		z := gzip.NewWriter(f)
		if _, err := z.Write(got); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(z.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(got, golden(t, "written.h5")) {
		t.Error("the file is another than that of testdata; see check.py there")
	}
}

// TestWriteRead: what was written is read.
func TestWriteRead(t *testing.T) {
	g, err := readBytes(written(t, sample()))
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	same(t, want, g, "/")
	for g, want := range map[*Group][]string{g.Group("long"): want.Group("long").Attrs["names"].([]string)} {
		if got, err := g.Strings("names"); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d strings, want %d, %v", len(got), len(want), err)
		}
	}
}

// same compares trees whose groups and datasets may be in another order.
func same(t *testing.T, want, got *Group, path string) {
	t.Helper()
	if path != "/long/" {
		expect := want.Attrs
		if expect == nil {
			expect = map[string]any{}
		}
		if diff := cmp.Diff(expect, got.Attrs); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	if len(want.Groups) != len(got.Groups) || len(want.Datasets) != len(got.Datasets) {
		t.Errorf("%s: %d groups and %d datasets", path, len(got.Groups), len(got.Datasets))
	}
	for _, w := range want.Groups {
		if g := got.Group(w.Name); g == nil {
			t.Errorf("%s%s is missing", path, w.Name)
		} else {
			same(t, w, g, path+w.Name+"/")
		}
	}
	for _, w := range want.Datasets {
		g := got.Dataset(w.Name)
		if g == nil || g.DType() != w.DType() || !slices.Equal(g.Shape, w.Shape) || g.Len() != w.Len() {
			t.Errorf("%s%s is %v", path, w.Name, g)
			continue
		}
		if v, ok := w.values.([]string); ok {
			if got, err := g.Strings(); err != nil || !slices.Equal(got, v) {
				t.Errorf("%s%s is %v, %v", path, w.Name, got, err)
			}
			continue
		}
		var a, b any
		var errs [2]error
		if strings.Contains(w.DType(), "int") {
			a, errs[0] = widen(w.values), nil
			b, errs[1] = g.Int64s()
		} else if w.DType() == "float64" {
			a, errs[0] = w.Float64s()
			b, errs[1] = g.Float64s()
		} else {
			a, errs[0] = w.Float32s()
			b, errs[1] = g.Float32s()
		}
		if diff := cmp.Diff(a, b); diff != "" || errs != [2]error{} {
			t.Errorf("%s%s: %v %v", path, w.Name, diff, errs)
		}
	}
}

// widen returns integers.
func widen(values any) []int64 {
	var all []int64
	switch v := values.(type) {
	case []int64:
		all = v
	case []int32:
		for _, i := range v {
			all = append(all, int64(i))
		}
	case []uint8:
		for _, i := range v {
			all = append(all, int64(i))
		}
	}
	return all
}

func TestWriteRefuses(t *testing.T) {
	one := func() *Dataset { return NewDataset("x", []int{1}, []float32{1}) }
	cycle := &Group{Name: "a"}
	cycle.Groups = []*Group{cycle}
	read, err := readBytes(written(t, &Group{Datasets: []*Dataset{one()}}))
	if err != nil {
		t.Fatal(err)
	}
	for want, g := range map[string]*Group{
		`hdf5: /a/b: "a/b" is no name`:                                                  {Groups: []*Group{{Name: "a/b"}}},
		`hdf5: /a/: "" is no name`:                                                      {Groups: []*Group{{Name: "a", Datasets: []*Dataset{NewDataset("", nil, []int64{1})}}}},
		"hdf5: /x: two objects have this name":                                          {Datasets: []*Dataset{one(), one()}},
		"hdf5: /x: 1 values for the shape [2]":                                          {Datasets: []*Dataset{NewDataset("x", []int{2}, []float32{1})}},
		"hdf5: /x: only datasets of NewDataset are written":                             read,
		"hdf5: /: attribute a: values of type int are not supported":                    {Attrs: map[string]any{"a": 1}},
		"hdf5: /x: attribute a: values of type struct {} are not supported":             {Groups: []*Group{{Name: "x", Attrs: map[string]any{"a": struct{}{}}}}},
		`hdf5: /: attribute "a": 9000 values and its name do not fit 64 kB`:             {Attrs: map[string]any{"a": make([]int64, 9000)}},
		"hdf5: /: attribute a1: a part of a longer list has the same name":              {Attrs: map[string]any{"a": make([]string, 9000), "a1": "x"}},
		"hdf5: " + strings.Repeat("/a", 129) + ": groups are nested more than 128 deep": {Groups: []*Group{cycle}},
	} {
		if err := Write(&bytes.Buffer{}, g); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := Write(&full{}, sample()); err == nil || err.Error() != "hdf5: no space" {
		t.Error(err)
	}
}

type full struct{}

func (*full) Write([]byte) (int, error) { return 0, errors.New("no space") }
