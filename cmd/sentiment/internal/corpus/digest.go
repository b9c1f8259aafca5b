package corpus

import (
	"context"

	"unroll/datasets/cache"
)

// Digest tells the content of a file or a folder from any other.
type Digest struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // of the content, of a folder with the names of its files
}

// Files are what the texts are read from, none of texts that come with the program.
func (d *Source) Files() []string { return d.files }

// Digests are those of files and folders.
func Digests(ctx context.Context, paths []string) ([]Digest, error) {
	var all []Digest
	for _, path := range paths {
		sum, err := cache.Key(ctx, []string{path}, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, Digest{path, sum})
	}
	return all, nil
}
