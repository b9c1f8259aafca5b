package main

import (
	"context"
	"crypto/tls"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/errors"
)

// unixPrefix is what an address begins with that is the path of a socket.
const unixPrefix = "unix:"

// address is where the server listens, and how it is told.
type address struct {
	net.Listener
	url string
}

// listen listens on the address that a flag names, with TLS if there is a certificate.
func listen(flag, addr string, c *certificate) (*address, error) {
	path, unix := strings.CutPrefix(addr, unixPrefix)
	var l net.Listener
	var err error
	if unix {
		l, err = listenUnix(path)
	} else {
		l, err = net.Listen("tcp", addr)
	}
	if err != nil {
		return nil, errors.Errorf("--%s %s: %v", flag, addr, cause(err))
	}
	a := &address{l, "http://" + l.Addr().String()}
	if c != nil {
		a.Listener, a.url = tls.NewListener(l, c.config()), "https://"+l.Addr().String()
	}
	if unix {
		a.url = addr
	}
	return a, nil
}

// listenUnix listens on a socket that only this user can open. It takes the place of
// one that nobody listens on any more, and of nothing else.
func listenUnix(path string) (net.Listener, error) {
	info, err := os.Lstat(path)
	switch {
	case path == "":
		return nil, errors.New("want " + unixPrefix + "PATH")
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != fs.ModeSocket:
		return nil, errors.New("there is a file that is no socket")
	default:
		c, err := net.DialTimeout("unix", path, time.Second)
		switch {
		case err == nil:
			c.Close()
			return nil, errors.New("another program listens there")
		case !errors.Is(err, syscall.ECONNREFUSED):
			return nil, err
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	defer privately()()
	return net.Listen("unix", path)
}

// warnOpen tells the log what others can do who reach the address.
func (a *address) warnOpen(ctx context.Context, log *slog.Logger, token, encrypted bool) {
	tcp, ok := a.Addr().(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() || token && encrypted {
		return
	}
	what := "anybody who reaches this address can ask the models, and texts are not encrypted on their way: see --token-file, --tls-cert and --tls-key"
	switch {
	case encrypted:
		what = "anybody who reaches this address can ask the models: see --token-file"
	case token:
		what = "texts and the token are not encrypted on their way to this address: see --tls-cert and --tls-key"
	}
	log.WarnContext(ctx, what, "address", a.url)
}

// cause is why an address cannot be listened on, without the address.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var op *net.OpError
	if !errors.As(err, &op) {
		return err
	}
	var call *os.SyscallError
	var addr *net.AddrError
	switch {
	case errors.As(op.Err, &call):
		return call.Err
	case errors.As(op.Err, &addr):
		return errors.New(addr.Err)
	}
	return op.Err
}
