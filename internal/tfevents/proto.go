package tfevents

import (
	"encoding/binary"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

type number = protowire.Number

// Fields of Event.
const (
	eventWallTime number = 1
	eventStep     number = 2
	eventVersion  number = 3 // one of this and those below
	eventGraph    number = 4
	eventSummary  number = 5
)

// Values of DataType.
const (
	float32s = 1
	float64s = 2
)

// event encodes an Event, what of which is one of the fields above.
func event(seconds float64, step int64, what number, data []byte) []byte {
	b := protowire.AppendTag(nil, eventWallTime, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(seconds))
	b = appendInt(b, eventStep, step)
	return appendBytes(b, what, data)
}

// summary encodes a Summary of one value: tag, tensor and metadata.
func summary(tag, plugin string, tensor []byte) []byte {
	metadata := appendBytes(nil, 1, appendString(nil, 1, plugin))
	value := appendString(nil, 1, tag)
	value = appendBytes(value, 8, tensor)
	value = appendBytes(value, 9, metadata)
	return appendBytes(nil, 1, value)
}

// scalar encodes a TensorProto of no dimensions.
func scalar(v float32) []byte {
	return tensor(float32s, nil, binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
}

// table encodes a TensorProto of a row [left, right, count] for each bucket.
func table(buckets []Bucket) []byte {
	var content []byte
	for _, b := range buckets {
		for _, v := range []float64{b.Left, b.Right, b.Count} {
			content = binary.LittleEndian.AppendUint64(content, math.Float64bits(v))
		}
	}
	return tensor(float64s, []int{len(buckets), 3}, content)
}

// tensor encodes a TensorProto.
func tensor(dtype int64, dims []int, content []byte) []byte {
	b := appendInt(nil, 1, dtype)
	b = appendBytes(b, 2, shape(dims))
	return appendBytes(b, 4, content)
}

// shape encodes a TensorShapeProto.
func shape(dims []int) []byte {
	var b []byte
	for _, n := range dims {
		b = appendBytes(b, 2, appendInt(nil, 1, int64(n)))
	}
	return b
}

// graph encodes a GraphDef.
func graph(nodes []Node) []byte {
	var b []byte
	for _, n := range nodes {
		node := appendString(nil, 1, n.Name)
		node = appendString(node, 2, n.Op)
		for _, in := range n.Inputs {
			node = appendString(node, 3, in)
		}
		if n.Shapes != nil {
			var list []byte
			for _, s := range n.Shapes {
				list = appendBytes(list, 7, shape(s))
			}
			attr := appendString(nil, 1, "_output_shapes")
			attr = appendBytes(attr, 2, appendBytes(nil, 1, list))
			node = appendBytes(node, 5, attr)
		}
		b = appendBytes(b, 1, node)
	}
	return b
}

// appendInt appends a field unless it is zero, which is what a reader takes a
// missing field for.
func appendInt(b []byte, field number, v int64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func appendBytes(b []byte, field number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

// appendString appends a field of text. Readers refuse a whole event for text
// that is not UTF-8.
func appendString(b []byte, field number, s string) []byte {
	return appendBytes(b, field, []byte(strings.ToValidUTF8(s, "\uFFFD")))
}
