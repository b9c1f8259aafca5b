package keras

import (
	"fmt"
	"strings"
)

// maskOps are the operations by which Keras 3 draws into a graph the masks that layers
// pass on unseen. Layers of nn pass them on too. Those of constants are of a mask
// whatever they read.
var (
	maskOps      = []string{"NotEqual", "Any", "All", "LogicalAnd", "LogicalOr", "ExpandDims", "Squeeze", "Cast", "BroadcastTo", "ConvertToTensor", "Concatenate"}
	constantMask = []string{"OnesLike", "ZerosLike"}
)

// passedOn reports whether a mask is one that layers pass on: it is computed of what an
// Embedding with mask_zero, or a Masking, reads.
func (g *network) passedOn(t tensorRef, seen map[*vertex]bool) bool {
	v := g.byName[t.layer]
	switch {
	case v == nil:
		return false
	case known(v.class, constantMask...):
		return true
	case !known(v.class, maskOps...), v.class == "Concatenate" && !isOperation(v.object):
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

// maskless are the layers behind which a sequence has no mask.
var maskless = []string{"Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Conv1DTranspose", "MaxPooling1D", "AveragePooling1D",
	"Reshape", "ZeroPadding1D", "Cropping1D", "UpSampling1D", "Permute", "RepeatVector", "Dot"}

// joining are the layers that make one mask of several.
var joining = []string{"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"}

// isOperation tells an operation, as x + y is in Keras 3, from the layer of its name.
func isOperation(o object) bool {
	return strings.HasPrefix(str(o, "module"), "keras.src.ops") || strings.HasPrefix(str(o, "module"), "keras.ops")
}

// maskOf returns what tells the mask of a value from others, "" if it has none.
func (g *network) maskOf(t tensorRef) string {
	c, inner, err := g.from(t)
	if err != nil || !inner || g.rank(t) < 2 {
		return ""
	}
	return c.masks[c.i]
}

// mask finds the mask of a call, and notes where masks are joined otherwise than in Keras.
func (r *reader) mask(g *network, c call) {
	args, settings := c.calls[c.i].args, obj(c.object["config"])
	if len(args) == 0 {
		return
	}
	if c.masks == nil {
		c.masks = map[int]string{}
	}
	first, some, same := g.maskOf(args[0]), false, true
	for _, from := range args {
		next := g.maskOf(from)
		some, same = some || next != "", same && next == first
	}
	joins := known(c.class, joining...)
	switch {
	case c.class == "Embedding" && settings["mask_zero"] == true, c.class == "Masking":
		c.masks[c.i] = fmt.Sprint("of ", c.class, args[0])
	case known(c.class, maskless...):
	case joins && some && isOperation(c.object):
		r.notes.add("%s: in Keras the mask ends at this operation, and here it is passed on", g.place(c.vertex))
	case joins && !same:
		if r.major == keras2 {
			r.notes.add("%s: in Keras 2 a step counts if no input masks it, and here, as in Keras 3, if one does not", g.place(c.vertex))
		}
		c.masks[c.i] = fmt.Sprint("by ", c.name, c.i)
	default:
		c.masks[c.i] = first
	}
}
