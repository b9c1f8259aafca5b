package keras

import (
	"slices"

	"unroll/nn"
)

// serialized splits what Keras writes for an object of its own: a name, or a class
// with its configuration.
func serialized(v any) (class string, config object, ok bool) {
	switch x := v.(type) {
	case string:
		return x, object{}, true
	case object:
		if config = obj(x["config"]); config == nil {
			config = object{}
		}
		return str(x, "class_name"), config, true
	}
	return "", nil, false
}

// serialize writes an object of a module of Keras's.
func (c *config) serialize(module, class string, config object) object {
	o := object{"class_name": class, "config": config}
	if c.major == keras3 {
		o["module"], o["registered_name"] = "keras."+module, nil
	}
	return o
}

// regularizer is L1, L2 or both.
func (c *config) regularizer(key string, p *nn.Regularizer) {
	if !c.reads() {
		switch r := *p; {
		case r == nn.Regularizer{}:
			c.out[key] = nil
		case r.L1 == 0:
			c.out[key] = c.serialize("regularizers", "L2", object{"l2": real(r.L2)})
		case r.L2 == 0:
			c.out[key] = c.serialize("regularizers", "L1", object{"l1": real(r.L1)})
		default:
			c.out[key] = c.serialize("regularizers", "L1L2", object{"l1": real(r.L1), "l2": real(r.L2)})
		}
		return
	}
	v, ok := c.get(key)
	if !ok {
		return
	}
	class, o, _ := serialized(v)
	if _, word := v.(string); word {
		o = map[string]object{"l1": {"l1": 0.01}, "l2": {"l2": 0.01}, "l1_l2": {"l1": 0.01, "l2": 0.01}}[class]
	}
	if l1, l2 := o["l1"], o["l2"]; known(class, "L1", "L2", "L1L2", "l1", "l2", "l1_l2") {
		p.L1, _ = l1.(float64)
		p.L2, _ = l2.(float64)
		return
	}
	c.notes.add("%s: %s %s is left out, which training alone would use", c.place, key, brief(v))
}

// constraint is MaxNorm, UnitNorm or NonNeg.
func (c *config) constraint(key string, p *nn.Constraint) {
	if !c.reads() {
		axis := any(0)
		if len(p.Axes) == 1 {
			axis = p.Axes[0]
		} else if len(p.Axes) > 1 {
			axis = p.Axes
		}
		switch p.Name {
		case "":
			c.out[key] = nil
		case "non_neg":
			c.out[key] = c.serialize("constraints", "NonNeg", object{})
		case "unit_norm":
			c.out[key] = c.serialize("constraints", "UnitNorm", object{"axis": axis})
		case "max_norm":
			c.out[key] = c.serialize("constraints", "MaxNorm", object{"max_value": real(p.Max), "axis": axis})
		default:
			c.fail("%s: Keras has no constraint %q", key, p.Name)
		}
		return
	}
	v, ok := c.get(key)
	if !ok {
		return
	}
	class, o, _ := serialized(v)
	axes, err := wholes(o["axis"])
	if err != nil || len(axes) == 1 && axes[0] == 0 {
		axes = nil
	}
	limit, ok := o["max_value"].(float64)
	if !ok {
		limit = 2
	}
	switch {
	case o["max_value"] == "Infinity": // which holds nothing
	case known(class, "NonNeg", "non_neg", "nonneg"):
		*p = nn.NonNeg()
	case known(class, "UnitNorm", "unit_norm", "unitnorm"):
		*p = nn.UnitNorm(axes...)
	case known(class, "MaxNorm", "max_norm", "maxnorm"):
		*p = nn.MaxNorm(limit, axes...)
	default:
		c.notes.add("%s: %s %s is left out, which training alone would use", c.place, key, brief(v))
	}
}

func known(class string, names ...string) bool { return slices.Contains(names, class) }
