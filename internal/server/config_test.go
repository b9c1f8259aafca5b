package server

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
)

func TestWrongConfig(t *testing.T) {
	for want, c := range map[string]Config{
		"Config.Load is nil":   {},
		"Config.BatchSize":     {Load: loading(), BatchSize: -1},
		"at least Config.MaxT": {Load: loading(), Queue: 2, MaxTexts: 3},
		"no index.html":        {Load: loading(), Page: fstest.MapFS{"a.html": {}}},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	for want, models := range map[string][]Model{"there is no model": nil, `two models have the name "one"`: {newFake("one"), newFake("one")}, "has no name": {newFake("")}} {
		s, err := New(Config{Load: loading(models...)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Reload(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
		for _, m := range models {
			if !m.(*fake).closed.Load() {
				t.Errorf("%s: a model is open", want)
			}
		}
	}
}
