package show

import "testing"

func TestType(t *testing.T) {
	type Layer struct{}
	l := &Layer{}
	for _, v := range []any{Layer{}, l, &l} {
		if got := Type(v); got != "Layer" {
			t.Errorf("%T is %q, want Layer", v, got)
		}
	}
}
