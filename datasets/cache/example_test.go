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
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	texts := filepath.Join(dir, "texts.txt")
	if err := os.WriteFile(texts, []byte("a good film"), 0o644); err != nil {
		log.Fatal(err)
	}
	encode := func(yield func(cache.Encoded, error) bool) {
		fmt.Println("encoding")
		yield(cache.Encoded{IDs: [][]int32{{4, 5, 6}, {4}}, Targets: []float64{1, 0}}, nil)
	}
	open := func(settings map[string]int) (*cache.Cache, error) {
		key, err := cache.Key(context.Background(), []string{texts}, settings)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, "texts.cache")
		c, err := cache.Open(path, key)
		if err == nil {
			return c, nil
		}
		if errors.Is(err, cache.ErrStale) {
			fmt.Println("the settings are others")
		}
		if err := cache.Write(path, cache.Meta{Key: key, Width: 1}, encode); err != nil {
			return nil, err
		}
		return cache.Open(path, key)
	}
	for _, words := range []int{100, 100, 1000} {
		c, err := open(map[string]int{"num_words": words})
		if err != nil {
			log.Fatal(err)
		}
		batch, err := c.Rows([]int{1, 0})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(batch.IDs, batch.Targets)
		c.Close()
	}
	// Output:
	// encoding
	// [[4] [4 5 6]] [0 1]
	// [[4] [4 5 6]] [0 1]
	// the settings are others
	// encoding
	// [[4] [4 5 6]] [0 1]
}
