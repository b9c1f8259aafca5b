package server

import (
	"context"
	"slices"
	"strings"
	"testing/synctest"
	"time"
)

// A script is what clients of a server do, in bytes for a fuzzer to change: those below
// 0x80 are sent as they are, the others are pieces of requests, and from firstAct on acts.
const (
	firstPiece = 0x80
	firstAct   = 0xf0
)

const (
	actFirst  = firstAct + iota // goes on with the first connection
	actSecond                   // or with the second
	actLeave                    // closes the connection, whatever is on its way
	actPause                    // waits for a second
	actSlow                     // waits for longer than a request may take
	actReload                   // takes new models
	actBroken                   // fails to
	actSecret                   // asks for a token from now on
	actOpen                     // or for none
)

const (
	secret   = "a long secret of this test"
	question = `{"texts":["a film"]}`
)

// pieces are what a fuzzer would not find by itself.
var pieces = []string{
	"POST /v1/predict HTTP/1.1\r\n", "GET /v1/models HTTP/1.1\r\n", "GET /v1/models/one/history HTTP/1.1\r\n", "GET / HTTP/1.1\r\n",
	"GET /healthz HTTP/1.1\r\n", "GET /readyz HTTP/1.1\r\n", "GET /metrics HTTP/1.1\r\n", "GET /openapi.json HTTP/1.1\r\n", // 0x84
	"HEAD /v1/models HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n", "CONNECT localhost:80 HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", // 0x88
	"POST ", "GET ", "DELETE ", "/v1/predict", // 0x8c
	"/v1/models/", "/history", "http://evil.example", "//", // 0x90
	"/../", "%2f", " HTTP/1.1\r\n", " HTTP/1.0\r\n", // 0x94
	"Host: localhost\r\n", "Host: evil.example\r\n", "Host: 127.0.0.1:8080\r\n", "Host: model.example.org\r\n", // 0x98
	"Host: ", "Origin: http://evil.example\r\n", "Origin: http://localhost\r\n", "Sec-Fetch-Site: cross-site\r\n", // 0x9c
	"Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", "Authorization: Bearer " + secret + "\r\n", "Authorization: Bearer wrong\r\n", "Authorization: ", // 0xa0
	"Content-Type: application/json\r\n", "Content-Type: text/plain\r\n", "Content-Encoding: gzip\r\n", "Content-Length: 20\r\n", // 0xa4
	"Content-Length: ", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: ", "Expect: 100-continue\r\n", // 0xa8
	"Connection: close\r\n", "Connection: keep-alive\r\n", "Upgrade: h2c\r\n", "X-Request-Id: x\r\n", // 0xac
	"Range: bytes=1-2\r\n", "If-None-Match: *\r\n", "\r\n", "\r\n\r\n", // 0xb0
	question, `{"texts":["a","b"],"explain":true}`, `{"texts":["wait"]}`, "{", // 0xb4
	"14\r\n" + question + "\r\n", "0\r\n\r\n", "7fffffffffffffff\r\n", `"model":"two"`, // 0xb8
	"\x80", "\xff", "\x00", strings.Repeat("x", 400), // 0xbc
	strings.Repeat("X: y\r\n", 4000), // 0xc0
}

// script writes one: pieces and acts by their number, and text.
func script(parts ...any) (s []byte) {
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			s = append(s, byte(p))
		case string:
			at := slices.Index(pieces, p)
			if at < 0 {
				s = append(s, p...)
			} else {
				s = append(s, byte(firstPiece+at))
			}
		}
	}
	return s
}

// play does what a script says and returns all clients that there were.
func play(s *Server, l *pipes, data []byte, broken *bool) (all []*client) {
	var now [2]*client
	at := 0
	var out []byte
	flush := func() {
		if now[at] == nil {
			now[at] = l.dial(string(rune('a' + len(all))))
			all = append(all, now[at])
		}
		_, _ = now[at].Write(out) // to a server that may have closed it
		out = nil
	}
	for _, b := range data {
		switch {
		case b < firstPiece:
			out = append(out, b)
			continue
		case b < firstAct:
			out = append(out, pieces[int(b-firstPiece)%len(pieces)]...)
			continue
		}
		flush()
		switch b {
		case actFirst, actSecond:
			at = int(b - actFirst)
		case actLeave:
			now[at].left = true
			_ = now[at].Close()
			now[at] = nil
		case actPause:
			time.Sleep(time.Second)
		case actSlow:
			time.Sleep(11 * time.Second)
		case actReload, actBroken:
			*broken = b == actBroken
			_ = s.Reload(context.Background())
		case actSecret, actOpen:
			synctest.Wait() // until nobody is being let in
			s.SetToken(map[bool]string{true: secret}[b == actSecret])
		}
	}
	flush()
	return all
}
