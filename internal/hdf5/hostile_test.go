package hdf5

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestRefused: what is not read is named, with its place.
func TestRefused(t *testing.T) {
	for name, want := range map[string]string{
		"refused-soft-old.h5":     "hdf5: /: a is a soft link: not supported",
		"refused-soft-new.h5":     "hdf5: /: link: a is a soft link: not supported",
		"refused-external-old.h5": "hdf5: /: link: a is an external link: not supported",
		"refused-external-new.h5": "hdf5: /: link: a is an external link: not supported",
		"refused-cycle-old.h5":    "hdf5: /a/b/c: the group is also /a: groups that are linked twice are not supported",
		"refused-cycle-new.h5":    "hdf5: /a/b/c: the group is also /a: groups that are linked twice are not supported",
	} {
		if _, err := readBytes(golden(t, name)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	for content, want := range map[string]string{
		"":                    "hdf5: the file is empty",
		"\x89HDF":             "hdf5: the file is truncated: it ends within its signature",
		"\x89HDF\r\n\x1a\n":   "hdf5: superblock: ends after 8 bytes, want 1 more at 8",
		"PK\x03\x04":          `hdf5: not an HDF5 file: it begins with "PK\x03\x04"`,
		"version https://git": `hdf5: not an HDF5 file: it begins with "version https://"`,
	} {
		if _, err := readBytes([]byte(content)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
}

// TestTruncated: every shorter file is an error that says so.
func TestTruncated(t *testing.T) {
	b := golden(t, "old.h5")
	for n := range b {
		if _, err := readBytes(b[:n]); err == nil {
			t.Fatalf("%d of %d bytes are read", n, len(b))
		} else if n >= 96 && !strings.Contains(err.Error(), "the file is truncated: it has") {
			t.Fatalf("%d of %d bytes: %v", n, len(b), err)
		}
	}
}

// TestDamaged changes bytes of files here and there: there is no panic, and no memory but what the package's comment states.
func TestDamaged(t *testing.T) {
	for _, name := range append([]string{"many-new.h5", "refused-cycle-new.h5", "block.h5"}, everything...) {
		b := golden(t, name)
		step := 1 + len(b)/150
		for i := 0; i < len(b); i += step {
			for _, v := range []byte{0xff, b[i] ^ 1, b[i] ^ 0x80} {
				old := b[i]
				b[i] = v
				drain(t, b)
				b[i] = old
			}
		}
	}
}

// drain reads all there is in a file, and fails if that takes more memory than
// stated.
func drain(t testing.TB, b []byte) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := readBytes(b)
	if err != nil {
		if !strings.HasPrefix(err.Error(), "hdf5: ") || strings.Contains(err.Error(), "\n") {
			t.Fatalf("the error is %q", err)
		}
		return
	}
	n := 0
	drainGroup(g, &n)
	runtime.ReadMemStats(&after)
	// The tree once, and for each dataset its buffers.
	most := uint64(len(b)+1<<20) * (4*treeTimes + 4*expansion)
	if used := after.TotalAlloc - before.TotalAlloc; used > most {
		t.Fatalf("%d bytes of memory for a file of %d bytes and %d datasets", used, len(b), n)
	}
}

func drainGroup(g *Group, n *int) {
	for _, d := range g.Datasets {
		*n++
		switch {
		case d.DType() == "string":
			_, _ = d.Strings()
		case strings.Contains(d.DType(), "int"):
			_, _ = d.Int64s()
		default:
			_, _ = d.Float32s()
		}
	}
	for _, g := range g.Groups {
		drainGroup(g, n)
	}
}

// FuzzRead: whatever the bytes, there is a tree or an error.
func FuzzRead(f *testing.F) {
	all, err := filepath.Glob("testdata/*.h5.gz")
	if err != nil || len(all) < 10 {
		f.Fatal(all, err)
	}
	for _, path := range all {
		if s, err := os.Stat(path); err == nil && s.Size() < 20_000 {
			f.Add(golden(f, strings.TrimSuffix(filepath.Base(path), ".gz")))
		}
	}
	small := &Group{Groups: []*Group{{Name: "a", Attrs: map[string]any{"x": []string{"y"}}, Datasets: []*Dataset{NewDataset("b", []int{2}, []float32{1, 2})}}}}
	f.Add(written(f, small))
	f.Fuzz(func(t *testing.T, b []byte) {
		drain(t, b)
	})
}

// TestBombs: a file that claims much is refused before memory is allocated.
func TestBombs(t *testing.T) {
	small := written(t, &Group{Groups: []*Group{{Name: "g", Datasets: []*Dataset{
		NewDataset("d", []int{3, 5}, make([]float32, 15)), NewDataset("e", []int{3, 5}, make([]float32, 15)),
	}}}})
	// The shape stands in the file as it does in the dataspace.
	shape := bytes.Index(small, []byte{1, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0}) + 8
	if shape < 8 {
		t.Fatal("there is no shape")
	}
	le.PutUint64(small[shape:], 1<<40)
	g, err := readBytes(small)
	if err != nil {
		t.Fatal(err)
	}
	want := "hdf5: d: its layout has 60 bytes, want 5497558138880 elements of 4"
	if _, err := g.Dataset("g/d").Float32s(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	// Without a place in the file, the values would be zeros.
	layout := bytes.Index(small, []byte{3, contiguous}) + 2
	le.PutUint64(small[layout:], undefined)
	want = "hdf5: /g/d: the datasets up to this one, of 5497558138880 elements, hold more than 64 times the file's"
	if _, err := readBytes(small); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
