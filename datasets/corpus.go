package datasets

// Review is one labelled text.
type Review struct {
	ID    string  // e.g. "train/pos/576_10" – where the text came from
	Text  string  // the raw text, markup such as <br /> included
	Label float32 // 1 positive, 0 negative
}

// Corpus is a labelled collection with its official halves.
type Corpus struct {
	Name        string // "imdb" or "sample"
	Source      string // one line for people: where these texts came from
	Train, Test []Review
}

// Labels returns the labels of reviews in their order, shape [samples].
func Labels(reviews []Review) []float32 {
	labels := make([]float32, len(reviews))
	for i, r := range reviews {
		labels[i] = r.Label
	}
	return labels
}
