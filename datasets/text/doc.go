// Package text turns texts into the integer sequences that a model reads.
//
// Count ranks the words of the texts to train on by frequency; an Encoder keeps
// some of them and makes ids of any text, all of one length:
//
//	texts ──▶ Count ──▶ Vocabulary ──▶ NewEncoder ──▶ Encoder ──▶ [samples, steps] ids
//
// A stream of texts is an iter.Seq2[string, error]; Of makes one of texts in memory.
//
// Tokenising and numbering follow keras.datasets.imdb: a word's id is its rank + 3,
// and the ids below that are
//
//	0 padding
//	1 start of a sequence
//	2 unknown word
//
// An Encoder does what the tutorial does with load_data(num_words, skip_top) and
// pad_sequences: it drops the words that are too rare or too frequent, drops the
// three special ids, and pads or cuts on the left. EncoderConfig allows for more:
// Unicode's words, characters, byte pairs, n-grams, buckets for unknown words. It is
// one small value, saved beside a model's weights, so that predicting sees what
// training saw.
//
// Grams are another way to a model, for those that are linear in a text's n-grams, of
// words and of characters, millions of them: LearnGrams takes those of texts, and
// Grams.Encode makes ids of any text, as many as it has.
//
// Package kerastext makes encoders of what models of Keras were given their texts by.
//
// ReadVectors reads pretrained vectors for a vocabulary.
package text
