package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// TestFlood: each connection asks in each burst, and the rest of the requests are sent.
func TestFlood(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Texts []string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Texts) != 1 || len(strings.Fields(body.Texts[0])) != 3 || r.URL.Path != "/v1/predict" {
			t.Errorf("%s is asked %+v, error %v", r.URL, body, err)
		}
		asked.Add(1)
	}))
	defer s.Close()
	f := flood{addr: strings.TrimPrefix(s.URL, "http://"), connections: 20, rounds: 2, requests: 200, clients: 2, words: 3, pid: os.Getpid()}
	if err := f.run(); err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 240 {
		t.Errorf("%d requests, want 240", asked.Load())
	}
	s.Close()
	if err := f.run(); err == nil {
		t.Error("a server that is gone is flooded")
	}
}
