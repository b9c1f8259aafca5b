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
//	imdb     film reviews to learn by
//
// Everything here is deterministic: the same texts and the same seed give the
// same sequences on any number of processors.
package datasets
