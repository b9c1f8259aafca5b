package server

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// Watch has Reload called when a file of the paths was changed, added or removed,
// until ctx ends. It looks at them before it returns: what changes while the first
// models are loaded is noticed if it is called before. A path may be a folder,
// whose files are watched with those of its subfolders, or a link to one. It looks
// every so often, at names, sizes and times, and waits until two looks are alike,
// so as not to read what is half written. What Reload returns is in the log.
func (s *Server) Watch(ctx context.Context, every time.Duration, paths ...string) {
	first := look(paths)
	seen := looks{known: first, before: first}
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if seen.changed(look(paths)) {
				_ = s.Reload(ctx)
			}
		}
	}()
}

// looks are what Watch saw.
type looks struct{ known, before string } // when it last reloaded, and a look ago

// changed reports whether now is new, and was there a look ago: it is written no
// more.
func (l *looks) changed(now string) bool {
	is := now != l.known && now == l.before
	if is {
		l.known = now
	}
	l.before = now
	return is
}

// look returns a description of the files that changes when they do. A path that
// there is not, or not yet, is part of it.
func look(paths []string) string {
	var b strings.Builder
	for _, p := range paths {
		if to, err := filepath.EvalSymlinks(p); err == nil {
			p = to // WalkDir does not follow its root
		}
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
