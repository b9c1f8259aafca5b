// Package server answers questions to text models over HTTP, and to people with
// a page. It knows no model: those come from a Loader, as values of Model.
//
// The way of a request:
//
//	connection ─▶ host, origin, token ─▶ limits ─▶ body, JSON ─▶ queue of the model ─▶ batch ─▶ answer
//	               421   403     401      slow: 408   bad: 400     full: 429            late: 504
//	                                      memory: 429 large: 413
//
// Only requests by addresses, localhost and Config.Hosts are answered, not those that
// the page of another origin makes a browser send, and only with the token, if SetToken
// has named one. A request whose body comes in chunks is the last of its connection:
// net/http forgets whether it named a length, too, which a proxy may have believed.
//
// A queue (batcher.go) gathers the texts of concurrent requests. With nothing
// running, a batch starts at once; while one runs the next gathers, and starts
// beside it when it is full or its first text has waited Config.BatchWait. Each
// model has a queue for predictions and one for explanations. All that waits is
// bounded: texts by the queues, bytes by Config.MaxHeld.
//
// Reload loads the models anew, asks each a text and swaps them in one step; if
// anything fails, or hangs, those of before stay. A request keeps the generation of
// models that it began with, and that is closed after its last request has returned.
//
// Run ends when its context does: /readyz turns to 503 while all is still
// answered, for Config.Linger; then the listener closes, what comes on open
// connections is told 503, and what was accepted is answered, within Config.Drain.
//
// The interface is described by openapi.json, which the tests hold to the
// handlers and the handlers to it.
package server
