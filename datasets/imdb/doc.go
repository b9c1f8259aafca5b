// Package imdb holds film reviews to learn by: the Large Movie Review Dataset (Maas
// et al., Learning word vectors for sentiment analysis, ACL 2011), 25,000 to train on
// and 25,000 to test on, half of them positive, and a small corpus written by a
// grammar.
//
// Fetch finds the dataset in the local cache or downloads it: from its authors'
// site, or else as a Go module that holds the same 50,000 files byte for byte. Cached
// does the same without a network. Read takes a folder or an archive, without
// unpacking it, and Find tells whether there is the dataset at all. Sample writes a
// corpus for tests and first steps. All give Reviews, which are records like those
// of datasets.Records:
//
//	reviews, err := imdb.Fetch(ctx, imdb.Options{})
//	vocabulary, err := text.Count(datasets.Texts(reviews.Part("train")), text.Config{})
//
// WordIndex downloads the ids that Keras gives the words of the reviews.
//
// Downloads are announced through Options.Log, verified before they take their
// final name, and resumed when interrupted.
package imdb
