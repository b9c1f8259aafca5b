package server

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// Watch calls Reload when a file of the paths was changed, added or removed, until
// ctx ends. A path may be a folder, whose files are watched with those of its
// subfolders. It looks every so often, at names, sizes and times, and waits until
// two looks are alike, so as not to read what is half written. What Reload
// returns is in the log.
func (s *Server) Watch(ctx context.Context, every time.Duration, paths ...string) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	known := look(paths)
	before := known
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := look(paths)
		if now != known && now == before {
			_ = s.Reload(ctx)
			known = now
		}
		before = now
	}
}

// look returns a description of the files that changes when they do. A path that
// there is not, or not yet, is part of it.
func look(paths []string) string {
	var b strings.Builder
	for _, p := range paths {
		_ = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				fmt.Fprintf(&b, "%q %v\n", name, err)
				return nil
			}
			if info, err := d.Info(); err == nil && !d.IsDir() {
				fmt.Fprintf(&b, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
			}
			return nil
		})
	}
	return b.String()
}
