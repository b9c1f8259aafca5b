package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"

	"github.com/pkg/errors"
)

//go:embed page.html
var pageHTML string

//go:embed charts.html
var chartsHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// Write writes the page of r, one HTML file that loads nothing. The same report
// gives the same bytes. Everything in r but the diagrams is text: it is escaped.
//
// It errs, with nothing written, for no runs, a run without experiments, runs or
// experiments of equal names, curves, matrices and spans that do not fit
// together, and counts or pushes that are not finite. Scores may be so.
func Write(w io.Writer, r Report) error {
	if err := r.check(); err != nil {
		return errors.WithMessage(err, "report")
	}
	page, err := parsed()
	if err != nil {
		return errors.Wrap(err, "report")
	}
	v := newView(r)
	v.Script, v.Style = template.JS(pageJS), template.CSS(pageCSS)
	// Should a text ever get through as HTML, the browser still runs no script
	// but this one, and loads nothing.
	sum := sha256.Sum256([]byte(pageJS))
	v.Policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return errors.Wrap(err, "report")
	}
	_, err = b.WriteTo(w)
	return errors.Wrap(err, "report")
}

var parsed = sync.OnceValues(func() (*template.Template, error) {
	t := template.New("page").Funcs(template.FuncMap{
		"clean":     clean,
		"thousands": thousands,
		"count":     count,
		"percent":   percent,
		"number":    asNumber,
		"duration":  duration,
		"picture":   picture,
		"add":       func(a, b int) int { return a + b },
		"day":       func(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") },
		"machine":   func(t time.Time) string { return t.Format(time.RFC3339) },
		"shape":     func(i int) string { return shapes[i%len(shapes)] },
		"title":     title,
		"dict":      dict,
	})
	if _, err := t.Parse(chartsHTML); err != nil {
		return nil, err
	}
	return t.Parse(pageHTML)
})

// shapes are the symbols of series, around 0,0.
var shapes = []string{
	"M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",
	"M-3.6,-3.6h7.2v7.2h-7.2z",
	"M0,-4.8L4.6,3.4H-4.6z",
	"M0,-5.2L5.2,0L0,5.2L-5.2,0z",
	"M0,4.8L4.6,-3.4H-4.6z",
	"M-1.5,-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
}

// picture is an SVG file as an image: one of its own, so that neither its names
// nor its styles meet those of the page or of another diagram.
func picture(svg string) template.URL {
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg)))
}

// asNumber takes both types, which templates tell apart.
func asNumber(v any) string {
	if n, ok := v.(Number); ok {
		return number(float64(n))
	}
	f, _ := v.(float64)
	return number(f)
}

// dict makes a map of names and values, for templates that take several.
func dict(pairs ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
