package keras

import (
	"fmt"
	"strings"
	"testing"
)

// graph3 is the configuration of a Functional of Keras 3, its layers, inputs and outputs.
func graph3(layers []string, inputs, outputs string) string {
	return `{"module": "keras.src.models.functional", "class_name": "Functional", "config": {"name": "f", "layers": [` + strings.Join(layers, ", ") +
		`], "input_layers": ` + inputs + `, "output_layers": ` + outputs + `}, "registered_name": "Functional"}`
}

// vertex3 is a layer of such a model, with its nodes.
func vertex3(class, name, settings, nodes string) string {
	return fmt.Sprintf(`{"module": "keras.layers", "class_name": %q, "config": {"name": %q%s}, "registered_name": null, "name": %q, "inbound_nodes": [%s]}`, class, name, settings, name, nodes)
}

func tensor3(layer string, call, out int) string {
	return fmt.Sprintf(`{"class_name": "__keras_tensor__", "config": {"shape": [null], "dtype": "float32", "keras_history": [%q, %d, %d]}}`, layer, call, out)
}

func node3(args, keywords string) string {
	return `{"args": [` + args + `], "kwargs": {` + keywords + `}}`
}

// vertex2 is a layer of a Functional of Keras 2.
func vertex2(class, name, settings, nodes string) string {
	return fmt.Sprintf(`{"class_name": %q, "config": {"name": %q%s}, "name": %q, "inbound_nodes": [%s]}`, class, name, settings, name, nodes)
}

const (
	twoTexts2 = `, "batch_input_shape": [null, 4], "dtype": "int32"`
	shared    = `, "input_dim": 9, "output_dim": 3, "mask_zero": true`
)

// TestGraphs: graphs of either form are the same model: layers that are shared, values
// that a layer takes beside the first, states, masks and nested models.
func TestGraphs(t *testing.T) {
	two := strings.ReplaceAll(`{"class_name": "Model", "config": {"name": "m", "layers": [`+strings.Join([]string{
		vertex2("InputLayer", "from", twoTexts2, ``),
		vertex2("InputLayer", "to", twoTexts2, ``),
		vertex2("Embedding", "words", shared, `[["from", 0, 0, {}]], [["to", 0, 0, {}]]`),
		vertex2("LSTM", "encoder", `, "units": 2, "return_state": true`, `[["words", 0, 0, {}]]`),
		vertex2("LSTM", "decoder", `, "units": 2, "return_sequences": true`, `[["words", 1, 0, {}], ["encoder", 0, 1, {}], ["encoder", 0, 2, {}]]`),
		vertex2("Concatenate", "both", `, "axis": 2`, `[["decoder", 0, 0, {}], ["words", 1, 0, {}]]`),
		vertex2("Sequential", "head", `, "layers": [`+layerOf("Dense", "a", `"units": 3`)+`, `+layerOf("Dense", "b", `"units": 9`)+`]`, `[["both", 0, 0, {}]]`),
	}, ", ")+`], "input_layers": [["from", 0, 0], ["to", 0, 0]], "output_layers": [["head", 1, 0]]}}`, "\n", "")
	three := graph3([]string{
		vertex3("InputLayer", "from", `, "batch_shape": [null, 4]`, ``),
		vertex3("InputLayer", "to", `, "batch_shape": [null, 4]`, ``),
		vertex3("Embedding", "words", shared, node3(tensor3("from", 0, 0), ``)+`, `+node3(tensor3("to", 0, 0), ``)),
		vertex3("NotEqual", "not_equal", ``, node3(tensor3("from", 0, 0)+`, 0`, ``)),
		vertex3("LSTM", "encoder", `, "units": 2, "return_state": true`, node3(tensor3("words", 0, 0), `"training": false, "mask": `+tensor3("not_equal", 0, 0))),
		vertex3("LSTM", "decoder", `, "units": 2, "return_sequences": true`, node3(tensor3("words", 1, 0), `"mask": null, "initial_state": [`+tensor3("encoder", 0, 1)+`, `+tensor3("encoder", 0, 2)+`]`)),
		vertex3("Concatenate", "both", `, "axis": -1`, node3(`[`+tensor3("decoder", 0, 0)+`, `+tensor3("words", 1, 0)+`]`, ``)),
		vertex3("Sequential", "head", `, "layers": [`+layerOf("Dense", "a", `"units": 3`)+`, `+layerOf("Dense", "b", `"units": 9`)+`]`, node3(tensor3("both", 0, 0), ``)),
	}, `{"to": ["to", 0, 0], "from": ["from", 0, 0]}`, `["head", 0, 0]`)
	a, notesA, err := build(two, keras2)
	if err != nil {
		t.Fatal(err)
	}
	b, notesB, err := build(three, keras3)
	if err != nil {
		t.Fatal(err)
	}
	if a.Summary() != b.Summary() {
		t.Errorf("of Keras 2 it is\n%s, of Keras 3\n%s", a.Summary(), b.Summary())
	}
	for _, want := range []string{"'encoder[0][1]'", "'words[1][0]'", "(None, 4, 5)", "head (Sequential)"} {
		if !strings.Contains(a.Summary(), want) {
			t.Errorf("there is no %s in\n%s", want, a.Summary())
		}
	}
	if len(notesA) > 0 || len(notesB) != 2 || !strings.Contains(notesB[0], "masks that the graph computes are those that layers pass on") ||
		notesB[1] != `layer "decoder" (6th of 8, after "words"): begun from given states Keras 3 runs over masked steps too, here they are passed over` {
		t.Errorf("notes %q, %q", notesA, notesB)
	}
	if in := a.Inputs(); !in[0].IDs() || !in[1].IDs() || in[0].Name != "from" {
		t.Errorf("inputs %v", in)
	}
}

