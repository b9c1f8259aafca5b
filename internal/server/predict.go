package server

import (
	"context"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/pkg/errors"

	"unroll/internal/answer"
)

// predict answers POST /v1/predict.
func (s *Server) predict(w http.ResponseWriter, r *http.Request, e *entry) error {
	if s.state.Load() == closing {
		return errClosing
	}
	if err := contentType(r); err != nil {
		return err
	}
	body, release, err := s.body(w, r)
	if err != nil {
		return err
	}
	defer release()
	p := parser{s: body, maxTexts: s.config.MaxTexts, maxTextBytes: s.config.MaxTextBytes}
	q, bad := p.parse()
	if bad != nil {
		return bad
	}
	g, done := s.acquire()
	defer done()
	if g == nil {
		return errNotReady
	}
	l := g.model(q.model)
	if l == nil {
		return errUnknownModel
	}
	e.model, e.explain, e.texts = l.info.Name, q.explain, q.texts
	answers, err := s.ask(r.Context(), l, &q)
	if err != nil {
		return err
	}
	text, err := encoded(l.info.Name, answers)
	if err != nil {
		return errors.WithMessagef(err, "model %q", l.info.Name)
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, text)
	return nil
}

// ask puts the texts into the model's queue and waits for the predictions, as
// long as the client, the time limit and the server do.
func (s *Server) ask(client context.Context, l *loaded, q *request) ([]answer.Answer, error) {
	b := l.predict
	if q.explain {
		b = l.explain
	}
	ctx, cancel := context.WithTimeout(client, s.config.Timeout)
	defer cancel()
	predictions, err := b.do(ctx, q.texts)
	switch {
	case err == nil || ctx.Err() == nil:
		return predictions, err
	case client.Err() == nil:
		return nil, errTimeout
	case s.state.Load() == closing:
		return nil, errClosing
	}
	return nil, errGone
}

// contentType returns the answer 415 unless the body is plain JSON.
func contentType(r *http.Request) error {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return &apiError{status: http.StatusUnsupportedMediaType, code: "unsupported_media_type",
			message: "the body's Content-Type must be application/json"}
	}
	if r.Header.Get("Content-Encoding") != "" {
		return &apiError{status: http.StatusUnsupportedMediaType, code: "unsupported_media_type",
			message: "the body must not have a Content-Encoding"}
	}
	return nil
}

// metered adds the bytes that it reads to held, and fails beyond limit.
type metered struct {
	io.Reader
	read  int64
	held  *atomic.Int64
	limit int64
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.read += int64(n)
	if m.held.Add(int64(n)) > m.limit {
		return n, errMemory
	}
	return n, err
}

// body reads the request's body. Its bytes are held, against Config.MaxHeld,
// until release is called.
func (s *Server) body(w http.ResponseWriter, r *http.Request) (text string, release func(), err error) {
	limit := int64(s.config.MaxBody)
	var large error = tooLarge("the body has more than %d bytes", limit)
	if r.ContentLength > limit {
		return "", nil, large
	}
	// A body of known length has its memory before it is read, one of unknown
	// length as it arrives. Neither has a buffer beside it: bodies that are long
	// on their way are many.
	var data []byte
	if want := r.ContentLength; want >= 0 {
		if s.held.Add(want) > s.config.MaxHeld {
			s.held.Add(-want)
			return "", nil, errMemory
		}
		release = func() { s.held.Add(-want) }
		data = make([]byte, want)
		_, err = io.ReadFull(r.Body, data)
	} else {
		m := &metered{Reader: r.Body, held: &s.held, limit: s.config.MaxHeld}
		release = func() { s.held.Add(-m.read) }
		if data, err = io.ReadAll(io.LimitReader(m, limit+1)); err == nil && int64(len(data)) > limit {
			err = large
		}
	}
	switch {
	case err == nil:
		// What limits the body's arrival must not limit the answer: net/http
		// takes a deadline that passes for a client that went away.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		return unsafe.String(unsafe.SliceData(data), len(data)), release, nil // nobody writes to it any more
	case err == large:
	case err == errMemory:
		w.Header().Set("Connection", "close")
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		err = errSlow
	default:
		err = errBroken
	}
	release()
	return "", nil, err
}
