package keras

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// entry maps a class of Keras's to a type of nn's and back.
type entry struct {
	class string
	typ   reflect.Type
	// settings reads a configuration into a value of the type, or writes it; it
	// returns the value.
	settings func(c *config, v any) any

	cell  bool // the weights are below "cell"
	built bool // Keras writes the shapes that it was built for
	// scalar reports whether a weight has no dimension in Keras, where nn has some of 1.
	scalar func(l any, name string) bool
}

// layer makes an entry of what maps the settings of a T.
func layer[T any](class string, settings func(c *config, l *T), options ...func(*entry)) entry {
	e := entry{class: class, typ: reflect.TypeFor[T](), settings: func(c *config, v any) any {
		l, _ := v.(T)
		settings(c, &l)
		return l
	}}
	for _, o := range options {
		o(&e)
	}
	return e
}

// plain is a layer without settings.
func plain[T any](class string, options ...func(*entry)) entry {
	return layer(class, func(*config, *T) {}, options...)
}

func scalars(is func(l any, name string) bool) func(*entry) { return func(e *entry) { e.scalar = is } }

func built(e *entry)  { e.built = true }
func inCell(e *entry) { e.cell, e.built = true, true }

// table is all layers and cells.
var table []entry

// init fills the table, which its own entries read for the layers within layers.
func init() {
	table = slices.Concat(leaves, convolutions, shaping, activations, recurrents, cudnn, merges, wrappers)
}

// byClass returns the entry that reads a class, nil if there is none.
func byClass(class string) *entry {
	if a, ok := aliases[class]; ok {
		class = a
	}
	return find(func(e entry) bool { return e.class == class })
}

// byValue returns the entry that writes a layer or cell, nil if there is none.
func byValue(v any) *entry {
	return find(func(e entry) bool { return e.typ != nil && e.typ == reflect.TypeOf(v) })
}

// Class returns the class that a layer or a cell has in Keras, such as "LSTM"; false if
// Keras has none. Those of wrappers as nn.Frozen and of models are not classes of their
// own.
func Class(v any) (string, bool) {
	if e := byValue(v); e != nil {
		return e.class, true
	}
	return "", false
}

func find(is func(entry) bool) *entry {
	if i := slices.IndexFunc(table, is); i >= 0 {
		return &table[i]
	}
	return nil
}

// aliases are other names of classes, of versions of Keras and of TensorFlow.
var aliases = map[string]string{
	"BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
	"UnifiedLSTM": "LSTM", "UnifiedGRU": "GRU", "Convolution1DTranspose": "Conv1DTranspose", "Convolution1D": "Conv1D",
	"MaxPool1D": "MaxPooling1D", "AvgPool1D": "AveragePooling1D",
	"GlobalMaxPool1D": "GlobalMaxPooling1D", "GlobalAvgPool1D": "GlobalAveragePooling1D",
}

// unrepresented are classes of Keras's that nn has no layer for, as far as people
// meet them in models of sequences: they are not to be taken for somebody's own.
var unrepresented = strings.Fields(`
	AveragePooling2D AveragePooling3D CategoryCrossing
	Conv2D Conv2DTranspose Conv3D ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping2D Cropping3D
	DepthwiseConv2D Discretization EinsumDense
	GlobalAveragePooling2D GlobalMaxPooling2D GroupNormalization GroupQueryAttention Hashing HashedCrossing
	IntegerLookup Lambda LocallyConnected1D LocallyConnected2D MaxPooling2D MaxPooling3D 
	RandomFlip RandomRotation RandomZoom Resizing SeparableConv2D
	SpatialDropout2D SpatialDropout3D SpectralNormalization StringLookup TFOpLambda TensorFlowOpLayer
	SlicingOpLambda TFSMLayer TextVectorization UpSampling2D UpSampling3D
	ZeroPadding2D ZeroPadding3D`)

var (
	wordStart = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	camel     = regexp.MustCompile(`([a-z])([A-Z])`)
)

// snake turns a class into a name as Keras does: SimpleRNN into simple_rnn.
func snake(class string) string {
	class = wordStart.ReplaceAllString(class, "${1}_$2")
	return strings.ToLower(camel.ReplaceAllString(class, "${1}_$2"))
}
