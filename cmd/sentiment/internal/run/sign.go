package run

import (
	"crypto/ed25519"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/internal/signature"
)

// Sign signs the folder of a model or a run, but for what a run only needs to be gone on
// with. It returns how many files it has signed.
func Sign(dir string, key ed25519.PrivateKey) (int, error) {
	dir = Target(dir)
	if holds, err := bundle.Holds(dir); holds || err != nil {
		return 0, errors.Errorf("%s is a program with a model inside: sign it as a program", dir)
	}
	if _, err := ModelDirs(dir); err != nil {
		return 0, err
	}
	return signature.Sign(dir, key, checkpointsDir, cacheDir, eventsDir)
}
