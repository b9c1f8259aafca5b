package datasets

import (
	"encoding/binary"
	"encoding/json"
	"io/fs"
	"iter"
	"math"
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
	all[0], _, errs[0] = LoadCache(path, key)
	c, err := OpenCache(path, key)
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
		m := CacheMeta{
			Key: rapid.String().Draw(t, "key"), Width: rapid.IntRange(0, 3).Draw(t, "width"),
			Weighted: rapid.Bool().Draw(t, "weighted"), Info: json.RawMessage(`{"classes":["a","b"]}`),
		}
		e := Encoded{}
		for range n {
			e.IDs = append(e.IDs, rapid.SliceOfN(rapid.Int32(), 0, 5).Draw(t, "ids"))
			e.Targets = append(e.Targets, rapid.SliceOfN(rapid.Float32(), m.Width, m.Width).Draw(t, "targets")...)
			if m.Weighted {
				e.Weights = append(e.Weights, rapid.Float32().Draw(t, "weight"))
			}
		}
		if err := WriteCache(path, m, batches(e, m.Width, rapid.IntRange(1, 21).Draw(t, "batch"), nil)); err != nil {
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
		if _, meta, _ := LoadCache(path, m.Key); !cmp.Equal(m, meta) {
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
		e.Targets = append(e.Targets, float32(i%2))
	}
	return e
}

func TestCacheOfManyBlocks(t *testing.T) {
	path, e := filepath.Join(t.TempDir(), "cache"), manySamples()
	if err := WriteCache(path, CacheMeta{Width: 1}, batches(e, 1, 32, nil)); err != nil {
		t.Fatal(err)
	}
	ways, errs := readWays(path, "")
	for i := range ways {
		if errs[i] != nil || !sameSamples(e, ways[i]) {
			t.Fatalf("way %d: other samples, %v", i, errs[i])
		}
	}
	c, err := OpenCache(path, "")
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

// small writes a small cache and returns its bytes.
func small(t *testing.T, path string) []byte {
	t.Helper()
	e := Encoded{IDs: [][]int32{{1, 2}, {}, {3}}, Targets: []float32{0, 1, 0}, Weights: []float32{1, 2, 0.5}}
	if err := WriteCache(path, CacheMeta{Key: "k", Width: 1, Weighted: true}, batches(e, 1, 2, nil)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestCacheDamage: a file cut short anywhere, with a bit flipped anywhere, or
// with something behind it is noticed, whichever way it is read.
func TestCacheDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache")
	data := small(t, path)
	check := func(what string, at int, damaged []byte) {
		t.Helper()
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		version := what == "bit" && at/8 >= len(cacheMagic) && at/8 < len(cacheMagic)+4
		_, errs := readWays(path, "k")
		for i, err := range errs {
			if !errors.Is(err, ErrCacheDamaged) && !(version && errors.Is(err, ErrCacheVersion)) {
				t.Fatalf("%s %d, way %d: error %v", what, at, i, err)
			}
			if !strings.HasPrefix(err.Error(), "reading cache "+path+": ") {
				t.Fatalf("error %q does not name the file", err)
			}
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

// TestCacheDamagedWhileOpen: reading on does not make up samples.
func TestCacheDamagedWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache")
	data := small(t, path)
	c, err := OpenCache(path, "k")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := os.Truncate(path, int64(len(data)-30)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Rows([]int{2}); !errors.Is(err, ErrCacheDamaged) {
		t.Errorf("error %v, want that of damage", err)
	}
	for _, err := range c.Blocks() {
		if !errors.Is(err, ErrCacheDamaged) {
			t.Errorf("error %v, want that of damage", err)
		}
	}
}

func TestCacheErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cache")
	data := small(t, path)
	if _, err := OpenCache(path, "other"); !errors.Is(err, ErrCacheStale) || !strings.HasSuffix(err.Error(), path+": it is of other data or settings") {
		t.Errorf("another key: error %v", err)
	}
	if _, err := OpenCache(filepath.Join(dir, "none"), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	newer := slices.Clone(data)
	newer[len(cacheMagic)]++
	if err := os.WriteFile(path, newer, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCache(path, "k"); !errors.Is(err, ErrCacheVersion) || !strings.Contains(err.Error(), "version 2, want 1") {
		t.Errorf("a newer version: error %v", err)
	}
	long := make([]int32, maxSteps+1)
	for want, c := range map[string]struct {
		m CacheMeta
		e Encoded
	}{
		"samples from 0 on: 1 targets for 1 samples of 2":                 {CacheMeta{Width: 2}, Encoded{IDs: [][]int32{{}}, Targets: []float32{1}}},
		"samples from 0 on: 0 weights for 1 samples":                      {CacheMeta{Weighted: true}, Encoded{IDs: [][]int32{{}}}},
		"samples from 0 on have weights, the description says none":       {CacheMeta{}, Encoded{IDs: [][]int32{{}}, Weights: []float32{1}}},
		"-1 targets a sample, want at least 0":                            {CacheMeta{Width: -1}, Encoded{}},
		"sample 1 has 1048577 ids, want at most 1048576":                  {CacheMeta{}, Encoded{IDs: [][]int32{{}, long}}},
		"the description: json: error calling MarshalJSON for type json.": {CacheMeta{Info: json.RawMessage("{")}, Encoded{}},
	} {
		one := func(yield func(Encoded, error) bool) { yield(c.e, nil) }
		if err := WriteCache(path, c.m, one); err == nil || !strings.HasPrefix(err.Error(), "write "+path+": "+want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	broken := errors.New("broken source")
	if err := WriteCache(path, CacheMeta{}, batches(Encoded{}, 0, 1, broken)); !errors.Is(err, broken) {
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
		return WriteCache(path, CacheMeta{}, batches(e, 0, 7, nil))
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
		e, _, err := LoadCache(path, "")
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
		w := cacheWriter{f: file, meta: CacheMeta{Width: int(width)}}
		if err := w.head(); err != nil {
			t.Fatal(err)
		}
		w.write(int(rows), payload[:len(payload)/4*4], nil)
		w.write(0, binary.LittleEndian.AppendUint64(nil, uint64(samples)), nil)
		file.Close()
		ways, errs := readWays(path, "")
		for i, err := range errs {
			switch {
			case err == nil && (len(ways[i].IDs) != int(samples) || len(ways[i].Targets) != int(width)*int(samples)):
				t.Errorf("way %d: %d samples, want %d", i, len(ways[i].IDs), samples)
			case err != nil && !errors.Is(err, ErrCacheDamaged):
				t.Errorf("way %d: error %v", i, err)
			}
		}
	})
}

func TestSourceKey(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"pos/1.txt": "good", "pos/2.txt": "fine", "neg/1.txt": "bad"})
	a := filepath.Join(dir, "pos", "1.txt")
	key := func(settings any, paths ...string) string {
		t.Helper()
		k, err := SourceKey(t.Context(), paths, settings)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key(map[string]int{"words": 100, "skip": 20}, dir, a)
	if again := key(map[string]int{"skip": 20, "words": 100}, dir, a); again != first {
		t.Error("the same source has two keys")
	}
	seen := map[string]string{first: "first"}
	different := func(what, k string) {
		t.Helper()
		if old, ok := seen[k]; ok {
			t.Errorf("%s has the key of %s", what, old)
		}
		seen[k] = what
	}
	different("another setting", key(map[string]int{"words": 101, "skip": 20}, dir, a))
	different("another order", key(map[string]int{"words": 100, "skip": 20}, a, dir))
	different("one path", key(map[string]int{"words": 100, "skip": 20}, dir))
	different("no path", key(map[string]int{"words": 100, "skip": 20}))
	different("an empty path's folder", key(nil, t.TempDir()))
	different("no settings", key(nil))

	// The same size at the same time is another content still.
	info, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, dir, map[string]string{"pos/1.txt": "goof"})
	if err := os.Chtimes(a, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	different("another content", key(map[string]int{"words": 100, "skip": 20}, dir, a))
	if err := os.Rename(filepath.Join(dir, "neg"), filepath.Join(dir, "negative")); err != nil {
		t.Fatal(err)
	}
	different("another name", key(map[string]int{"words": 100, "skip": 20}, dir, a))

	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err == nil && key(nil, link) != key(nil, dir) {
		t.Error("a link to a folder has another key than the folder")
	}
	if _, err := SourceKey(t.Context(), []string{filepath.Join(dir, "none")}, nil); err == nil || !strings.HasPrefix(err.Error(), "reading "+dir) {
		t.Errorf("a missing path: error %v", err)
	}
	if _, err := SourceKey(t.Context(), nil, func() {}); err == nil {
		t.Error("settings that are no JSON have a key")
	}
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
		if err := WriteCache(path, CacheMeta{Width: 1}, batches(e, 1, 256, nil)); err != nil {
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
	run("load", func(*testing.B) error { _, _, err := LoadCache(path, ""); return err })
	run("open", func(*testing.B) error {
		c, err := OpenCache(path, "")
		if err != nil {
			return err
		}
		return c.Close()
	})
	c, err := OpenCache(path, "")
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
	run("key", func(b *testing.B) error { _, err := SourceKey(b.Context(), []string{path}, nil); return err })
}
