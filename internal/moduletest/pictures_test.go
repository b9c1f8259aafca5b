package moduletest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/nn/diagram"
)

// TestPictures draws the pictures of docs/autodiff.md: tanh(x·w + b), with its gradient,
// and with the gradient of that. -update writes them anew.
func TestPictures(t *testing.T) {
	b := graph.New(tensor.Float64)
	input := func(name string, shape ...int) *graph.Node {
		return b.Input(name, tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(shape...)))
	}
	x, w, bias := input("x", 2, 3), input("w", 3, 4), input("b", 4)
	y := b.Tanh(b.Add(b.MatMul(x, w), bias))
	dw := b.VJP([]*graph.Node{y}, []*graph.Node{input("dy", 2, 4)}, w)[0]
	ddw := b.VJP([]*graph.Node{dw}, []*graph.Node{input("v", 3, 4)}, w)[0]
	known := map[*graph.Node]bool{}
	for _, picture := range []struct {
		file, title string
		node        *graph.Node
	}{
		{"autodiff-value.svg", "tanh(x·w + b)", y},
		{"autodiff-gradient.svg", "Its gradient by w, given dy", dw},
		{"autodiff-second.svg", "The gradient by w of that gradient, given v", ddw},
	} {
		p, err := b.Compile(picture.node)
		if err != nil {
			t.Fatal(err)
		}
		var svg bytes.Buffer
		if err := drawn(p.Emitted(), known, picture.title).WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root(t), "docs", picture.file)
		if *update {
			if err := os.WriteFile(path, svg.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, svg.Bytes()) {
			t.Errorf("docs/%s is not the picture of today (%v): go test ./internal/moduletest -run TestPictures -update", picture.file, err)
		}
	}
}

// drawn is a picture of what a program executes. Nodes that are not known yet, but in
// the first picture, are drawn as gradients; all are known then.
func drawn(executed []graph.Executed, known map[*graph.Node]bool, title string) diagram.Graph {
	g := diagram.Graph{Title: title, Note: fmt.Sprintf("%d nodes", len(executed))}
	first := len(known) == 0
	at := map[*graph.Node]int{}
	for i, e := range executed {
		n := diagram.Node{Name: e.Op, Notes: []string{fmt.Sprint([]int(e.Node.Shape()))}}
		switch {
		case e.Constant:
			n.Kind = diagram.Constant
			n.Name, _, _ = strings.Cut(e.Node.Name(), "[")
		case e.Op == "":
			n.Kind, n.Name = diagram.Input, e.Node.Name()
		case !first && !known[e.Node]:
			n.Kind = diagram.Gradient
		}
		at[e.Node] = i
		for _, in := range e.Inputs {
			g.Edges = append(g.Edges, diagram.Edge{From: at[in], To: i})
		}
		g.Nodes = append(g.Nodes, n)
	}
	for _, e := range executed {
		known[e.Node] = true
	}
	return g
}
