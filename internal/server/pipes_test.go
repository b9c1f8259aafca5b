package server

import (
	"bytes"
	"net"
	"sync"
)

// client is a connection, with all that came back on it.
type client struct {
	net.Conn
	name string
	left bool // before the server closed it
	got  bytes.Buffer
	done chan struct{}
}

// pipes is a listener in memory.
type pipes struct {
	conns chan net.Conn
	end   chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), end: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.end:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.end) })
	return nil
}

func (p *pipes) Addr() net.Addr { return address("server") }

type address string

func (a address) Network() string { return "pipe" }
func (a address) String() string  { return string(a) }

// named is a connection of which the server learns the client's name.
type named struct {
	net.Conn
	from address
}

func (n named) RemoteAddr() net.Addr { return n.from }

// dial connects a client of that name.
func (p *pipes) dial(name string) *client {
	near, far := net.Pipe()
	c := &client{Conn: near, name: name, done: make(chan struct{})}
	p.conns <- named{far, address(name)}
	go func() {
		defer close(c.done)
		_, _ = c.got.ReadFrom(near)
	}()
	return c
}
