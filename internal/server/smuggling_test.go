package server

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestSmuggling: where a proxy in front could see the end of a request elsewhere than
// we do, it is refused or the connection ends with it: what follows on it, which the
// proxy may have taken for this one's body, is never answered.
func TestSmuggling(t *testing.T) {
	_, url := started(t, Config{Load: loading(newFake("one"))})
	const body, next = `{"texts":["a"]}`, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	chunks := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	for name, c := range map[string]struct{ headers, body string }{
		"a length and chunks":         {length + "Transfer-Encoding: chunked\r\n", chunks},
		"chunks and a length":         {"Transfer-Encoding: chunked\r\n" + length, chunks},
		"a length of 0 and chunks":    {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", chunks},
		"chunks":                      {"Transfer-Encoding: chunked\r\n", chunks},
		"chunks, of HTTP/1.0":         {"Transfer-Encoding: chunked\r\n\r\n", chunks},
		"two lengths":                 {length + "Content-Length: 3\r\n", body},
		"two lengths in a list":       {fmt.Sprintf("Content-Length: %d, %d\r\n", len(body), len(body)), body},
		"a length with a sign":        {fmt.Sprintf("Content-Length: +%d\r\n", len(body)), body},
		"a length below 0":            {"Content-Length: -1\r\n", body},
		"a length in hex":             {fmt.Sprintf("Content-Length: 0x%x\r\n", len(body)), body},
		"a length that is none":       {"Content-Length: \r\n", body},
		"a length with a dot":         {fmt.Sprintf("Content-Length: %d.0\r\n", len(body)), body},
		"a length beyond an int64":    {"Content-Length: 99999999999999999999\r\n", body},
		"chunks twice":                {"Transfer-Encoding: chunked, chunked\r\n", chunks},
		"chunks in two lines":         {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunks},
		"chunks and another":          {"Transfer-Encoding: chunked, identity\r\n", chunks},
		"another encoding":            {"Transfer-Encoding: xchunked\r\n", chunks},
		"an empty encoding":           {"Transfer-Encoding: \r\n" + length, body},
		"an encoding in quotes":       {"Transfer-Encoding: \"chunked\"\r\n", chunks},
		"an encoding with a tab":      {"Transfer-Encoding:\tchunked\r\n", chunks},
		"an encoding with VT":         {"Transfer-Encoding: \vchunked\r\n", chunks},
		"an encoding on two lines":    {"Transfer-Encoding:\r\n chunked\r\n", chunks},
		"an encoding behind a line":   {"X: y\r\n Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunks},
		"a space before the colon":    {"Transfer-Encoding : chunked\r\n" + length, body},
		"a tab before the colon":      {"Content-Length\t: 3\r\n" + length, body},
		"a NUL in a value":            {"X: a\x00b\r\n" + length, body},
		"a NUL in a name":             {"X\x00: a\r\n" + length, body},
		"a CR in a value":             {"X: a\rContent-Length: 3\r\n" + length, body},
		"a line without a colon":      {"Content-Length 3\r\n" + length, body},
		"a name that is empty":        {": 3\r\n" + length, body},
		"a chunk's length with LF":    {"Transfer-Encoding: chunked\r\n", strings.Replace(chunks, "\r\n", "\n", 1)},
		"a chunk's length with sign":  {"Transfer-Encoding: chunked\r\n", "+" + chunks},
		"a chunk's length in 0x":      {"Transfer-Encoding: chunked\r\n", "0x" + chunks},
		"a chunk with LF in its name": {"Transfer-Encoding: chunked\r\n", strings.Replace(chunks, "\r\n", ";a\nb\r\n", 1)},
		"a chunk that is longer":      {"Transfer-Encoding: chunked\r\n", fmt.Sprintf("3\r\n%s\r\n0\r\n\r\n", body)},
		"a trailer with a length":     {"Transfer-Encoding: chunked\r\n", strings.TrimSuffix(chunks, "\r\n") + "Content-Length: 3\r\n\r\n"},
	} {
		request := "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + c.headers + "\r\n" + c.body
		answers := all(raw(t, url, request+next))
		switch {
		case len(answers) > 1:
			t.Errorf("%s: what follows was answered: %s and %s", name, answers[0].Status, answers[1].Status)
		case len(answers) == 1 && !answers[0].Close:
			t.Errorf("%s: %s, and the connection stays open", name, answers[0].Status)
		}
	}
	// What RFC 9112 leaves to the receiver, and net/http reads as it says: a line that
	// goes on after a line break and a space (5.2), and one that ends without a CR
	// (2.2). The lengths are then those that are written there, for all who read them.
	for name, headers := range map[string]string{
		"a length on two lines": fmt.Sprintf("Content-Length:\r\n %d\r\n", len(body)),
		"a value on two lines":  "X: a\r\n Content-Length: 3\r\n" + length,
		"a line with LF":        strings.Replace(length, "\r\n", "\n", 1),
		"a value before LF":     "X: a\n" + length,
	} {
		request := "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers + "\r\n" + body
		answers := all(raw(t, url, request+next))
		if len(answers) != 2 || answers[0].StatusCode != 200 || answers[1].StatusCode != 200 {
			t.Errorf("%s: %d answers, want those to both requests", name, len(answers))
		}
	}
}

// all reads the answers that came back over a connection.
func all(data []byte) (answers []*http.Response) {
	in := bufio.NewReader(strings.NewReader(string(data)))
	for {
		a, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers
		}
		_, _ = io.Copy(io.Discard, a.Body)
		answers = append(answers, a)
	}
}
