// Package input has what all that reads files shares.
package input

import (
	"context"
	"io"
	"io/fs"

	"github.com/pkg/errors"
)

// Reason strips from a file error the path that the sentence around it names.
func Reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Until returns a reader of r that fails with the error of ctx once ctx ends.
func Until(ctx context.Context, r io.Reader) io.Reader { return &until{ctx, r} }

type until struct {
	ctx context.Context
	r   io.Reader
}

func (u *until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
