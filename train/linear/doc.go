// Package linear trains linear models of texts in seconds: what has some hundred words
// or characters of millions, each weighed by how rare it is and by how much it says of
// the classes, and a support vector machine on top.
//
//	counts, err := linear.Frequencies(bags, columns)
//	x, err := linear.Weigh(bags, linear.IDF(counts, len(bags)), columns)
//	h := func(class int) ([]float32, error) { return linear.Ratios(x, y, class, 0.5) }
//	m, err := linear.SVM{C: 0.3}.FitClasses(ctx, x, y, classes, h, nil)
//
// Package calibrate makes probabilities of the model's margins, and Model.Table weights
// of an nn.EmbeddingBag, which computes the same as a layer.
//
// Sources: Wang and Manning, Baselines and Bigrams: Simple, Good Sentiment and Topic
// Classification, 2012, for the naive-Bayes ratios; Hsieh et al., A Dual Coordinate
// Descent Method for Large-scale Linear SVM, 2008, and Yu, Huang and Lin, Dual
// Coordinate Descent Methods for Logistic Regression and Maximum Entropy Models, 2011,
// for the two losses. LIBLINEAR is the program of their authors.
//
// The same input gives the same bits at any number of processors.
package linear
