package cache

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// small writes a small cache and returns its bytes.
func small(t *testing.T, path string) []byte {
	t.Helper()
	e := Samples{IDs: [][]int32{{1, 2}, {}, {3}}, Targets: []float64{0, 1, 0}, Weights: []float32{1, 2, 0.5}}
	if err := Write(path, Meta{Key: "k", Width: 1, Weighted: true}, batches(e, 1, 2, nil)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestCacheDamage: a file cut short anywhere, with a bit flipped anywhere, or
// with something behind it is noticed.
func TestCacheDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache")
	data := small(t, path)
	check := func(what string, at int, damaged []byte) {
		t.Helper()
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		version := what == "bit" && at/8 >= len(magic) && at/8 < len(magic)+4
		_, _, err := Load(path, "k")
		if !errors.Is(err, ErrDamaged) && !(version && errors.Is(err, ErrVersion)) {
			t.Fatalf("%s %d: error %v", what, at, err)
		}
		if !strings.HasPrefix(err.Error(), "reading cache "+path+": ") {
			t.Fatalf("error %q does not name the file", err)
		}
	}
	for n := range data {
		check("cut to", n, data[:n])
	}
	for bit := range 8 * len(data) {
		damaged := slices.Clone(data)
		damaged[bit/8] ^= 1 << (bit % 8)
		check("bit", bit, damaged)
	}
	check("longer by", 1, append(slices.Clone(data), 0))
	check("twice", 2, append(slices.Clone(data), data...))
}

// FuzzCache reads files with blocks of any content whose checksums are right.
func FuzzCache(f *testing.F) {
	f.Add(uint32(1), uint32(1), uint32(1), []byte{1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0})
	f.Add(uint32(0), uint32(math.MaxUint32), uint32(9), []byte{255, 255, 255, 255})
	f.Add(uint32(math.MaxInt32), uint32(2), uint32(2), []byte{0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, width, rows, samples uint32, payload []byte) {
		path := filepath.Join(t.TempDir(), "cache")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w := writer{f: file, meta: Meta{Width: int(width)}}
		if err := w.head(); err != nil {
			t.Fatal(err)
		}
		w.write(int(rows), payload[:len(payload)/4*4], nil)
		w.write(0, binary.LittleEndian.AppendUint64(nil, uint64(samples)), nil)
		file.Close()
		got, _, err := Load(path, "")
		switch {
		case err == nil && (len(got.IDs) != int(samples) || len(got.Targets) != int(width)*int(samples)):
			t.Errorf("%d samples, want %d", len(got.IDs), samples)
		case err != nil && !errors.Is(err, ErrDamaged):
			t.Errorf("error %v", err)
		}
	})
}
