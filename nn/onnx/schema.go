package onnx

// The messages of ONNX's published schema (onnx.proto, IR version 10), with its field
// numbers and, in Go's spelling, its names. A tag is the number; "skip" lists those that
// say nothing of what is computed. Any other field in a file is an error.

type modelProto struct {
	IRVersion       int64         `pb:"1"`
	ProducerName    string        `pb:"2"`
	ProducerVersion string        `pb:"3"`
	Domain          string        `pb:"4"`
	ModelVersion    int64         `pb:"5"`
	DocString       string        `pb:"6"`
	Graph           *graphProto   `pb:"7"`
	OpsetImport     []opsetProto  `pb:"8"`
	MetadataProps   []stringEntry `pb:"14"`
	Functions       []function    `pb:"25"`
	_               struct{}      `skip:"20,26"` // training_info, configuration
}

type stringEntry struct {
	Key   string `pb:"1"`
	Value string `pb:"2"`
}

type opsetProto struct {
	Domain  string `pb:"1"`
	Version int64  `pb:"2"`
}

// function is a FunctionProto: an operator that is a graph of others.
type function struct {
	Name           string           `pb:"1"`
	Input          []string         `pb:"4"`
	Output         []string         `pb:"5"`
	Attribute      []string         `pb:"6"`
	Node           []nodeProto      `pb:"7"`
	OpsetImport    []opsetProto     `pb:"9"`
	Domain         string           `pb:"10"`
	AttributeProto []attributeProto `pb:"11"`
	Overload       string           `pb:"13"`
	_              struct{}         `skip:"8,12,14"` // doc_string, value_info, metadata_props
}

type graphProto struct {
	Node        []nodeProto   `pb:"1"`
	Name        string        `pb:"2"`
	Initializer []tensorProto `pb:"5"`
	DocString   string        `pb:"10"`
	Input       []valueInfo   `pb:"11"`
	Output      []valueInfo   `pb:"12"`
	_           struct{}      `skip:"13,14,16"` // value_info, quantization_annotation, metadata_props
}

type nodeProto struct {
	Input     []string         `pb:"1"`
	Output    []string         `pb:"2"`
	Name      string           `pb:"3"`
	OpType    string           `pb:"4"`
	Attribute []attributeProto `pb:"5"`
	Domain    string           `pb:"7"`
	Overload  string           `pb:"8"`
	_         struct{}         `skip:"6,9,10"` // doc_string, metadata_props, device_configurations
}

type attributeProto struct {
	Name        string        `pb:"1"`
	F           *float32      `pb:"2"`
	I           *int64        `pb:"3"`
	S           []byte        `pb:"4"`
	T           *tensorProto  `pb:"5"`
	G           *graphProto   `pb:"6"`
	Floats      []float32     `pb:"7"`
	Ints        []int64       `pb:"8"`
	Strings     []string      `pb:"9"`
	Tensors     []tensorProto `pb:"10"`
	Graphs      []graphProto  `pb:"11"`
	Type        int64         `pb:"20"`
	RefAttrName string        `pb:"21"`
	_           struct{}      `skip:"13"` // doc_string
}

// Types of attributes.
const (
	attrFloat   = 1
	attrInt     = 2
	attrString  = 3
	attrTensor  = 4
	attrGraph   = 5
	attrFloats  = 6
	attrInts    = 7
	attrStrings = 8
)

type tensorProto struct {
	Dims         []int64       `pb:"1"`
	DataType     int64         `pb:"2"`
	FloatData    []float32     `pb:"4"`
	Int32Data    []int64       `pb:"5"`
	StringData   []string      `pb:"6"`
	Int64Data    []int64       `pb:"7"`
	Name         string        `pb:"8"`
	RawData      []byte        `pb:"9"`
	DoubleData   []float64     `pb:"10"`
	Uint64Data   []int64       `pb:"11"`
	ExternalData []stringEntry `pb:"13"`
	DataLocation int64         `pb:"14"`
	_            struct{}      `skip:"12,16"` // doc_string, metadata_props
}

// Types of elements.
const (
	typeFloat    = 1
	typeUint8    = 2
	typeInt8     = 3
	typeUint16   = 4
	typeInt16    = 5
	typeInt32    = 6
	typeInt64    = 7
	typeString   = 8
	typeBool     = 9
	typeFloat16  = 10
	typeDouble   = 11
	typeUint32   = 12
	typeUint64   = 13
	typeBfloat16 = 16
)

type valueInfo struct {
	Name string     `pb:"1"`
	Type *typeProto `pb:"2"`
	_    struct{}   `skip:"3,4"` // doc_string, metadata_props
}

type typeProto struct {
	TensorType *tensorType `pb:"1"`
	Denotation string      `pb:"6"`
}

type tensorType struct {
	ElemType int64       `pb:"1"`
	Shape    *shapeProto `pb:"2"`
}

type shapeProto struct {
	Dim []dimProto `pb:"1"`
}

type dimProto struct {
	DimValue   *int64 `pb:"1"`
	DimParam   string `pb:"2"`
	Denotation string `pb:"3"`
}
