package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/safefile"
)

// mostSecret is how many bytes the files of a token, a certificate and a key may have.
const mostSecret = 1 << 20

// leastToken is how many characters a token must have: a guess at 16 random ones is
// hopeless however fast the server refuses.
const leastToken = 16

// readSecret reads the file that a flag names.
func readSecret(flag, path string) ([]byte, error) {
	data, err := safefile.ReadFile(path, mostSecret)
	return data, errors.WithMessagef(cause(err), "--%s %s", flag, path)
}

// readToken reads the token from its file, "" if there is none. A file that everybody
// on the machine can read is told to the log.
func readToken(path string, log *slog.Logger) (string, error) {
	if path == "" {
		return "", nil
	}
	data, err := readSecret("token-file", path)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	switch {
	case strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "", errors.Errorf("--token-file %s: want one line of visible ASCII characters without a space", path)
	case len(token) < leastToken:
		return "", errors.Errorf("--token-file %s: the token has %d characters, want at least %d", path, len(token), leastToken)
	}
	// Windows has other permissions, of which these bits say nothing.
	if info, err := os.Stat(path); err == nil && info.Mode()&0o004 != 0 && runtime.GOOS != "windows" {
		log.Warn("everybody on this machine can read the token: chmod o-r", "file", path)
	}
	return token, nil
}

// certificate is that of the server. It is read anew when its files have changed.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	pem               [2][]byte // as they were read last, good or not
	now               atomic.Pointer[tls.Certificate]
}

// readCertificate reads a certificate, nil if no file is named.
func readCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	if certFile == "" {
		return nil, nil
	}
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	_, err := c.read()
	return c, err
}

// read reads the files, and takes what is in them if that has changed.
func (c *certificate) read() (changed bool, err error) {
	cert, err := readSecret("tls-cert", c.certFile)
	if err != nil {
		return false, err
	}
	key, err := readSecret("tls-key", c.keyFile)
	if err != nil {
		return false, err
	}
	if bytes.Equal(cert, c.pem[0]) && bytes.Equal(key, c.pem[1]) {
		return false, nil
	}
	c.pem = [2][]byte{cert, key}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return true, errors.Errorf("--tls-cert %s and --tls-key %s: %s", c.certFile, c.keyFile, strings.TrimPrefix(err.Error(), "tls: "))
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		c.log.Warn("the certificate has expired", "file", c.certFile, "on", pair.Leaf.NotAfter)
	}
	c.now.Store(&pair)
	return true, nil
}

// renew reads the files again. The certificate of before stays if they are no pair, as
// while one of them is written.
func (c *certificate) renew() {
	changed, err := c.read()
	switch {
	case err != nil:
		c.log.Error("the certificate was not renewed", "error", err.Error())
	case changed:
		c.log.Info("certificate renewed", "until", c.now.Load().Leaf.NotAfter)
	}
}

// config is TLS as the server speaks it.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now.Load(), nil },
	}
}

// renewals is how often the files of a certificate are read again.
const renewals = time.Minute

// renewing has what the server was given in files read again: all on a signal, the
// certificate also every so often. then is called after a signal.
func renewing(ctx context.Context, hup <-chan os.Signal, c *certificate, then func()) {
	tick := time.NewTicker(renewals)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if c != nil {
				c.renew()
			}
		case <-hup:
			if c != nil {
				c.renew()
			}
			then()
		}
	}
}
