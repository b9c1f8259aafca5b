package main

import (
	"cmp"
	"runtime/debug"
	"strings"
)

// version is that of the program: its module's, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return cmp.Or(strings.Trim(info.Main.Version, "()"), "unknown")
}
