package hdf5

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden returns a file of testdata, which gen.py there writes with h5py.
func golden(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readBytes(b []byte) (*Group, error) { return Read(bytes.NewReader(b), int64(len(b))) }

// everything are the files that hold the same, in three layouts of groups.
var everything = []string{"old.h5", "new.h5", "ordered.h5"}

// each runs a test of the files of h5py that hold everything.
func each(t *testing.T, check func(t *testing.T, name string, g *Group)) {
	for _, name := range everything {
		t.Run(name, func(t *testing.T) {
			g, err := readBytes(golden(t, name))
			if err != nil {
				t.Fatal(err)
			}
			check(t, name, g)
		})
	}
}

func TestAttributes(t *testing.T) {
	want := map[string]any{
		"text": "schön", "fixed": "fixed", "bytes": "variable",
		"names": []string{"kernel:0", "bias:0"}, "words": []string{"kernel", "", "bias"},
		"count": int64(3), "small": int64(-3), "rate": 0.25, "half": 0.5, "yes": int64(1),
		"shape": []int64{2, 3}, "table": []float64{0, 1, 2, 3}, "nothing": []float64{}, "empty": nil,
		"pair":  "attribute pair: values of type compound are not supported",
		"list0": []string{"a", "b"}, "list1": []string{"c"},
		"long": strings.Repeat("x", 5000), "longest": strings.Repeat("y", 5000),
	}
	each(t, func(t *testing.T, _ string, g *Group) {
		g = g.Group("attributes")
		for name, v := range g.Attrs {
			if err, ok := v.(error); ok {
				g.Attrs[name] = err.Error()
			}
		}
		if diff := cmp.Diff(want, g.Attrs); diff != "" {
			t.Error(diff)
		}
		for name, want := range map[string][]string{"names": {"kernel:0", "bias:0"}, "list": {"a", "b", "c"}, "nothing": nil, "text": {"schön"}} {
			if got, err := g.Strings(name); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v, %v, want %v", name, got, err, want)
			}
		}
		for name, want := range map[string]string{"rate": "attribute rate is float64, want strings", "other": "attributes: the group has no attribute other"} {
			if _, err := g.Strings(name); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	})
}

func TestTypes(t *testing.T) {
	names := map[string]string{"f2": "float16", "f4": "float32", "f8": "float64", "big-f2": "float16", "big-f4": "float32", "big-f8": "float64",
		"i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64", "big-i4": "int32", "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64"}
	each(t, func(t *testing.T, _ string, g *Group) {
		g = g.Group("/types")
		for name, dtype := range names {
			d := g.Dataset(name)
			if d == nil {
				t.Fatal(name)
			}
			from := map[byte]float64{'f': -2.5, 'i': -2}[dtype[0]]
			f64, err64 := d.Float64s()
			f32, err32 := d.Float32s()
			whole, errInt := d.Int64s()
			if err64 != nil || err32 != nil || (errInt == nil) != (dtype[0] != 'f') {
				t.Errorf("%s: %v, %v, %v", name, err64, err32, errInt)
				continue
			}
			for i := range 6 {
				if want := float64(i) + from; f64[i] != want || f32[i] != float32(want) || errInt == nil && whole[i] != int64(want) {
					t.Errorf("%s[%d] = %v, %v, want %v", name, i, f64[i], f32[i], want)
				}
			}
			if d.DType() != dtype || !slices.Equal(d.Shape, []int{2, 3}) || d.Len() != 6 {
				t.Errorf("%s: %s %v", name, d.DType(), d.Shape)
			}
		}
		for name, want := range map[string]string{
			"bool": "bool [2] [1 0]", "bfloat16": "bfloat16 [2] [1.5 -2]", "scalar": "float32 [] [7]", "none": "float32 [0 3] []", "filled": "float32 [3] [1.5 1.5 1.5]",
			"complex": "compound [2] hdf5: complex: values of type compound are not supported", "words": "string [3] hdf5: words: its values are of type string, want numbers",
		} {
			if got := show(g.Dataset(name)); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		for name, want := range map[string][]string{"words": {"the", "", "größe"}, "fixed": {"the", "", "end"}} {
			if got, err := g.Dataset(name).Strings(); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %q, %v, want %q", name, got, err, want)
			}
		}
	})
}

func show(d *Dataset) string {
	v, err := d.Float32s()
	if err != nil {
		return fmt.Sprintf("%s %v %v", d.DType(), d.Shape, err)
	}
	return fmt.Sprintf("%s %v %v", d.DType(), d.Shape, v)
}

func TestLayouts(t *testing.T) {
	each(t, func(t *testing.T, file string, g *Group) {
		g = g.Group("layouts")
		for _, name := range []string{"chunks", "gzip", "one", "one plain", "grows", "grows plain", "grows in one", "sparse", "compact", "implicit"} {
			d := g.Dataset(name)
			got := make([]float32, d.Len())
			err := d.ReadFloat32s(got)
			if file == "new.h5" && name == "grows in one" {
				if err == nil || !strings.Contains(err.Error(), "extensible array: not supported") {
					t.Error(err)
				}
				continue
			}
			if err != nil {
				t.Error(err)
				continue
			}
			for i := range got {
				want := float32(i)
				if row, col := i/7, i%7; name == "sparse" && (row < 2 || row > 3 || col < 3 || col > 5) {
					want = -1
				}
				if got[i] != want {
					t.Errorf("%s[%d] = %v, want %v", name, i, got[i], want)
				}
			}
			if err := d.ReadFloat32s(got[1:]); err == nil || err.Error() != "hdf5: "+name+": it has 35 values, want 34" {
				t.Error(err)
			}
		}
		if got, err := g.Dataset("words").Strings(); err != nil || !slices.Equal(got, []string{"a", "bc", "def"}) {
			t.Errorf("%q, %v", got, err)
		}
		pages, err := g.Dataset("pages").Int64s()
		for i, v := range pages {
			if v != int64(i&255) {
				t.Fatalf("pages[%d] = %d", i, v)
			}
		}
		if err != nil || len(pages) != 2500 {
			t.Error(len(pages), err)
		}
	})
}

func TestForeignLayouts(t *testing.T) {
	want := map[string]string{
		"lzf":       "lzf is not supported",
		"scaled":    "scaleoffset is not supported",
		"external":  "its values are in external files: not supported",
		"virtual":   "it is a virtual dataset: not supported",
		"committed": "is shared between objects (a committed datatype): not supported",
	}
	each(t, func(t *testing.T, _ string, g *Group) {
		for _, d := range g.Group("foreign").Datasets {
			if _, err := d.Float32s(); err == nil || !strings.Contains(err.Error(), d.Name+": ") || !strings.Contains(err.Error(), want[d.Name]) {
				t.Errorf("%s: %v, want %s", d.Name, err, want[d.Name])
			}
		}
	})
}

// TestMany: groups of many objects have trees of several levels.
func TestMany(t *testing.T) {
	for _, name := range []string{"many-old.h5", "many-new.h5"} {
		g, err := readBytes(golden(t, name))
		if err != nil {
			t.Fatal(err)
		}
		g = g.Group("many")
		if len(g.Datasets) != 400 || len(g.Attrs) != 200 {
			t.Errorf("%s: %d datasets, %d attributes", name, len(g.Datasets), len(g.Attrs))
		}
		for i := range 400 {
			if d := g.Dataset(fmt.Sprintf("x%03d", i)); d == nil || show(d) != "float32 [] [7]" {
				t.Errorf("%s: %d is %v", name, i, d)
			}
		}
		for i := range 200 {
			if v := g.Attrs[fmt.Sprintf("a%03d", i)]; v != int64(i) {
				t.Errorf("%s: %d is %v", name, i, v)
			}
		}
	}
	g, err := readBytes(golden(t, "block.h5"))
	if err != nil || show(g.Dataset("x")) != "float32 [] [7]" {
		t.Errorf("%v behind a user block, %v", g, err)
	}
}
