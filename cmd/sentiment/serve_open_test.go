package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// until waits for what has to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

// hangUp sends this process the signal at which the server reads its files again.
func hangUp(t *testing.T) {
	t.Helper()
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(syscall.SIGHUP)
	}
	if err != nil {
		t.Skipf("SKIPPED: reading files again on a signal is NOT tested: %v", err)
	}
}

// get returns the status of a path, and the answer's body.
func get(t *testing.T, c *http.Client, url, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(body)
}

// TestServeToken: a request needs the token of the file, and on a signal that which is
// there then, if there is one.
func TestServeToken(t *testing.T) {
	const first, second = "the-first-long-secret", "the-second-long-secret"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(first+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	url, stop, _, log := served(t, "--token-file", file, "--metrics-addr", "127.0.0.1:0", sharedRun(t))
	status := func(path, token string) int {
		n, _ := get(t, http.DefaultClient, url+path, token)
		return n
	}
	if a, b, c, d := status("/", ""), status("/v1/models", second), status("/v1/models", first), status("/readyz", ""); a != 401 || b != 401 || c != 200 || d != 200 {
		t.Errorf("without %d, with another %d, with it %d, /readyz %d", a, b, c, d)
	}
	if !strings.Contains(log.String(), "everybody on this machine can read the token") {
		t.Errorf("the log is %s", log)
	}
	writeFile(t, file, second)
	hangUp(t)
	until(t, "the second token is not asked for", func() bool { return status("/v1/models", second) == 200 })
	if got := status("/v1/models", first); got != 401 {
		t.Errorf("with the first token: %d", got)
	}
	writeFile(t, file, "short")
	hangUp(t)
	until(t, "a token that is too short is not told of", func() bool { return strings.Contains(log.String(), "the token stays as it was") })
	if a, b := status("/v1/models", second), status("/v1/models", ""); a != 200 || b != 401 {
		t.Errorf("afterwards: %d, without %d", a, b)
	}
	stop()
	if strings.Contains(log.String(), "-long-secret") {
		t.Errorf("the log has a token: %s", log)
	}
}

// TestServeMetricsAddr: they are at their address, which is told, and not at the other.
func TestServeMetricsAddr(t *testing.T) {
	url, _, out, _ := served(t, "--metrics-addr", "127.0.0.1:0", sharedRun(t))
	var at string
	until(t, "the address is not told", func() bool {
		_, after, ok := strings.Cut(out.String(), "Metrics on ")
		at = strings.TrimSpace(after)
		return ok
	})
	if n, body := get(t, http.DefaultClient, at+"/metrics", ""); n != 200 || !strings.Contains(body, "unroll_models_loaded 2") {
		t.Errorf("%d %s", n, body)
	}
	if n, _ := get(t, http.DefaultClient, url+"/metrics", ""); n != 404 {
		t.Errorf("at the other address: %d", n)
	}
}

// TestServeUnix: a socket is this user's alone, takes the place of one that was left
// behind and of none that is in use, and is gone at the end.
func TestServeUnix(t *testing.T) {
	dir, err := os.MkdirTemp("", "s") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	at, stop := serving(t, "--addr", unixPrefix+path, sharedRun(t))
	if at != unixPrefix+path {
		t.Errorf("it serves on %s", at)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Type() != os.ModeSocket || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, error %v", info, err)
	}
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
	if n, body := get(t, c, "http://localhost/v1/models", ""); n != 200 || !strings.Contains(body, "embedding") {
		t.Errorf("%d %s", n, body)
	}
	status, stdout, stderr := command("", "serve", "--addr", unixPrefix+path, sharedRun(t))
	checkFailure(t, status, exitFailure, stdout, stderr, "another program listens there")
	if n, _ := get(t, c, "http://localhost/readyz", ""); n != 200 {
		t.Errorf("after another tried to listen there: %d", n)
	}
	stop()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("afterwards the socket is there: error %v", err)
	}
}

// newCertificate writes a certificate of its own, for 127.0.0.1, with a serial number.
func newCertificate(t testing.TB, certFile, keyFile string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	writeFile(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}

// TestServeTLS: HTTP/2 and no TLS before 1.2, with the certificate that is in the
// files; a new one takes its place, and one without its key does not.
func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	newCertificate(t, cert, key, 1)
	url, _, _, log := served(t, "--tls-cert", cert, "--tls-key", key, sharedRun(t))
	if !strings.HasPrefix(url, "https://") {
		t.Fatalf("it serves on %s", url)
	}
	// ask returns the serial number of the server's certificate, 0 if it refuses.
	ask := func(most uint16) (serial int64, proto string) {
		c := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: most}}}
		a, err := c.Get(url + "/readyz")
		if err != nil {
			return 0, err.Error()
		}
		a.Body.Close()
		return a.TLS.PeerCertificates[0].SerialNumber.Int64(), a.Proto
	}
	for version, want := range map[uint16]int64{tls.VersionTLS10: 0, tls.VersionTLS11: 0, tls.VersionTLS12: 1, tls.VersionTLS13: 1} {
		if serial, proto := ask(version); serial != want || serial != 0 && proto != "HTTP/2.0" {
			t.Errorf("%s: certificate %d, %s", tls.VersionName(version), serial, proto)
		}
	}
	plain, err := http.Get("http" + strings.TrimPrefix(url, "https") + "/readyz")
	if err != nil || plain.StatusCode != http.StatusBadRequest {
		t.Errorf("without TLS: %v, error %v", plain, err)
	} else {
		plain.Body.Close()
	}
	newCertificate(t, cert, key, 2)
	hangUp(t)
	until(t, "the second certificate is not used", func() bool { serial, _ := ask(0); return serial == 2 })
	newCertificate(t, cert, filepath.Join(dir, "other"), 3)
	hangUp(t)
	until(t, "that there is no key for it is not told", func() bool { return strings.Contains(log.String(), "the certificate was not renewed") })
	if serial, _ := ask(0); serial != 2 {
		t.Errorf("certificate %d is used without its key", serial)
	}
	if err := os.Rename(filepath.Join(dir, "other"), key); err != nil {
		t.Fatal(err)
	}
	hangUp(t)
	until(t, "the third certificate is not used when its key is there", func() bool { serial, _ := ask(0); return serial == 3 })
}

// TestWarnOpen: what others can do is told where they can reach the server, with the
// flags against it.
func TestWarnOpen(t *testing.T) {
	for _, c := range []struct {
		addr             string
		token, encrypted bool
		want             []string
	}{
		{"127.0.0.1:0", false, false, nil},
		{"0.0.0.0:0", false, false, []string{"anybody who reaches", "--token-file", "--tls-cert", "--tls-key"}},
		{"0.0.0.0:0", true, false, []string{"not encrypted", "--tls-cert", "--tls-key"}},
		{"0.0.0.0:0", false, true, []string{"anybody who reaches", "--token-file"}},
		{"0.0.0.0:0", true, true, nil},
	} {
		l, err := net.Listen("tcp4", c.addr)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		(&address{l, "http://" + l.Addr().String()}).warnOpen(t.Context(), slog.New(slog.NewJSONHandler(&b, nil)), c.token, c.encrypted)
		l.Close()
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) || !strings.Contains(b.String(), l.Addr().String()) {
				t.Errorf("%+v: %q, want %s", c, &b, want)
			}
		}
		if strings.Count(b.String(), "\n") != min(1, len(c.want)) {
			t.Errorf("%+v: %q", c, &b)
		}
	}
}
