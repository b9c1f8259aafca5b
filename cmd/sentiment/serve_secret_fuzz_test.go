package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzSecrets: the files of a token, a certificate and its key are read, or refused in one
// line that names a flag.
func FuzzSecrets(f *testing.F) {
	dir := f.TempDir()
	var paths [3]string
	for i, name := range []string{"token", "cert", "key"} {
		paths[i] = filepath.Join(dir, name)
	}
	newCertificate(f, paths[1], paths[2], 1)
	cert, err := os.ReadFile(paths[1])
	if err != nil {
		f.Fatal(err)
	}
	key, err := os.ReadFile(paths[2])
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a long secret of this test\n", string(cert), string(key))
	f.Add("0123456789abcdef", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
	f.Add(" \x00", "-----BEGIN CERTIFICATE-----", "\n")
	log := slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, token, cert, key string) {
		for i, text := range []string{token, cert, key} {
			if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, bad := readToken(paths[0], log)
		_, worse := readCertificate(paths[1], paths[2], log)
		for _, err := range []error{bad, worse} {
			if err != nil && (!strings.HasPrefix(err.Error(), "--t") || strings.Contains(err.Error(), "\n")) {
				t.Errorf("error %q", err)
			}
		}
		if bad == nil && (len(got) < leastToken || strings.Trim(got, " \r\n\t") != got || !strings.Contains(token, got)) {
			t.Errorf("%q is read as %q", token, got)
		}
	})
}
