package server

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestRefused: each rule for a request, with the status, the code and a line that
// says what is wrong.
func TestRefused(t *testing.T) {
	m := newFake("one")
	m.fail = "fail"
	_, url := started(t, Config{Load: loading(m), MaxBody: 200, MaxTexts: 3, MaxTextBytes: 20, Queue: 5, BatchSize: 2, ExplainQueue: 5})
	long := strings.Repeat("x", 21)
	for _, c := range []struct {
		body   string
		status int
		code   string
		want   string
	}{
		{``, 415, "unsupported_media_type", "application/json"},
		{`{`, 400, "bad_request", "ends at byte 1"},
		{`[]`, 400, "bad_request", "want an object"},
		{`null`, 400, "bad_request", "want an object"},
		{`{}`, 400, "bad_request", "texts is missing or empty"},
		{`{"texts":[]}`, 400, "bad_request", "texts is missing or empty"},
		{`{"texts":"a"}`, 400, "bad_request", "want an array of strings"},
		{`{"texts":[1]}`, 400, "bad_request", "want a string in texts"},
		{`{"texts":["a",]}`, 400, "bad_request", "want a string in texts"},
		{`{"texts":["a"],}`, 400, "bad_request", "want a name"},
		{`{"texts":["a"]} x`, 400, "bad_request", "goes on after the object"},
		{`{"texts":["a"],"texts":["b"]}`, 400, "bad_request", `"texts" twice`},
		{`{"texts":["a"],"explain":1}`, 400, "bad_request", "true or false"},
		{`{"texts":["a"],"model":""}`, 400, "bad_request", "model is empty"},
		{`{"texts":["a"],"Model":"one"}`, 400, "bad_request", "unknown field"},
		{"{\"texts\":[\"\xff\"]}", 400, "bad_request", "not UTF-8"},
		{`{"texts":["\x"]}`, 400, "bad_request", ""},
		{"{\"texts\":[\"a\nb\"]}", 400, "bad_request", ""},
		{`{"texts":["a"],"model":"two"}`, 404, "unknown_model", "no model of that name"},
		{`{"texts":["a","b","c","d"]}`, 413, "too_large", "more than 3 texts"},
		{`{"texts":["` + long + `"]}`, 413, "too_large", "21 bytes, want at most 20"},
		{`{"texts":["` + strings.Repeat("y", 200) + `"]}`, 413, "too_large", "more than 200 bytes"},
		{`{"texts":["fail"]}`, 500, "internal", "the log has the reason"},
	} {
		a, body := send(t, "POST", url+"/v1/predict", c.body)
		var e struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil || a.StatusCode != c.status || e.Error.Code != c.code ||
			!strings.Contains(strings.ReplaceAll(e.Error.Message, "server's log", "log"), c.want) || strings.Contains(e.Error.Message, "\n") {
			t.Errorf("%.60s: %d %s, want %d, %s, %q", c.body, a.StatusCode, body, c.status, c.code, c.want)
		}
		if strings.Contains(body, "reason for the log") || strings.Contains(body, long) {
			t.Errorf("%.60s: the answer says too much: %s", c.body, body)
		}
	}
	for _, c := range []struct {
		method, path string
		headers      []string
		status       int
	}{
		{"GET", "/v1/predict", nil, 405}, {"DELETE", "/v1/models", nil, 405}, {"POST", "/healthz", nil, 405},
		{"GET", "/v1/models/two/history", nil, 404}, {"GET", "/nothing", nil, 404}, {"HEAD", "/v1/models", nil, 200},
	} {
		a, _ := send(t, c.method, url+c.path, "", c.headers...)
		if a.StatusCode != c.status || c.status == 405 && a.Header.Get("Allow") == "" {
			t.Errorf("%s %s: %s, Allow %q", c.method, c.path, a.Status, a.Header.Get("Allow"))
		}
	}
	ok := `{"texts":["a"]}`
	if a, _ := send(t, "POST", url+"/v1/predict", ok, "Content-Type", "text/plain"); a.StatusCode != 415 {
		t.Errorf("plain text: %s", a.Status)
	}
	if a, _ := send(t, "POST", url+"/v1/predict", ok, "Content-Encoding", "gzip"); a.StatusCode != 415 {
		t.Errorf("gzip: %s", a.Status)
	}
	if a, _ := send(t, "POST", url+"/v1/predict", ok, "Content-Type", "application/json; charset=UTF-8"); a.StatusCode != 200 {
		t.Errorf("with a charset: %s", a.Status)
	}
}
