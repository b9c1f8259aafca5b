package server

import (
	"fmt"
	"net/http"
	"strconv"

	"unroll/internal/answer"
)

// apiError is an answer other than 200. Its message is one line for the client
// and never repeats what a text says.
type apiError struct {
	status  int
	code    string // for programs, one of a fixed set
	message string
	after   int    // seconds, for Retry-After; 0 is none
	allow   string // methods, for Allow
	logged  bool   // the message is in the log, too
}

func (e *apiError) Error() string { return e.message }

func badRequest(format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "bad_request", message: fmt.Sprintf(format, args...)}
}

func tooLarge(format string, args ...any) *apiError {
	return &apiError{status: http.StatusRequestEntityTooLarge, code: "too_large", message: fmt.Sprintf(format, args...)}
}

// misdirected is the answer to a request for a host that is not this server's.
func misdirected(host string) *apiError {
	return &apiError{status: http.StatusMisdirectedRequest, code: "misdirected", logged: true,
		message: fmt.Sprintf("this server does not answer to the host %.80q: only to addresses, localhost and the names given by --host", host)}
}

// The answers whose message says all that there is to say.
var (
	errBusy = &apiError{status: http.StatusTooManyRequests, code: "busy", after: 1,
		message: "too many texts are waiting, try again later"}
	errMemory = &apiError{status: http.StatusTooManyRequests, code: "busy", after: 1,
		message: "too many bytes of requests are held, try again later"}
	errClosing = &apiError{status: http.StatusServiceUnavailable, code: "shutting_down", after: 1,
		message: "the server is shutting down"}
	errNotReady = &apiError{status: http.StatusServiceUnavailable, code: "not_ready", after: 1,
		message: "no models are loaded yet"}
	errTimeout = &apiError{status: http.StatusGatewayTimeout, code: "timeout",
		message: "the time limit passed before the answer was ready"}
	errSlow = &apiError{status: http.StatusRequestTimeout, code: "slow_request",
		message: "the body did not arrive in time"}
	errBroken = &apiError{status: http.StatusBadRequest, code: "bad_request",
		message: "the body ended early"}
	errInternal = &apiError{status: http.StatusInternalServerError, code: "internal",
		message: "the model failed, the server's log has the reason"}
	errCrossOrigin = &apiError{status: http.StatusForbidden, code: "cross_origin",
		message: "pages of another origin are not answered"}
	errUnauthorized = &apiError{status: http.StatusUnauthorized, code: "unauthorized",
		message: "the server's token is missing or wrong: send it as Authorization: Bearer, or as a password"}
	errNotFound = &apiError{status: http.StatusNotFound, code: "not_found",
		message: "there is nothing at this path"}
	errUnknownModel = &apiError{status: http.StatusNotFound, code: "unknown_model",
		message: "there is no model of that name, see /v1/models"}
	// errGone is for the log: nobody reads the answer. 499 is nginx's number.
	errGone = &apiError{status: 499, code: "cancelled", message: "the client went away"}
)

// writeError answers with e.
func writeError(w http.ResponseWriter, e *apiError) {
	h := w.Header()
	if e.after > 0 {
		h.Set("Retry-After", strconv.Itoa(e.after))
	}
	if e.allow != "" {
		h.Set("Allow", e.allow)
	}
	if e.status == http.StatusUnauthorized {
		h["Www-Authenticate"] = challenges
	}
	h.Set("Cache-Control", "no-store")
	body := append([]byte(`{"error":{"code":`), answer.AppendString(nil, e.code)...)
	body = append(append(body, `,"message":`...), answer.AppendString(nil, e.message)...)
	writeJSON(w, e.status, append(body, "}}\n"...))
}
