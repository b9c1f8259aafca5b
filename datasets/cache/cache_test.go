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
func batches(e Encoded, width, size int, err error) iter.Seq2[Encoded, error] {
	return func(yield func(Encoded, error) bool) {
		for at := 0; at < len(e.IDs); at += size {
			end := min(at+size, len(e.IDs))
			b := Encoded{IDs: e.IDs[at:end], Targets: e.Targets[at*width : end*width]}
			if e.Weights != nil {
				b.Weights = e.Weights[at:end]
			}
			if !yield(b, nil) {
				return
			}
		}
		if err != nil {
			yield(Encoded{}, err)
		}
	}
}

// readWays reads a cache in each of the ways.
func readWays(path, key string) (all [3]Encoded, errs [3]error) {
	all[0], _, errs[0] = Load(path, key)
	c, err := Open(path, key)
	if err != nil {
		errs[1], errs[2] = err, err
		return all, errs
	}
	defer c.Close()
	for e, err := range c.Blocks() {
		if err != nil {
			errs[1] = err
			break
		}
		all[1].IDs = append(all[1].IDs, e.IDs...)
		all[1].Targets = append(all[1].Targets, e.Targets...)
		all[1].Weights = append(all[1].Weights, e.Weights...)
	}
	idx := make([]int, c.Len())
	for i := range idx {
		idx[i] = i
	}
	all[2], errs[2] = c.Rows(idx)
	return all, errs
}

func TestCacheProperties(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20).Draw(t, "n")
		m := Meta{
			Key: rapid.String().Draw(t, "key"), Width: rapid.IntRange(0, 3).Draw(t, "width"),
			Weighted: rapid.Bool().Draw(t, "weighted"), Info: json.RawMessage(`{"classes":["a","b"]}`),
		}
		e := Encoded{}
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
		ways, errs := readWays(path, m.Key)
		for i, got := range ways {
			if errs[i] != nil {
				t.Fatal(errs[i])
			}
			if !sameSamples(got, e) {
				t.Fatalf("way %d: read %v, written was %v", i, got, e)
			}
		}
		if _, meta, _ := Load(path, m.Key); !cmp.Equal(m, meta) {
			t.Fatalf("the description became %+v, it was %+v", meta, m)
		}
	})
}

func sameSamples(a, b Encoded) bool {
	return slices.EqualFunc(a.IDs, b.IDs, slices.Equal[[]int32]) && slices.Equal(a.Targets, b.Targets) && slices.Equal(a.Weights, b.Weights)
}

// manySamples has rows of several blocks.
func manySamples() Encoded {
	r := rand.New(rand.NewPCG(1, 2))
	e := Encoded{}
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
	ways, errs := readWays(path, "")
	for i := range ways {
		if errs[i] != nil || !sameSamples(e, ways[i]) {
			t.Fatalf("way %d: other samples, %v", i, errs[i])
		}
	}
	c, err := Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	blocks := 0
	for range c.Blocks() {
		blocks++
	}
	if blocks < 3 {
		t.Errorf("%d blocks, want more", blocks)
	}
	for range c.Blocks() {
		break // which is no error
	}
	// Shuffled, from several goroutines.
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			idx := rand.New(rand.NewPCG(uint64(w), 0)).Perm(len(e.IDs))[:300]
			got, err := c.Rows(idx)
			if err != nil {
				t.Error(err)
				return
			}
			for k, i := range idx {
				if !slices.Equal(got.IDs[k], e.IDs[i]) || got.Targets[k] != e.Targets[i] {
					t.Errorf("sample %d is another", i)
				}
			}
		})
	}
	wg.Wait()
	for _, i := range []int{-1, len(e.IDs)} {
		if _, err := c.Rows([]int{i}); err == nil || !strings.Contains(err.Error(), "want 0 to 4999") {
			t.Errorf("sample %d: error %v", i, err)
		}
	}
}

func TestCacheErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cache")
	data := small(t, path)
	if _, err := Open(path, "other"); !errors.Is(err, ErrStale) || !strings.HasSuffix(err.Error(), path+": it is of other data or settings") {
		t.Errorf("another key: error %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none"), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	newer := slices.Clone(data)
	newer[len(magic)]++
	if err := os.WriteFile(path, newer, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, "k"); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "version 3, want 2") {
		t.Errorf("a newer version: error %v", err)
	}
	long := make([]int32, maxIDs+1)
	for want, c := range map[string]struct {
		m Meta
		e Encoded
	}{
		"samples from 0 on: 1 targets for 1 samples of 2":                 {Meta{Width: 2}, Encoded{IDs: [][]int32{{}}, Targets: []float64{1}}},
		"samples from 0 on: 0 weights for 1 samples":                      {Meta{Weighted: true}, Encoded{IDs: [][]int32{{}}}},
		"samples from 0 on have weights, the description says none":       {Meta{}, Encoded{IDs: [][]int32{{}}, Weights: []float32{1}}},
		"-1 targets a sample, want at least 0":                            {Meta{Width: -1}, Encoded{}},
		"sample 1 has 1048577 ids, want at most 1048576":                  {Meta{}, Encoded{IDs: [][]int32{{}, long}}},
		"the description: json: error calling MarshalJSON for type json.": {Meta{Info: json.RawMessage("{")}, Encoded{}},
	} {
		one := func(yield func(Encoded, error) bool) { yield(c.e, nil) }
		if err := Write(path, c.m, one); err == nil || !strings.HasPrefix(err.Error(), "write "+path+": "+want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	broken := errors.New("broken source")
	if err := Write(path, Meta{}, batches(Encoded{}, 0, 1, broken)); !errors.Is(err, broken) {
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
		e := Encoded{}
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
	path, e := filepath.Join(b.TempDir(), "cache"), Encoded{}
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
	run("open", func(*testing.B) error {
		c, err := Open(path, "")
		if err != nil {
			return err
		}
		return c.Close()
	})
	c, err := Open(path, "")
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	run("blocks", func(*testing.B) error {
		for _, err := range c.Blocks() {
			if err != nil {
				return err
			}
		}
		return nil
	})
	order := rand.New(rand.NewPCG(1, 1)).Perm(c.Len())
	run("shuffled", func(*testing.B) error {
		for at := 0; at < len(order); at += 32 {
			if _, err := c.Rows(order[at:min(at+32, len(order))]); err != nil {
				return err
			}
		}
		return nil
	})
	run("key", func(b *testing.B) error { _, err := Key(b.Context(), []string{path}, nil); return err })
}
