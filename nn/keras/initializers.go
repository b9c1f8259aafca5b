package keras

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"unroll/nn"
)

// drawnBy is an initializer: nn's name, Keras's class, the key of its scale, and the
// rest of what Keras writes.
type drawnBy struct {
	name, class, scale string
	rest               object
}

var drawn = []drawnBy{
	{"glorot_uniform", "GlorotUniform", "", object{"seed": nil}},
	{"glorot_normal", "GlorotNormal", "", object{"seed": nil}},
	{"he_uniform", "HeUniform", "", object{"seed": nil}},
	{"he_normal", "HeNormal", "", object{"seed": nil}},
	{"lecun_uniform", "LecunUniform", "", object{"seed": nil}},
	{"lecun_normal", "LecunNormal", "", object{"seed": nil}},
	{"uniform", "RandomUniform", "maxval", object{"seed": nil}},
	{"normal", "RandomNormal", "stddev", object{"seed": nil, "mean": real(0)}},
	{"truncated_normal", "TruncatedNormal", "stddev", object{"seed": nil, "mean": real(0)}},
	{"orthogonal", "Orthogonal", "", object{"seed": nil, "gain": real(1)}},
	{"identity", "Identity", "", object{"gain": real(1)}},
	{"zeros", "Zeros", "", object{}},
	{"ones", "Ones", "", object{}},
	{"constant", "Constant", "value", object{}},
}

// scaled is VarianceScaling by its settings.
var scaled = map[string]string{
	"1 fan_avg uniform": "glorot_uniform", "1 fan_avg normal": "glorot_normal",
	"2 fan_in uniform": "he_uniform", "2 fan_in normal": "he_normal",
	"1 fan_in uniform": "lecun_uniform", "1 fan_in normal": "lecun_normal",
}

// initializer is one; what nn lacks is left out with a note, since the weights are
// in the file.
func (c *config) initializer(key string, p *nn.Initializer, def nn.Initializer) {
	if !c.reads() {
		i := *p
		if i == (nn.Initializer{}) {
			i = def
		}
		at := slices.IndexFunc(drawn, func(d drawnBy) bool { return d.name == i.Name })
		if at < 0 {
			c.fail("%s: Keras has no initializer %q", key, i.Name)
			return
		}
		d := drawn[at]
		o := maps.Clone(d.rest)
		if d.scale != "" {
			o[d.scale] = real(i.Scale)
		}
		if d.scale == "maxval" {
			o["minval"] = real(-i.Scale)
		}
		c.out[key] = c.serialize("initializers", d.class, o)
		return
	}
	v, ok := c.get(key)
	if !ok {
		return
	}
	i, ok := initializerOf(v)
	if !ok {
		c.notes.add("%s: %s %s is left out, which draws first values alone", c.place, key, brief(v))
	} else if i != def {
		*p = i
	}
}

// initializerOf returns nn's initializer for what Keras wrote, false if it has none.
func initializerOf(v any) (nn.Initializer, bool) {
	class, o, ok := serialized(v)
	if !ok {
		return nn.Initializer{}, false
	}
	number := func(key string, def float64) float64 {
		if x, ok := o[key].(float64); ok {
			return x
		}
		return def
	}
	if class == "VarianceScaling" || class == "variance_scaling" {
		distribution := strings.TrimPrefix(str(o, "distribution"), "truncated_")
		name, ok := scaled[fmt.Sprint(number("scale", 1), " ", str(o, "mode"), " ", distribution)]
		return nn.Initializer{Name: name}, ok
	}
	at := slices.IndexFunc(drawn, func(d drawnBy) bool {
		return class == d.class || class == d.class+"Initializer" || class == d.name || class == snake(d.class) || class+"s" == d.name
	})
	if at < 0 {
		return nn.Initializer{}, false
	}
	d := drawn[at]
	i := nn.Initializer{Name: d.name}
	switch d.scale {
	case "maxval":
		i.Scale = number("maxval", 0.05)
		return i, number("minval", -0.05) == -i.Scale
	case "stddev":
		i.Scale = number("stddev", 0.05)
		return i, number("mean", 0) == 0
	case "value":
		i.Scale = number("value", 0)
	}
	return i, number("gain", 1) == 1
}
