package keras

// maskOps are the operations by which Keras 3 draws into a graph the masks that layers
// pass on unseen. Layers of nn pass them on too.
var maskOps = []string{"NotEqual", "Any", "All", "LogicalAnd", "LogicalOr", "ExpandDims", "Squeeze", "Cast", "OnesLike", "BroadcastTo"}

// passedOn reports whether a mask is one that layers pass on: it is computed of what an
// Embedding with mask_zero, or a Masking, reads.
func (g *network) passedOn(t tensorRef, seen map[*vertex]bool) bool {
	v := g.byName[t.layer]
	switch {
	case v == nil:
		return false
	case !known(v.class, maskOps...):
		return false
	case seen[v]:
		return true
	}
	seen[v] = true
	for _, c := range v.calls {
		for _, from := range c.args {
			if !g.masked(from, c.other) && !g.passedOn(from, seen) {
				return false
			}
		}
	}
	return len(v.calls) > 0
}

// masked reports whether a layer makes a mask of a value, by comparing it with a number.
func (g *network) masked(t tensorRef, with string) bool {
	for _, v := range g.vertices {
		for _, c := range v.calls {
			if len(c.args) != 1 || c.args[0] != t {
				continue
			}
			settings := obj(v.object["config"])
			if v.class == "Embedding" && settings["mask_zero"] == true && with == "0" || v.class == "Masking" && brief(settings["mask_value"]) == with {
				return true
			}
		}
	}
	return false
}
