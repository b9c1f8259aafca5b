package diagram

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got to a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
	}
}

// small has every kind of node, names to escape, two edges between the same
// nodes, and a lane that lies in two pieces: b reads a, and a reads b.
func small() Graph {
	return Graph{
		Title: `Small & "quoted" \ graph`,
		Note:  "with <tags>",
		Nodes: []Node{
			{Kind: Input, Name: "x", Notes: []string{"[2 3]"}, Lane: "a"},
			{Kind: Weight, Name: "kernel", Lane: "b", Tip: "b/kernel"},
			{Kind: Op, Name: "matmul", Lane: "b"},
			{Kind: Constant, Name: "one"},
			{Kind: Output, Name: "loss", Lane: "a"},
			{Kind: Gradient, Name: "∂ matmul", Lane: "b\ngradients"},
			{Kind: Layer, Name: "dense", Rows: [][2]string{{"output", "(None, 1)"}, {"parameters", "33"}}},
		},
		Edges: []Edge{{0, 2, ""}, {1, 2, ""}, {2, 4, ""}, {2, 4, "1"}, {3, 5, ""}, {4, 5, ""}, {1, 5, ""}, {5, 6, ""}},
	}
}

func TestDOT(t *testing.T) {
	var b bytes.Buffer
	if err := small().WriteDOT(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "small.dot", b.Bytes())
}

func TestSVG(t *testing.T) {
	var b bytes.Buffer
	if err := small().WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "small.svg", b.Bytes())
}

// TestPieces: lanes that read from one another lie in pieces, each edge leads
// down, and a weight is with its reader.
func TestPieces(t *testing.T) {
	p, err := small().layout()
	if err != nil {
		t.Fatal(err)
	}
	checkLayout(t, small(), p)
	var labels []string
	for _, l := range p.lanes {
		labels = append(labels, l.label)
	}
	if diff := cmp.Diff([]string{"a", "b", "a", "b\ngradients"}, labels); diff != "" {
		t.Error(diff)
	}
}

// TestXML: the pictures are XML in which each node is one group and each edge one
// path, whatever is written in them.
func TestXML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(8).Draw(t, "graph")
		g.Title, g.Note = rapid.String().Draw(t, "title"), rapid.String().Draw(t, "note")
		g.Nodes[0].Name, g.Nodes[0].Tip = rapid.String().Draw(t, "name"), rapid.String().Draw(t, "tip")
		var b bytes.Buffer
		if err := g.WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		titles, edges := 0, 0
		d := xml.NewDecoder(&b)
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok {
				if e.Name.Local == "title" {
					titles++
				}
				for _, a := range e.Attr {
					if a.Name.Local == "class" && strings.HasPrefix(a.Value, "edge") {
						edges++
					}
				}
			}
		}
		if titles != len(g.Nodes)+1 || edges != len(g.Edges) {
			t.Errorf("%d titles and %d edges for %d nodes and %d edges", titles, edges, len(g.Nodes), len(g.Edges))
		}
	})
}

func TestErrors(t *testing.T) {
	two := []Node{{Name: "a"}, {Name: "b"}}
	for _, test := range []struct {
		g    Graph
		want string
	}{
		{Graph{}, "diagram: no nodes"},
		{Graph{Nodes: []Node{{Name: "a", Kind: 9}}}, `diagram: node 0, "a", is of no kind: 9`},
		{Graph{Nodes: two, Edges: []Edge{{From: 0, To: 2}}}, "diagram: edge 0 leads from node 0 to node 2 of 2"},
		{Graph{Nodes: two, Edges: []Edge{{From: -1, To: 1}}}, "diagram: edge 0 leads from node -1 to node 1 of 2"},
		{Graph{Nodes: two, Edges: []Edge{{From: 1, To: 1}}}, `diagram: edge 0 leads from node 1, "b", to itself`},
		{Graph{Nodes: two, Edges: []Edge{{From: 0, To: 1}, {From: 1, To: 0}}}, `diagram: a cycle leads through node 0, "a"`},
	} {
		for _, write := range []func(io.Writer) error{test.g.WriteSVG, test.g.WriteDOT} {
			var b bytes.Buffer
			if err := write(&b); err == nil || err.Error() != test.want || b.Len() > 0 {
				t.Errorf("error %v after %d bytes, want %s", err, b.Len(), test.want)
			}
		}
	}
	full := fullDisk{errors.New("disk full")}
	for _, write := range []func(io.Writer) error{small().WriteSVG, small().WriteDOT} {
		if err := write(full); !errors.Is(err, full.err) {
			t.Errorf("error %v, want %v", err, full.err)
		}
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }
