// Package datasets brings labelled texts into memory and turns them into the
// integer sequences that a model reads. It knows nothing of models.
//
// The way of a text:
//
//	source ──▶ Corpus ──▶ Vocabulary ──▶ Encoder ──▶ [samples, steps] ids
//	 folder,     Train,     words by       filter,
//	 archive,    Test       frequency      compact,
//	 cache, web                            pad
//
// ReadIMDB reads the Large Movie Review Dataset (Maas et al., ACL 2011) from a
// folder or a .tar.gz, without unpacking it. FetchIMDB finds it in the local
// cache or downloads it: from its authors' site, or else as a Go module that
// holds the same 50,000 files byte for byte. CachedIMDB does the same without a
// network. Sample writes a small corpus of its own, for tests and first steps.
//
// Tokenising and numbering follow keras.datasets.imdb: BuildVocabulary ranks the
// words of the training texts by frequency, a word's id is its rank + 3, and the
// ids below that are
//
//	0 padding
//	1 start of a sequence
//	2 unknown word
//
// An Encoder does what the tutorial does with load_data(num_words, skip_top) and
// pad_sequences: it drops the words that are too rare or too frequent, drops the
// three special ids, and pads or cuts on the left. It is one small value, saved
// beside a model's weights, so that predicting sees what training saw.
//
// Other labelled texts come from Records, a stream over CSV, TSV, JSON lines,
// fastText, folders and archives, and their words from Count. An EncoderConfig says
// how a text becomes tokens (Keras's way, Unicode's words, characters, byte pairs;
// n-grams), which of them are kept, and how long a sequence is:
//
//	Records ──▶ Count ──▶ NewEncoder ──▶ EncodeTexts ──▶ WriteCache
//	 files,      words      Encoder         ids, Stats      LoadCache
//	 folders
//
// Holdout and KFold divide samples, by class or by group. An Inspector tells what
// to know of texts before training: duplicates, leaks between the parts, lengths,
// coverage. ReadVectors reads pretrained vectors for a vocabulary.
//
// Everything here is deterministic: the same texts and the same seed give the
// same sequences on any number of processors. Downloads are announced through
// Options.Log, verified before they take their final name, and resumed when
// interrupted.
package datasets
