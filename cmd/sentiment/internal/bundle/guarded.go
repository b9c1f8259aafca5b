package bundle

import (
	"crypto/ed25519"
	"io/fs"
	"sync/atomic"

	"unroll/internal/signature"
)

var required atomic.Pointer[signature.FS]

// RequireSignature has Files refuse, from now on, what was not signed with a key.
func RequireSignature(key ed25519.PublicKey) { required.Store(signature.NewFS(files{}, key)) }

// guarded are files of which a signature may be required.
type guarded struct{ files }

// Open implements fs.FS.
func (g guarded) Open(path string) (fs.File, error) {
	if signed := required.Load(); signed != nil {
		return signed.Open(path)
	}
	return g.files.Open(path)
}

// ReadFile implements fs.ReadFileFS.
func (g guarded) ReadFile(path string) ([]byte, error) {
	if signed := required.Load(); signed != nil {
		return signed.ReadFile(path)
	}
	return g.files.ReadFile(path)
}

// Checked implements safefile.Checker.
func (g guarded) Checked(path string) bool { return required.Load() == nil && g.files.Checked(path) }
