package cache

import (
	"encoding/json"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"pgregory.net/rapid"
)

// batches yields samples in batches of the given size, and then an error if there
// is one.
func batches(e Samples, width, size int, err error) iter.Seq2[Samples, error] {
	return func(yield func(Samples, error) bool) {
		for at := 0; at < len(e.IDs); at += size {
			end := min(at+size, len(e.IDs))
			b := Samples{IDs: e.IDs[at:end], Targets: e.Targets[at*width : end*width]}
			if e.Weights != nil {
				b.Weights = e.Weights[at:end]
			}
			if !yield(b, nil) {
				return
			}
		}
		if err != nil {
			yield(Samples{}, err)
		}
	}
}

func TestCacheProperties(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20).Draw(t, "n")
		m := Meta{
			Key: rapid.String().Draw(t, "key"), Width: rapid.IntRange(0, 3).Draw(t, "width"),
			Weighted: rapid.Bool().Draw(t, "weighted"), Info: json.RawMessage(`{"classes":["a","b"]}`),
		}
		e := Samples{}
		for range n {
			e.IDs = append(e.IDs, rapid.SliceOfN(rapid.Int32(), 0, 5).Draw(t, "ids"))
			e.Targets = append(e.Targets, rapid.SliceOfN(rapid.Float64(), m.Width, m.Width).Draw(t, "targets")...)
			if m.Weighted {
				e.Weights = append(e.Weights, rapid.Float32().Draw(t, "weight"))
			}
		}
		if err := Write(path, m, batches(e, m.Width, rapid.IntRange(1, 21).Draw(t, "batch"), nil)); err != nil {
			t.Fatal(err)
		}
		got, meta, err := Load(path, m.Key)
		if err != nil {
			t.Fatal(err)
		}
		if !sameSamples(got, e) {
			t.Fatalf("read %v, written was %v", got, e)
		}
		if !cmp.Equal(m, meta) {
			t.Fatalf("the description became %+v, it was %+v", meta, m)
		}
	})
}

func sameSamples(a, b Samples) bool {
	return slices.EqualFunc(a.IDs, b.IDs, slices.Equal[[]int32]) && slices.Equal(a.Targets, b.Targets) && slices.Equal(a.Weights, b.Weights)
}

// manySamples has rows of several blocks.
func manySamples() Samples {
	r := rand.New(rand.NewPCG(1, 2))
	e := Samples{}
	for i := range 5000 {
		row := make([]int32, r.IntN(400))
		for j := range row {
			row[j] = r.Int32N(20_000)
		}
		e.IDs = append(e.IDs, row)
		e.Targets = append(e.Targets, float64(i%2))
	}
	return e
}

func TestCacheOfManyBlocks(t *testing.T) {
	path, e := filepath.Join(t.TempDir(), "cache"), manySamples()
	if err := Write(path, Meta{Width: 1}, batches(e, 1, 32, nil)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() < 3*4*blockWords {
		t.Fatalf("%v, %v: fewer than three blocks", info, err)
	}
	got, _, err := Load(path, "")
	if err != nil || !sameSamples(e, got) {
		t.Fatalf("other samples, %v", err)
	}
	if _ = append(got.IDs[0], -1); !sameSamples(e, got) {
		t.Error("appending to a row reaches into the next")
	}
}

func TestCacheErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cache")
	data := small(t, path)
	if _, _, err := Load(path, "other"); !errors.Is(err, ErrStale) || !strings.HasSuffix(err.Error(), path+": it is of other data or settings") {
		t.Errorf("another key: error %v", err)
	}
	if _, _, err := Load(filepath.Join(dir, "none"), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	newer := slices.Clone(data)
	newer[len(magic)]++
	if err := os.WriteFile(path, newer, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load(path, "k"); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "version 3, want 2") {
		t.Errorf("a newer version: error %v", err)
	}
	long := make([]int32, maxIDs+1)
	for want, c := range map[string]struct {
		m Meta
		e Samples
	}{
		"samples from 0 on: 1 targets for 1 samples of 2":                 {Meta{Width: 2}, Samples{IDs: [][]int32{{}}, Targets: []float64{1}}},
		"samples from 0 on: 0 weights for 1 samples":                      {Meta{Weighted: true}, Samples{IDs: [][]int32{{}}}},
		"samples from 0 on have weights, the description says none":       {Meta{}, Samples{IDs: [][]int32{{}}, Weights: []float32{1}}},
		"-1 targets a sample, want at least 0":                            {Meta{Width: -1}, Samples{}},
		"sample 1 has 1048577 ids, want at most 1048576":                  {Meta{}, Samples{IDs: [][]int32{{}, long}}},
		"the description: json: error calling MarshalJSON for type json.": {Meta{Info: json.RawMessage("{")}, Samples{}},
	} {
		one := func(yield func(Samples, error) bool) { yield(c.e, nil) }
		if err := Write(path, c.m, one); err == nil || !strings.HasPrefix(err.Error(), "write "+path+": "+want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	broken := errors.New("broken source")
	if err := Write(path, Meta{}, batches(Samples{}, 0, 1, broken)); !errors.Is(err, broken) {
		t.Errorf("error %v, want the source's", err)
	}
	if after, err := os.ReadFile(path); err != nil || !slices.Equal(after, newer) {
		t.Errorf("a failed write changed the file, %v", err)
	}
}

// TestCacheConcurrentWriters: whoever opens the cache meanwhile sees one writer's
// samples, whole.
func TestCacheConcurrentWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache")
	write := func(v int32) error {
		e := Samples{}
		for range 50 {
			e.IDs = append(e.IDs, []int32{v, v, v})
		}
		return Write(path, Meta{}, batches(e, 0, 7, nil))
	}
	if err := write(0); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range int32(2) {
		wg.Go(func() {
			for range 20 {
				if err := write(w); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		e, _, err := Load(path, "")
		if err != nil || len(e.IDs) != 50 {
			t.Fatalf("%d samples, %v", len(e.IDs), err)
		}
		for _, row := range e.IDs {
			if !slices.Equal(row, e.IDs[0]) {
				t.Fatalf("%v and %v in one file", row, e.IDs[0])
			}
		}
	}
	wg.Wait()
}

// The size is that of 25,000 reviews of 240 words. The file is in the page cache.
func BenchmarkCache(b *testing.B) {
	path, e := filepath.Join(b.TempDir(), "cache"), Samples{}
	for range 6 {
		many := manySamples()
		e.IDs = append(e.IDs, many.IDs...)
		e.Targets = append(e.Targets, many.Targets...)
	}
	write := func(b *testing.B) int64 {
		if err := Write(path, Meta{Width: 1}, batches(e, 1, 256, nil)); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	}
	size := write(b)
	run := func(name string, f func(b *testing.B) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				if err := f(b); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("write", func(b *testing.B) error { write(b); return nil })
	run("load", func(*testing.B) error { _, _, err := Load(path, ""); return err })
	run("key", func(b *testing.B) error { _, err := Key(b.Context(), []string{path}, nil); return err })
}
