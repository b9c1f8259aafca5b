package server

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is what tests read of openapi.json, and the schemas of its answers.
type description struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Ref     string `json:"$ref"`
			Content map[string]any
		}
	}
	Components struct {
		Responses map[string]struct{ Content map[string]any }
	}
	schemas map[string]*jsonschema.Schema // by their place
}

// describe reads openapi.json.
func describe(t testing.TB) *description {
	t.Helper()
	d := &description{schemas: map[string]*jsonschema.Schema{}}
	if err := json.Unmarshal(openAPI, d); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			for status := range op.Responses {
				at, content := d.place(path, method, status)
				if content["application/json"] == nil {
					continue
				}
				if d.schemas[at], err = c.Compile("openapi.json" + at + "/content/application~1json/schema"); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return d
}

// place returns where an answer is described, and its kinds of content.
func (d *description) place(path, method, status string) (at string, content map[string]any) {
	r := d.Paths[path][method].Responses[status]
	if ref, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
		return r.Ref, d.Components.Responses[ref].Content
	}
	return "#/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(path) + "/" + method + "/responses/" + status, r.Content
}

// all returns the answers that are described, as method, path and status.
func (d *description) all() map[string]bool {
	all := map[string]bool{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			for status := range op.Responses {
				all[strings.ToUpper(method)+" "+path+" "+status] = true
			}
		}
	}
	return all
}

// check holds an answer to the schema of its method, path and status.
func (d *description) check(method, path string, a *http.Response, body string) error {
	status := strconv.Itoa(a.StatusCode)
	name := method + " " + path + " " + status
	method = strings.ToLower(method)
	if _, ok := d.Paths[path][method].Responses[status]; !ok {
		return errors.Errorf("%s is not described: %s", name, body)
	}
	at, content := d.place(path, method, status)
	for of, header := range map[string]string{"Later": "Retry-After", "Unauthorized": "WWW-Authenticate"} {
		if at == "#/components/responses/"+of && a.Header.Get(header) == "" {
			return errors.Errorf("%s: no %s", name, header)
		}
	}
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if _, ok := content[kind]; !ok {
		return errors.Errorf("%s is %q, want one of %v", name, kind, slices.Collect(maps.Keys(content)))
	}
	if kind != "application/json" {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err == nil {
		err = d.schemas[at].Validate(value)
	}
	return errors.Wrapf(err, "%s: %s", name, body)
}
