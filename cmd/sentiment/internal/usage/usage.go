// Package usage tells a mistake in the command line from other errors. Settings are
// named as their flags are.
package usage

import (
	"iter"

	"github.com/pkg/errors"

	"unroll/internal/choice"
)

// Error is a mistake in the command line.
type Error struct{ error }

// Errorf makes an Error.
func Errorf(format string, args ...any) error { return Error{errors.Errorf(format, args...)} }

// Wrap makes an Error of another.
func Wrap(err error) error { return Error{err} }

// Positive refuses a number that is not.
func Positive(flag string, value int) error {
	if value < 1 {
		return Errorf("--%s is %d, want at least 1", flag, value)
	}
	return nil
}

// Choice refuses a setting that none of all has as its name, unless it is empty.
func Choice(flag, value string, all iter.Seq2[string, string]) error {
	if err := choice.Want(value, all); err != nil && value != "" {
		return Errorf("--%s is %q, %v", flag, value, err)
	}
	return nil
}
