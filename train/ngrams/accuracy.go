package ngrams

// accuracy is the share of rows whose class is given, by the weights of their classes.
func accuracy(margins []float32, class []int32, weights []float32) float64 {
	outputs, right, all := len(margins)/len(class), 0.0, 0.0
	for i, c := range class {
		m := margins[i*outputs : (i+1)*outputs]
		given := 0
		for k, v := range m {
			if v > m[given] {
				given = k
			}
		}
		if outputs == 1 && m[0] > 0 {
			given = 1
		}
		w := 1.0
		if weights != nil {
			w = float64(weights[c])
		}
		if all += w; given == int(c) {
			right += w
		}
	}
	return right / all
}