// TestMasksOfGraphs: the operations that Keras 3 writes for the mask of joined sequences
// are taken for what layers pass on.
func TestMasksOfGraphs(t *testing.T) {
	operation := func(class, name, arg string) string {
		return strings.Replace(vertex3(class, name, ``, node3(arg, ``)), `"keras.layers"`, `"keras.src.ops.numpy"`, 1)
	}
	m, notes, err := build(graph3([]string{
		vertex3("InputLayer", "x", `, "batch_shape": [null, 4]`, ``),
		vertex3("Embedding", "words", shared, node3(tensor3("x", 0, 0), ``)),
		operation("NotEqual", "counts", tensor3("x", 0, 0)+`, 0`),
		vertex3("LSTM", "lstm", `, "units": 2, "return_sequences": true`, node3(tensor3("words", 0, 0), `"mask": `+tensor3("counts", 0, 0))),
		vertex3("AdditiveAttention", "attention", ``, node3(`[`+tensor3("lstm", 0, 0)+`, `+tensor3("lstm", 0, 0)+`]`, ``)),
		operation("ConvertToTensor", "tensor", tensor3("counts", 0, 0)),
		operation("ExpandDims", "wide", tensor3("tensor", 0, 0)),
		operation("ZerosLike", "zeros", tensor3("lstm", 0, 0)),
		operation("LogicalOr", "or", tensor3("wide", 0, 0)+`, `+tensor3("zeros", 0, 0)),
		operation("Concatenate", "joined", `[`+tensor3("or", 0, 0)+`, `+tensor3("or", 0, 0)+`]`),
		operation("Any", "any", tensor3("joined", 0, 0)),
		vertex3("Concatenate", "both", `, "axis": -1`, node3(`[`+tensor3("lstm", 0, 0)+`, `+tensor3("attention", 0, 0)+`]`, ``)),
		vertex3("TimeDistributed", "y", `, "layer": `+layerOf("Dense", "d", `"units": 3`), node3(tensor3("both", 0, 0), `"mask": `+tensor3("any", 0, 0))),
	}, `["x", 0, 0]`, `["y", 0, 0]`), keras3)
	if err != nil || len(m.Layers()) != 5 || len(notes) != 1 {
		t.Errorf("%v, notes %q", err, notes)
	}
}

