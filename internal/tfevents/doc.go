// Package tfevents writes the files that TensorBoard reads.
//
// A file is a row of records, each of which is an Event in protobuf's wire
// format:
//
//	uint64  length of data, little-endian
//	uint32  masked CRC of the eight bytes before
//	byte    data[length]
//	uint32  masked CRC of data
//
// where the CRC is the CRC-32C and mask(c) = (c >> 15 | c << 17) + 0xa282ead8.
// A last record that is cut short, because the writer was killed, ends the file
// for a reader and is no error. Source: TensorFlow's record_writer.cc,
// event.proto, summary.proto and graph.proto.
//
// Scalars and histograms are written as TensorFlow 2 and Keras write them, as
// tensors with the plugin that shows them in their metadata. TensorBoard takes
// the older fields simple_value and histo too, but only to turn them into these
// on reading, and a histogram's values into float32.
package tfevents
