package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

// TestHasControl: each byte at each place among each other one, and in strings of
// every length around eight.
func TestHasControl(t *testing.T) {
	for other := ' '; other < 256; other++ {
		for length := 1; length <= 17; length++ {
			b := bytes.Repeat([]byte{byte(other)}, length)
			for at := range b {
				for c := range 256 {
					b[at] = byte(c)
					if got := hasControl(string(b)); got != (c < ' ') {
						t.Fatalf("%q: %t", b, got)
					}
				}
				b[at] = byte(other)
			}
		}
	}
}

// FuzzParse: what is accepted is what encoding/json reads, and nothing panics.
func FuzzParse(f *testing.F) {
	f.Add(`{"texts":["a","\u00e9\ud83d\udc4d"],"model":"m","explain":true}`)
	f.Add(`{"texts":["\ud800"]}`)
	f.Add(` { "texts" : [ ] , "explain":false } x`)
	f.Fuzz(func(t *testing.T, body string) {
		p := parser{s: body, maxTexts: 10, maxTextBytes: 100}
		r, bad := p.parse()
		if bad != nil {
			return
		}
		var want struct {
			Texts   []string `json:"texts"`
			Model   string   `json:"model"`
			Explain bool     `json:"explain"`
		}
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatalf("%q is accepted, encoding/json says %v", body, err)
		}
		if fmt.Sprintf("%q", want.Texts) != fmt.Sprintf("%q", r.texts) || want.Model != r.model || want.Explain != r.explain {
			t.Fatalf("%q: %+v, want %+v", body, r, want)
		}
	})
}
