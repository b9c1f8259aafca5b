// Package datasets reads labelled texts and divides them. It knows nothing of
// models.
//
// The way of a text:
//
//	Records ──▶ text.Count ──▶ text.NewEncoder ──▶ EncodeTexts ──▶ cache.Write
//	 files,      words          text.Encoder        ids, Stats      cache.Load
//	 folders
//
// Records is a stream over CSV, TSV, JSON lines, fastText, folders and archives.
// Holdout and KFold divide samples, by class or by group. The packages below:
//
//	text     texts to ids: tokens, vocabulary, encoder, pretrained vectors
//	cache    ids kept in a file
//	inspect  what to know of texts before training
//
// ReadIMDB reads the Large Movie Review Dataset (Maas et al., ACL 2011) from a
// folder or a .tar.gz, without unpacking it. FetchIMDB finds it in the local
// cache or downloads it: from its authors' site, or else as a Go module that
// holds the same 50,000 files byte for byte. CachedIMDB does the same without a
// network. Sample writes a small corpus of its own, for tests and first steps.
// Downloads are announced through Options.Log, verified before they take their
// final name, and resumed when interrupted.
//
// Everything here is deterministic: the same texts and the same seed give the
// same sequences on any number of processors.
package datasets
