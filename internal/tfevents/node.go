package tfevents

import (
	"regexp"
	"strings"

	"github.com/pkg/errors"
)

// Node is a node of a graph: a TensorFlow NodeDef. TensorBoard draws those that
// have the part of their names before a slash in common as one box.
type Node struct {
	Name   string   // unique; see NodeName
	Op     string   // what it computes
	Inputs []string // "name", or "name:1" for the second output of a node
	Shapes [][]int  // of the outputs, -1 for a size that is open; nil: not known
}

var (
	nodeName = regexp.MustCompile(`^[A-Za-z0-9.][A-Za-z0-9_>./]*$`) // node_def.proto
	notName  = regexp.MustCompile(`[^A-Za-z0-9_>./]+`)
)

// NodeName turns s into what TensorFlow takes for a node's name: letters,
// digits and a few signs stay, all else becomes underscores.
func NodeName(s string) string {
	s = notName.ReplaceAllString(s, "_")
	if !nodeName.MatchString(s) {
		s = "." + s
	}
	return s
}

// check returns an error if the nodes are not a graph.
func check(nodes []Node) error {
	names := map[string]bool{}
	for _, n := range nodes {
		switch {
		case !nodeName.MatchString(n.Name):
			return errors.Errorf("graph: %q is no name of a node", n.Name)
		case names[n.Name]:
			return errors.Errorf("graph: two nodes are called %q", n.Name)
		}
		names[n.Name] = true
	}
	for _, n := range nodes {
		for _, in := range n.Inputs {
			if from, _, _ := strings.Cut(in, ":"); !names[from] {
				return errors.Errorf("graph: %s reads %q, which is no node", n.Name, in)
			}
		}
	}
	return nil
}
