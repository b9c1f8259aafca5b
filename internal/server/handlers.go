package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

//go:embed openapi.json
var openAPI []byte

// writeJSON answers with a body that is JSON already.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away is no matter of ours
}

// listModels answers GET /v1/models.
func (s *Server) listModels(w http.ResponseWriter, _ *http.Request, _ *entry) error {
	g, done := s.acquire()
	defer done()
	if g == nil {
		return errNotReady
	}
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, g.listing)
	return nil
}

// history answers GET /v1/models/{name}/history.
func (s *Server) history(w http.ResponseWriter, r *http.Request, e *entry) error {
	g, done := s.acquire()
	defer done()
	if g == nil {
		return errNotReady
	}
	l := g.byName[r.PathValue("name")]
	if l == nil {
		return errUnknownModel
	}
	e.model = l.info.Name
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, l.history)
	return nil
}

// healthz answers GET /healthz: the process runs.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request, _ *entry) error {
	writeJSON(w, http.StatusOK, []byte(`{"status":"ok"}`+"\n"))
	return nil
}

// readiness is the answer of GET /readyz.
type readiness struct {
	Status       string   `json:"status"`
	FailedReload *failure `json:"failed_reload,omitempty"` // the last one, if it failed
}

// readyz answers GET /readyz: requests are welcome, be it to models that could not be
// replaced. Why they could not is told to those who have the token: it may name files.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request, _ *entry) error {
	switch {
	case s.state.Load() != serving:
		return errClosing
	case len(s.models()) == 0:
		return errNotReady
	}
	now := readiness{Status: "ready", FailedReload: s.failed.Load()}
	if now.FailedReload != nil && !s.authorized(r) {
		now.FailedReload = &failure{Time: now.FailedReload.Time}
	}
	body, err := json.Marshal(now)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, append(body, '\n'))
	return nil
}

func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request, _ *entry) error {
	s.metrics.handler.ServeHTTP(w, r)
	return nil
}

func (s *Server) openAPI(w http.ResponseWriter, _ *http.Request, _ *entry) error {
	writeJSON(w, http.StatusOK, openAPI)
	return nil
}

// file is a file of the page.
type file struct {
	name, etag string
	data       []byte
}

// readPage reads the files of the page by their path, "/" being index.html.
func readPage(page fs.FS) (map[string]file, error) {
	files := map[string]file{}
	if page == nil {
		return files, nil
	}
	err := fs.WalkDir(page, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(page, name)
		if err != nil {
			return err
		}
		files["/"+name] = file{name, fmt.Sprintf(`"%x"`, sha256.Sum256(data)), data}
		return nil
	})
	if err != nil {
		return nil, errors.Wrap(err, "read the page")
	}
	index, ok := files["/index.html"]
	if !ok {
		return nil, errors.New("the page has no index.html")
	}
	files["/"] = index
	return files, nil
}

// page answers GET / and the paths of the page's files; the route knows those.
func (s *Server) page(w http.ResponseWriter, r *http.Request, _ *entry) error {
	f := s.files[r.URL.Path]
	w.Header().Set("ETag", f.etag)
	w.Header().Set("Cache-Control", "no-cache") // a browser asks whether it changed
	http.ServeContent(w, r, path.Base(f.name), time.Time{}, bytes.NewReader(f.data))
	return nil
}
