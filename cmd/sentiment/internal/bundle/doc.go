// Package bundle puts a model's folder behind a build of the program, and reads it from
// there: one file that runs, and holds what it needs.
//
//	program    as it was built; where it ends its own headers say
//	head       mark | length of the files | their CRC-32C | CRC-32C of the head before
//	files      a zip of the folder, its files not compressed
//	head       once more
//
// Linux, macOS and Windows load what the headers tell of, and not what follows. The head
// comes first so that a file that was cut short is known, and last so that a damaged head
// is; a signature of Windows, which is appended, may follow.
//
// Files reads from such a program as if it were a folder.
package bundle
