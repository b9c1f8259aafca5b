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

// Digests are those of what the texts are read from, none of texts that come with the
// program. Files are read for them once.
func (d *Source) Digests(ctx context.Context) ([]Digest, error) {
	if d.digests == nil {
		var err error
		if d.digests, err = Digests(ctx, d.files); err != nil {
			return nil, err
		}
	}
	return d.digests, nil
}

// key names what the files and settings make, for the cache.
func (d *Source) key(ctx context.Context, settings ...any) (string, error) {
	all, err := d.Digests(ctx)
	if err != nil {
		return "", err
	}
	for _, f := range all {
		settings = append(settings, f.SHA256)
	}
	return cache.Key(ctx, nil, settings)
}
