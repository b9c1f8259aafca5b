// Package hdf5 reads and writes the part of HDF5 that Keras's files are made of:
// groups, attributes and datasets of numbers and strings.
//
// Read takes any io.ReaderAt, so that a file within an archive needs no copy on
// disk. It reads the tree of groups with their attributes at once, and the values
// of a dataset when they are asked for, straight into their slice. What is read:
//
//	superblock    versions 0 to 3, behind a user block too
//	groups        symbol tables (h5py's libver="earliest"), links in headers and in
//	              fractal heaps ("latest")
//	attributes    in headers and in fractal heaps; numbers, strings of fixed and of
//	              variable length, and arrays of them
//	datasets      compact, contiguous and chunked (B-trees of both versions, single
//	              chunks, implicit and fixed arrays); deflate, shuffle, fletcher32
//	values        float16, bfloat16, float32, float64, integers, booleans, strings;
//	              either order of bytes
//
// All else is refused by its name: soft and external links, a group that is linked
// twice (so there are no cycles), committed datatypes, external files, virtual
// datasets, other filters. Attributes and datasets that hold values of another kind
// are no obstacle to what stands beside them: the value of such an attribute is an
// error, and so is the reading of such a dataset.
//
// # Memory
//
// Sizes and counts in a file are claims, and are held against its size before
// memory is allocated. The tree takes at most 8 times the file's size and a
// megabyte, in the count of charge; datasets hold, all together, at most 64 times
// the file's size and a megabyte. A file whose tree says otherwise is refused.
//
// # Writing
//
// Write lays a file out as h5py does by default: superblock 0, symbol tables,
// strings of variable length in global heaps, contiguous datasets. The same tree
// gives the same bytes.
//
// # Why not a module
//
// github.com/scigolib/hdf5 v0.14.0 read the published files, but it takes paths
// alone, returns all numbers as []float64, and believes what a file says: with a
// few bytes of a 29 kB model changed it asked for 863 GB, which ends the process.
//
// The format is that of the HDF5 File Format Specification, version 3.0.
package hdf5
