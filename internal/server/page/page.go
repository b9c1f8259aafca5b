// Package page holds the page at / of the server: a text is judged by the loaded
// models while it is typed, each word coloured by its push, next to the curves of
// the run that made the models.
//
// It is HTML, CSS and JavaScript modules as they are, without a build step. It asks
// nothing but the server it came from, and by addresses relative to its own, so it
// also works below a path. Browsers of 2024 and later have all that it uses, but for
// Firefox, which colours the words from 140 on (2025).
//
// What it asks for:
//
//	v1/models                  the models, their classes and scores
//	v1/models/{name}/history   the curves
//	v1/predict                 one request a model for each pause of typing
//
// The page forbids itself everything else by a content security policy in its head.
package page

import "embed"

// FS holds index.html and what it refers to, all at its root: an
// [net/http.FileServerFS] of it serves the page.
//
//go:embed *.html *.css *.js *.svg
var FS embed.FS
