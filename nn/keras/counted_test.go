package keras

import (
	"encoding/json"
	"fmt"
	"testing"

	"unroll/nn"
)

// TestCallsOfModels: the calls of a model within a model are counted as Keras counts
// them, in what is written and in what is read.
func TestCallsOfModels(t *testing.T) {
	graph := func() nn.Layer {
		g := &nn.Functional{}
		g.Output("y", g.Call(nn.Dense{Units: 2}, g.Input("x", nn.Input{})))
		return g
	}
	for _, c := range []struct {
		name  string
		inner nn.Layer
		major int
		read  string // of the two calls, by a layer
		out   string // as outputs
	}{
		{"chain", nn.Sequential{Layers: []nn.Layer{nn.Dense{Units: 2}}}, keras2, "1 2", "2 1"},
		{"graph", graph(), keras2, "1 2", "2 1"},
		{"frozen graph", nn.Frozen{Layer: graph()}, keras2, "1 2", "2 1"},
		{"chain", nn.Sequential{Layers: []nn.Layer{nn.Dense{Units: 2}}}, keras3, "0 1", "1 0"},
		{"graph", graph(), keras3, "0 1", "2 1"},
		{"layer", nn.Dense{Units: 2}, keras2, "0 1", "1 0"},
	} {
		t.Run(fmt.Sprint(c.name, " of Keras ", c.major), func(t *testing.T) {
			f := &nn.Functional{Seed: 1}
			s := f.Share(nn.Named{Name: "inner", Layer: c.inner})
			x, y := s.Call(f.Input("a", nn.Features(3))), s.Call(f.Input("b", nn.Features(3)))
			f.Output("difference", f.Call(nn.Named{Name: "minus", Layer: nn.Subtract{}}, x, y))
			f.Output("second", y)
			f.Output("first", x)
			m, err := f.Build()
			if err != nil {
				t.Fatal(err)
			}
			doc, err := (&writer{m: m, major: c.major}).document()
			if err != nil {
				t.Fatal(err)
			}
			var o object
			if err := json.Unmarshal(doc, &o); err != nil {
				t.Fatal(err)
			}
			settings := obj(o["config"])
			for _, l := range list(settings["layers"]) {
				if l := obj(l); str(l, "name") == "minus" {
					args := parseCall(list(l["inbound_nodes"])[0]).args
					if got := fmt.Sprint(args[0].call, args[1].call); got != c.read {
						t.Errorf("calls %s are read, want %s", got, c.read)
					}
				}
			}
			outs, _ := tensors(settings["output_layers"])
			if got := fmt.Sprint(outs[1].call, outs[2].call); got != c.out {
				t.Errorf("calls %s are outputs, want %s", got, c.out)
			}
			again, _, err := build(string(doc), c.major)
			if err != nil {
				t.Fatal(err)
			}
			if second, err := (&writer{m: again, major: c.major}).document(); err != nil || string(second) != string(doc) {
				t.Errorf("%v: it is read as another model:\n%s\n%s", err, doc, second)
			}
		})
	}
}
