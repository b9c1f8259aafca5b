package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// asHostile makes the test's executable be the hostile clients of a server: its value is
// the address, how many connections do nothing, how many clients there are of each other
// kind, and a seed.
const asHostile = "SENTIMENT_TEST_AS_HOSTILE"

// attack is the other process: it goes on until its standard input ends, prints what it
// did, and leaves its connections to the system.
func attack(what string) int {
	h := &hostile{}
	var idle, others int
	var seed uint64
	if _, err := fmt.Sscan(what, &h.address, &idle, &others, &seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	h.begin(idle, others, seed)
	_, _ = io.Copy(io.Discard, os.Stdin)
	fmt.Println(h)
	return 0
}

// hostile are clients who mean no good.
type hostile struct {
	address string

	held, slow, odd, cancelled, reset, answered, failed atomic.Int64
}

// String tells what they did.
func (h *hostile) String() string {
	return fmt.Sprintf("%d connections held, %d not made, %d slow requests, %d odd ones, %d cancelled, %d reset, %d answers to odd ones", h.held.Load(), h.failed.Load(), h.slow.Load(), h.odd.Load(), h.cancelled.Load(), h.reset.Load(), h.answered.Load())
}

const question = "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"

// oddities are what is no request, or one whose end is in doubt.
var oddities = []string{
	"", "\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "GET", "GET /\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x00\x00\x00",
	"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
	"GET / HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 10_000),
	"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{",
	"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9223372036854775807\r\n\r\n{",
	fmt.Sprintf(question, 4<<20, `{"texts":["`+strings.Repeat("x", 100_000)),
	fmt.Sprintf(question, 9, `{"texts":`),
}

// begin lets them begin.
func (h *hostile) begin(idle, others int, seed uint64) {
	dialling := make(chan struct{}, 64) // what a backlog of connections has room for
	for range idle {
		go func() {
			for {
				dialling <- struct{}{}
				c := h.dial()
				<-dialling
				h.hold(c)
			}
		}()
	}
	for i, kind := range []func(*net.TCPConn, *rand.Rand){h.send, h.confuse, h.cancel, h.hangUp} {
		for client := range others {
			go func() {
				for r := rand.New(rand.NewPCG(seed, uint64(i*others+client))); ; time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond) {
					kind(h.dial(), r)
				}
			}()
		}
	}
}

func (h *hostile) dial() *net.TCPConn {
	for ; ; time.Sleep(time.Second) {
		if c, err := net.DialTimeout("tcp", h.address, 10*time.Second); err == nil {
			return c.(*net.TCPConn)
		}
		h.failed.Add(1)
	}
}

// hold asks once, so as not to be taken for one who never will, and does nothing more
// until the server is tired of it.
func (h *hostile) hold(c net.Conn) {
	defer c.Close()
	h.held.Add(1)
	defer h.held.Add(-1)
	_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	_, _ = io.Copy(io.Discard, c)
}

// send sends a header or a body a byte at a time, until the server has enough.
func (h *hostile) send(c *net.TCPConn, r *rand.Rand) {
	defer c.Close()
	h.slow.Add(1)
	text := fmt.Sprintf(question, 1000, strings.Repeat(" ", 1000))
	if r.IntN(2) == 0 {
		head := strings.Index(text, "\r\n\r\n") + 4
		if _, err := io.WriteString(c, text[:head]); err != nil {
			return
		}
		text = text[head:]
	}
	for i := range text {
		if _, err := c.Write([]byte{text[i]}); err != nil {
			return
		}
		time.Sleep(time.Duration(r.IntN(100)) * time.Millisecond)
	}
}

// confuse sends oddities behind each other.
func (h *hostile) confuse(c *net.TCPConn, r *rand.Rand) {
	defer c.Close()
	h.odd.Add(1)
	for range 1 + r.IntN(3) {
		if _, err := io.WriteString(c, oddities[r.IntN(len(oddities))]); err != nil {
			return
		}
	}
	_ = c.CloseWrite()
	_ = c.SetReadDeadline(time.Now().Add(time.Second))
	if n, _ := io.Copy(io.Discard, c); n > 0 {
		h.answered.Add(1)
	}
}

// cancel asks much, and is gone before the answer.
func (h *hostile) cancel(c *net.TCPConn, r *rand.Rand) {
	defer c.Close()
	h.cancelled.Add(1)
	body := `{"texts":["a film"` + strings.Repeat(`,"a dull film"`, r.IntN(50)) + `]}`
	_, _ = fmt.Fprintf(c, question, len(body), body)
	time.Sleep(time.Duration(r.IntN(3000)) * time.Microsecond)
}

// hangUp resets a connection in the midst of a request.
func (h *hostile) hangUp(c *net.TCPConn, r *rand.Rand) {
	defer c.Close()
	h.reset.Add(1)
	text := fmt.Sprintf(question, 20, `{"texts":["a film"]}`)
	_ = c.SetLinger(0)
	_, _ = io.WriteString(c, text[:r.IntN(len(text)+1)])
	time.Sleep(time.Duration(r.IntN(1000)) * time.Microsecond)
}
