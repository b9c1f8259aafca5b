package cache_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/datasets/cache"
)

// Texts are encoded once, and again when they or the settings have changed.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	texts := filepath.Join(dir, "texts.txt")
	if err := os.WriteFile(texts, []byte("a good film"), 0o644); err != nil {
		log.Fatal(err)
	}
	encode := func(yield func(cache.Samples, error) bool) {
		fmt.Println("encoding")
		yield(cache.Samples{IDs: [][]int32{{4, 5, 6}, {4}}, Targets: []float64{1, 0}}, nil)
	}
	load := func(settings map[string]int) (cache.Samples, error) {
		key, err := cache.Key(context.Background(), []string{texts}, settings)
		if err != nil {
			return cache.Samples{}, err
		}
		path := filepath.Join(dir, "texts.cache")
		samples, _, err := cache.Load(path, key)
		if err == nil {
			return samples, nil
		}
		if errors.Is(err, cache.ErrStale) {
			fmt.Println("the settings are others")
		}
		if err := cache.Write(path, cache.Meta{Key: key, Width: 1}, encode); err != nil {
			return cache.Samples{}, err
		}
		samples, _, err = cache.Load(path, key)
		return samples, err
	}
	for _, words := range []int{100, 100, 1000} {
		samples, err := load(map[string]int{"num_words": words})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(samples.IDs, samples.Targets)
	}
	// Output:
	// encoding
	// [[4 5 6] [4]] [1 0]
	// [[4 5 6] [4]] [1 0]
	// the settings are others
	// encoding
	// [[4 5 6] [4]] [1 0]
}
