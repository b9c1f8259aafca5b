//go:build !amd64 || purego

package kernel

import "testing"

func forEachLevel(t *testing.T, f func(t *testing.T)) { t.Run("portable", f) }
