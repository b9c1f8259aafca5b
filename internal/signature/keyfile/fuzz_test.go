package keyfile

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzKeys: a file is a key of the right size that is written again as itself, or it is
// refused by its path.
func FuzzKeys(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "key.pem")
	public, err := New(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range []string{path, public} {
		data, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, false)
		block, _ := pem.Decode(data)
		f.Add(block.Bytes, true)
	}
	path = filepath.Join(dir, "fuzzed")
	f.Fuzz(func(t *testing.T, data []byte, enclose bool) {
		for kind, read := range map[string]func() ([]byte, error){
			"PRIVATE KEY": func() ([]byte, error) {
				key, err := Private(path)
				if err != nil {
					return nil, err
				}
				if len(key) != ed25519.PrivateKeySize {
					t.Errorf("a key of %d bytes", len(key))
				}
				return x509.MarshalPKCS8PrivateKey(key)
			},
			"PUBLIC KEY": func() ([]byte, error) {
				key, err := Public(path)
				if err != nil {
					return nil, err
				}
				if len(key) != ed25519.PublicKeySize {
					t.Errorf("a key of %d bytes", len(key))
				}
				return x509.MarshalPKIXPublicKey(key)
			},
		} {
			text := data
			if enclose {
				text = pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})
			}
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			back, err := read()
			switch {
			case err != nil && (!strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n")):
				t.Errorf("error %q", err)
			case err == nil && len(back) == 0:
				t.Errorf("%q is read as no key", text)
			}
		}
	})
}
