//go:build !unix

package bundle

import (
	"errors"
	"os"
)

// mapped says that it cannot: see mapped_unix.go.
func mapped(*os.File, int64, int) ([]byte, error) { return nil, errors.ErrUnsupported }