// TestUnreadInput: an input that nothing reads, as of decoders that were cut out of a
// model, is left out.
func TestUnreadInput(t *testing.T) {
	m, notes, err := build(graph3([]string{
		vertex3("InputLayer", "x", `, "batch_shape": [null, 4, 3]`, ``),
		vertex3("InputLayer", "z", `, "batch_shape": [null, 6]`, ``),
		vertex3("LSTM", "y", `, "units": 2`, node3(tensor3("x", 0, 0), ``)),
	}, `[["z", 0, 0], ["x", 0, 0]]`, `[["y", 0, 0]]`), keras3)
	if err != nil || len(m.Inputs()) != 1 || len(notes) != 1 || notes[0] != `the input "z" is left out: nothing reads it` {
		t.Errorf("%v, notes %q", err, notes)
	}
}

// TestRefusedGraphs: what a graph says that no model of ours does is an error in its
// place.
func TestRefusedGraphs(t *testing.T) {
	input := vertex3("InputLayer", "x", `, "batch_shape": [null, 4, 3]`, ``)
	of := func(layers ...string) string {
		return graph3(append([]string{input}, layers...), `[["x", 0, 0]]`, `[["y", 0, 0]]`)
	}
	const place = `layer "y" (2nd of 2, after "x"): `
	for _, c := range []struct{ name, doc, want string }{
		{"dropout that is always on", of(vertex3("Dropout", "y", `, "rate": 0.5`, node3(tensor3("x", 0, 0), `"training": true`))), place + "it is called with training=true, which cannot be represented"},
		{"a number", of(vertex3("Add", "y", ``, node3(tensor3("x", 0, 0)+`, 2.5`, ``))), place + "it is called with 2.5, which cannot be represented"},
		{"a mask", of(vertex3("LSTM", "y", `, "units": 2`, node3(tensor3("x", 0, 0), `"mask": `+tensor3("x", 0, 0)))), place + `it is called with a mask of its own, made by "x", which cannot be represented`},
		{"a mask of its own that is computed", of(vertex3("NotEqual", "n", ``, node3(tensor3("x", 0, 0)+`, 0`, ``)), vertex3("LSTM", "y", `, "units": 2`, node3(tensor3("x", 0, 0), `"mask": `+tensor3("n", 0, 0)))),
			`layer "y" (3rd of 3, after "x"): it is called with a mask of its own, made by "n", which cannot be represented`},
		{"causal", of(vertex3("Dense", "y", `, "units": 2`, node3(tensor3("x", 0, 0), `"use_causal_mask": true`))), place + "it is called with use_causal_mask, which cannot be represented"},
		{"an operation", of(vertex3("GetItem", "y", ``, node3(tensor3("x", 0, 0), ``))), place + "Keras's class GetItem cannot be represented"},
		{"nothing", of(vertex3("Dense", "y", `, "units": 2`, node3(``, ``))), `layer "y" (2nd of 2): it is called with nothing`},
		{"nowhere", of(vertex3("Dense", "y", `, "units": 2`, node3(tensor3("z", 0, 0), ``))), `the model has no layer "z" to read from`},
		{"a circle", of(vertex3("Dense", "z", `, "units": 2`, node3(tensor3("y", 0, 0), ``)), vertex3("Dense", "y", `, "units": 2`, node3(tensor3("z", 0, 0), ``))), `layer "z" (2nd of 3, after "y"): it reads what is made of it`},
		{"a name twice", of(vertex3("Dense", "x", `, "units": 2`, node3(tensor3("x", 0, 0), ``))), `two layers are called "x"`},
		{"a value that is not there", of(vertex3("Dense", "z", `, "units": 2`, node3(tensor3("x", 0, 0), ``)), vertex3("Dense", "y", `, "units": 2`, node3(tensor3("z", 0, 3), ``))), "y: z has 1 outputs, want one of index 3"},
		{"no outputs", graph3([]string{input}, `[["x", 0, 0]]`, `[]`), "the model has no inputs or no outputs"},
		{"an input that is none", graph3([]string{input, vertex3("Dense", "y", `, "units": 2`, node3(tensor3("x", 0, 0), ``))}, `[["y", 0, 0]]`, `[["y", 0, 0]]`), `the input "y" is no InputLayer`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := build(c.doc, keras3); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	nested := layerOf("Dense", "d", `"units": 2`)
	for range 40 {
		nested = `{"class_name": "Sequential", "config": {"name": "s", "layers": [` + nested + `]}}`
	}
	if _, _, err := build(chain(inputOfSteps, nested), keras2); err == nil || !strings.Contains(err.Error(), "more than 32 models in one another") {
		t.Errorf("40 models in one another: %v", err)
	}
	many := make([]string, 10_001)
	for i := range many {
		many[i] = layerOf("Dropout", fmt.Sprint("d", i), `"rate": 0.1`)
	}
	if _, _, err := build(chain(inputOfSteps, many...), keras2); err == nil || !strings.Contains(err.Error(), "more than 10000 layers") {
		t.Errorf("%d layers: %v", len(many), err)
	}
}

// TestTexts: a TextVectorization in front of a model is its encoder, and the model takes
// word ids.
func TestTexts(t *testing.T) {
	const text = `"output_mode": "int", "output_sequence_length": 20, "max_tokens": 9`
	embedding, pool := layerOf("Embedding", "e", `"input_dim": 9, "output_dim": 2`), layerOf("GlobalAveragePooling1D", "p", "")
	for name, doc := range map[string]string{
		"chain": chain(`{"class_name": "InputLayer", "config": {"batch_shape": [null, 1], "dtype": "string", "name": "x"}}`, layerOf("TextVectorization", "texts", text), embedding, pool),
		"graph": graph3([]string{
			vertex3("InputLayer", "x", `, "batch_shape": [null, 1], "dtype": "string"`, ``),
			vertex3("TextVectorization", "texts", `, `+text, node3(tensor3("x", 0, 0), ``)),
			vertex3("Embedding", "e", `, "input_dim": 9, "output_dim": 2`, node3(tensor3("texts", 0, 0), ``)),
			vertex3("GlobalAveragePooling1D", "p", ``, node3(tensor3("e", 0, 0), ``)),
		}, `[["x", 0, 0]]`, `[["p", 0, 0]]`),
	} {
		m, notes, err := build(doc, keras3)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if in := m.Inputs()[0]; !in.IDs() || in.Steps() != 20 || len(m.Layers()) != 2 {
			t.Errorf("%s: input %+v of\n%s", name, in, m.Summary())
		}
		if want := `the layer "texts" turns texts into word ids: it is not part of the model here, but its encoder`; len(notes) != 1 || notes[0] != want {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
	_, _, err := build(chain(inputOfWords, layerOf("TextVectorization", "texts", `"output_mode": "multi_hot"`), embedding), keras3)
	if want := `layer "texts" (1st of 2): TextVectorization with output_mode "multi_hot" cannot be represented, only with "int"`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestAttention: what Keras writes of calls and layers of attention, in either form.
func TestAttention(t *testing.T) {
	const heads = `, "num_heads": 2, "key_dim": 3, "value_dim": 3, "attention_axes": [1], "output_shape": null`
	two := `{"class_name": "Functional", "config": {"name": "m", "layers": [` + strings.Join([]string{
		vertex2("InputLayer", "x", `, "batch_input_shape": [null, 4, 3]`, ``),
		vertex2("MultiHeadAttention", "a", heads, `[["x", 0, 0, {"value": ["x", 0, 0], "key": ["x", 0, 0], "use_causal_mask": true}]]`),
		vertex2("AdditiveAttention", "b", `, "causal": true, "use_scale": true`, `[["a", 0, 0, {}], ["x", 0, 0, {}]]`),
	}, ", ") + `], "input_layers": [["x", 0, 0]], "output_layers": [["b", 0, 0]]}}`
	three := graph3([]string{
		vertex3("InputLayer", "x", `, "batch_shape": [null, 4, 3]`, ``),
		vertex3("MultiHeadAttention", "a", heads, node3(tensor3("x", 0, 0)+`, `+tensor3("x", 0, 0), `"key": `+tensor3("x", 0, 0)+`, "use_causal_mask": true, "query_mask": null, "training": false`)),
		vertex3("AdditiveAttention", "b", `, "use_scale": true`, node3(`[`+tensor3("a", 0, 0)+`, `+tensor3("x", 0, 0)+`]`, `"mask": [null, null], "use_causal_mask": true`)),
	}, `[["x", 0, 0]]`, `[["b", 0, 0]]`)
	a, _, err := build(two, keras2)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := build(three, keras3)
	if err != nil {
		t.Fatal(err)
	}
	if a.Summary() != b.Summary() || !strings.Contains(a.Summary(), "'x[0][0]',") {
		t.Errorf("of Keras 2 it is\n%s, of Keras 3\n%s", a.Summary(), b.Summary())
	}
	for i := range 2 {
		if x, y := fmt.Sprintf("%+v", a.Layers()[i].Layer), fmt.Sprintf("%+v", b.Layers()[i].Layer); x != y || !strings.Contains(x, "Causal:true") {
			t.Errorf("%s, %s", x, y)
		}
	}
}

// TestJoinedMasks: where Keras joins masks otherwise, it is noted.
func TestJoinedMasks(t *testing.T) {
	words := `, "input_dim": 5, "output_dim": 2, "mask_zero": `
	input := `, "batch_input_shape": [null, 4]`
	of := func(class, second, from string) string {
		return `{"class_name": "Model", "config": {"name": "m", "layers": [` + strings.Join([]string{
			vertex2("InputLayer", "x", input, ``), vertex2("InputLayer", "z", input, ``),
			vertex2("Embedding", "a", words+"true", `[["x", 0, 0, {}]]`),
			vertex2("Embedding", "b", words+second, `[["`+from+`", 0, 0, {}]]`),
			vertex2("Dropout", "c", `, "rate": 0.5`, `[["b", 0, 0, {}]]`),
			vertex2("Embedding", "third", words+"false", `[["z", 0, 0, {}]]`),
			vertex2("Dense", "other", `, "units": 2`, `[["a", 0, 0, {}]]`),
			strings.Replace(vertex2("Add", "y", ``, `[["other", 0, 0, {}], ["c", 0, 0, {}]]`), `"class_name": "Add"`, class, 1),
		}, ", ") + `], "input_layers": [["x", 0, 0], ["z", 0, 0]], "output_layers": [["y", 0, 0], ["third", 0, 0]]}}`
	}
	const layer, operation = `"class_name": "Add"`, `"module": "keras.src.ops.numpy", "class_name": "Add"`
	for _, c := range []struct {
		name, doc string
		major     int
		want      string
	}{
		{"one mask", of(layer, "true", "x"), keras2, ""},
		{"two masks", of(layer, "true", "z"), keras2, "in Keras 2 a step counts if no input masks it"},
		{"one and none", of(layer, "false", "x"), keras2, "in Keras 2 a step counts if no input masks it"},
		{"two masks of Keras 3", of(layer, "true", "z"), keras3, ""},
		{"an operation", of(operation, "true", "x"), keras3, "the mask ends at this operation"},
	} {
		_, notes, err := build(strings.ReplaceAll(c.doc, "batch_input_shape", "batch_shape"), c.major)
		if all := strings.Join(notes, "\n"); err != nil || (all == "") != (c.want == "") || !strings.Contains(all, c.want) {
			t.Errorf("%s: %v, notes %q, want %q", c.name, err, all, c.want)
		}
	}
}
