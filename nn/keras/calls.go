package keras

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// parseCall reads a call: {"args": […], "kwargs": {…}} of Keras 3, or a list of
// [layer, call, output, {kwargs}] of Keras 2.
func parseCall(node any) (c inbound) {
	if o := obj(node); o != nil {
		c.gather(o["args"])
		c.keywords(obj(o["kwargs"]))
		return c
	}
	entries := list(node)
	if len(entries) > 0 {
		if _, flat := entries[0].(string); flat {
			entries = []any{entries}
		}
	}
	for _, e := range entries {
		c.gather(e)
		if parts := list(e); len(parts) == 4 {
			c.keywords(obj(parts[3]))
		}
	}
	return c
}

// gather adds the values of the graph within v to the arguments.
func (c *inbound) gather(v any) {
	found, other := tensors(v)
	if c.args = append(c.args, found...); c.other == "" {
		c.other = other
	}
}

// tensors returns the values of the graph within v in their order, and what else is
// there.
func tensors(v any) (found []tensorRef, other string) {
	if ref, ok := tensorOf(v); ok {
		return []tensorRef{ref}, ""
	}
	each := func(v any) {
		more, rest := tensors(v)
		if found = append(found, more...); other == "" {
			other = rest
		}
	}
	switch x := v.(type) {
	case nil:
	case []any:
		for _, v := range x {
			each(v)
		}
	case object:
		if str(x, "class_name") != "" {
			return nil, brief(v)
		}
		for _, key := range slices.Sorted(maps.Keys(x)) { // inputs by name, which Keras sorts
			each(x[key])
		}
	default:
		other = brief(v)
	}
	return found, other
}

// tensorOf reads a reference to a value: [layer, call, output], alone in Keras 2.
func tensorOf(v any) (tensorRef, bool) {
	parts := list(v)
	if o := obj(v); str(o, "class_name") == "__keras_tensor__" {
		parts = list(obj(o["config"])["keras_history"])
	}
	if len(parts) != 3 && len(parts) != 4 {
		return tensorRef{}, false
	}
	layer, ok := parts[0].(string)
	call, err := whole(parts[1])
	out, err2 := whole(parts[2])
	if !ok || layer == "_CONSTANT_VALUE" || err != nil || err2 != nil || call < 0 || out < 0 {
		return tensorRef{}, false
	}
	return tensorRef{layer, call, out}, true
}

// keywords takes the named arguments of a call.
func (c *inbound) keywords(args object) {
	for _, key := range slices.SortedFunc(maps.Keys(args), inCallOrder) {
		v := args[key]
		switch found, rest := tensors(v); {
		case v == false, len(found) == 0 && rest == "": // no, null, or a list of it
		case known(key, "mask", "query_mask", "value_mask", "key_mask") && len(found) > 0:
			c.masks = append(c.masks, found...)
		case known(key, "query", "value", "key", "initial_state") && len(found) > 0:
			c.args = append(c.args, found...)
		case key == "use_causal_mask" && v == true:
			c.causal = true
		case c.other == "":
			c.other = key + "=" + brief(v)
		}
	}
}

// inCallOrder sorts the names of arguments, those of attention in the order of its call.
func inCallOrder(a, b string) int {
	order := []string{"query", "value", "key"}
	return cmp.Or(slices.Index(order, a)-slices.Index(order, b), strings.Compare(a, b))
}
