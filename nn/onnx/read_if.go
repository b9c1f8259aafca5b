package onnx

import (
	"slices"

	"github.com/pkg/errors"
)

// readIf reads the branch of a condition that sizes decide, as PyTorch writes it for
// squeeze: the other one is never run.
func readIf(c *call) error {
	v, err := c.value(0)
	if err != nil {
		return err
	}
	yes, no := attr[*network](c.node, "then_branch", nil), attr[*network](c.node, "else_branch", nil)
	cond, ok := numsOf(v)
	if !ok || len(cond.list) != 1 || !cond.list[0].known() || yes == nil || no == nil {
		return errors.New("a condition that is not constant cannot be represented")
	}
	branch := yes
	if cond.list[0].k == 0 {
		branch = no
	}
	if len(branch.inputs) > 0 || len(branch.outputs) != len(c.node.outputs) {
		return errors.Errorf("its branch has %d inputs and %d outputs, want none and %d", len(branch.inputs), len(branch.outputs), len(c.node.outputs))
	}
	for name, a := range branch.constants {
		if _, taken := c.values[name]; taken {
			return errors.Errorf("%q is there already", name)
		}
		c.values[name] = a
	}
	c.live(branch)
	if err := c.nodes(branch); err != nil {
		return err
	}
	for i, o := range branch.outputs {
		v, ok := c.values[o.name]
		if !ok {
			return errors.Errorf("its output %q is no value of the graph", o.name)
		}
		if err := c.giveAt(i, v); err != nil {
			return err
		}
	}
	return nil
}

// takes returns the values that a node takes, those of its branches too.
func (n *node) takes() []string {
	list := slices.Clone(n.inputs)
	for _, name := range sortedKeys(n.attrs) {
		if g, ok := n.attrs[name].(*network); ok {
			for _, inner := range g.nodes {
				list = append(list, inner.takes()...)
			}
			for _, o := range g.outputs {
				list = append(list, o.name)
			}
		}
	}
	return list
}
