package datasets

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/pkg/errors"
)

// readFolder reads the dataset from path or path/aclImdb.
func readFolder(ctx context.Context, path string) (*Corpus, error) {
	root := path
	if !isDir(filepath.Join(root, "train")) && !isDir(filepath.Join(root, "test")) {
		if inner := filepath.Join(root, "aclImdb"); isDir(inner) {
			root = inner
		}
	}
	// Most of the time goes into opening 50,000 files, so open several at once.
	var s shelf
	for i, folder := range reviewFolders {
		var files []reviewFile
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if number, ok := reviewNumber(e.Name()); ok {
				files = append(files, reviewFile{number: number, name: e.Name(), path: filepath.Join(root, folder, e.Name())})
			}
		}
		if err := readFiles(ctx, files); err != nil {
			return nil, err
		}
		for _, f := range files {
			s.add(i, f.number, f.name, f.text)
		}
	}
	corpus, err := s.corpus()
	if err != nil {
		return nil, err
	}
	corpus.Source = "folder " + root
	return corpus, nil
}

type reviewFile struct {
	number           uint64
	name, path, text string
}

// readFiles fills in the texts. The error is that of the first file that fails, in
// the order given.
func readFiles(ctx context.Context, files []reviewFile) error {
	workers := min(4*runtime.GOMAXPROCS(0), len(files))
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := len(files) * w / workers; i < len(files)*(w+1)/workers && errs[w] == nil; i++ {
				if errs[w] = ctx.Err(); errs[w] == nil {
					files[i].text, errs[w] = readReview(files[i].path)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func readReview(path string) (string, error) {
	// Opening a named pipe would wait for its writer, so look first.
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.Errorf("%s is not a regular file", path)
	}
	if info.Size() > maxReview {
		return "", errors.Errorf("%s is %d bytes large, too large for a review", path, info.Size())
	}
	text, err := os.ReadFile(path)
	return string(text), err
}
