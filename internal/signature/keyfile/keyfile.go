// Package keyfile makes and reads the keys of signatures as files.
package keyfile

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// mostKey is more than a file of one key has.
const mostKey = 64 << 10

// New writes a new private key to path, which only its owner can read, and its public
// key to path with ".pub" behind it: PEM of PKCS #8 and of PKIX, as openssl writes them.
// Neither file may be there.
func New(path string) (public string, err error) {
	public = path + ".pub"
	for _, p := range []string{path, public} {
		if _, err := os.Lstat(p); err == nil {
			return "", errors.Errorf("%s is there already: a key is not overwritten", p)
		}
	}
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	doc, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	if err := write(path, 0o600, "PRIVATE KEY", doc); err != nil {
		return "", err
	}
	if doc, err = x509.MarshalPKIXPublicKey(pub); err != nil {
		return "", err
	}
	return public, write(public, 0o644, "PUBLIC KEY", doc)
}

// write makes a file, with the right mode from its first moment.
func write(path string, mode os.FileMode, kind string, doc []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return errors.WithStack(err)
	}
	err = pem.Encode(f, &pem.Block{Type: kind, Bytes: doc})
	if e := f.Close(); err == nil {
		err = e
	}
	return errors.Wrapf(err, "write %s", path)
}

// Private reads a key to sign with.
func Private(path string) (ed25519.PrivateKey, error) {
	key, err := read(path, "PRIVATE KEY", x509.ParsePKCS8PrivateKey)
	if err != nil {
		return nil, err
	}
	if k, ok := key.(ed25519.PrivateKey); ok {
		return k, nil
	}
	return nil, errors.Errorf("%s: a key of another kind, want Ed25519", path)
}

// Public reads a key to compare signatures with.
func Public(path string) (ed25519.PublicKey, error) {
	key, err := read(path, "PUBLIC KEY", x509.ParsePKIXPublicKey)
	if err != nil {
		return nil, err
	}
	if k, ok := key.(ed25519.PublicKey); ok {
		return k, nil
	}
	return nil, errors.Errorf("%s: a key of another kind, want Ed25519", path)
}

func read(path, kind string, parse func([]byte) (any, error)) (any, error) {
	data, err := safefile.ReadFile(path, mostKey)
	if err != nil {
		return nil, errors.WithStack(err)
	}
	block, _ := pem.Decode(data)
	switch {
	case block == nil:
		return nil, errors.Errorf("%s: it holds no key in PEM", path)
	case block.Type != kind:
		return nil, errors.Errorf("%s: it holds a %s, want a %s", path, block.Type, kind)
	}
	key, err := parse(block.Bytes)
	return key, errors.Wrap(err, path)
}
