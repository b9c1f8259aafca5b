package linear_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/calibrate"
	"unroll/train/linear"
)

// randomBags are of 0 to 39 ids; those of a class are more often small.
func randomBags(rng *rand.Rand, rows, columns, classes int) (bags [][]int32, class []int32) {
	for i := range rows {
		k := i % classes
		bag := make([]int32, rng.IntN(40))
		if i == 2*classes {
			bag = make([]int32, 300) // enough to be sorted by bytes
		}
		for j := range bag {
			bag[j] = int32(float64(columns) * math.Pow(rng.Float64(), 1+float64(k)/2))
		}
		bags, class = append(bags, bag), append(class, int32(k))
	}
	return bags, class
}

func randomScale(rng *rand.Rand, columns int) []float32 {
	scale := make([]float32, columns)
	for i := range scale {
		scale[i] = float32(1 + 5*rng.Float64())
	}
	return scale
}

// predicted are the outputs of a layer on bags whose weights are given.
func predicted(t *testing.T, bags [][]int32, activation nn.Func, scale []float32, outputs int, embeddings, bias []float32) []float32 {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Bag(), Layers: []nn.Layer{nn.EmbeddingBag{
		InputDim: len(scale), OutputDim: outputs, Frequency: "log", Norm: "l2", Scaled: true, Activation: activation, UseBias: true,
	}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for path, values := range map[string][]float32{"embedding_bag/embeddings": embeddings, "embedding_bag/bias": bias, "embedding_bag/scale": scale} {
		w, err := m.Weight(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Set(float64s(values)); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := train.Compile(m, train.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	y, err := tr.Predict(context.Background(), train.Data{Tokens: bags}, 16)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// TestWeighIsTheLayers: rows are what an EmbeddingBag sums up, in each block.
func TestWeighIsTheLayers(t *testing.T) {
	const columns, split = 400, 150
	rng := rand.New(rand.NewPCG(1, 0))
	bags, _ := randomBags(rng, 50, columns, 2)
	scale := randomScale(rng, columns)
	x, err := linear.Weigh(bags, scale, split)
	if err != nil {
		t.Fatal(err)
	}
	identity := make([]float32, columns*columns)
	for i := range columns {
		identity[i*columns+i] = 1
	}
	var blocks [2][][]int32
	for _, bag := range bags {
		var of [2][]int32
		for _, id := range bag {
			b := 0
			if id >= split {
				b = 1
			}
			of[b] = append(of[b], id)
		}
		for b := range blocks {
			blocks[b] = append(blocks[b], append([]int32{}, of[b]...))
		}
	}
	none := make([]float32, columns)
	words := predicted(t, blocks[0], "", scale, columns, identity, none)
	characters := predicted(t, blocks[1], "", scale, columns, identity, none)
	for i := range bags {
		want := make([]float64, columns)
		for j := range want {
			want[j] = float64(words[i*columns+j]) + float64(characters[i*columns+j])
		}
		near(t, "row", dense(x, i), want, 1e-6)
	}
}

// TestTableIsTheModel: a layer with the weights of a model computes its probabilities.
func TestTableIsTheModel(t *testing.T) {
	for classes, activation := range map[int]nn.Func{2: nn.Sigmoid, 3: nn.Softmax} {
		rng := rand.New(rand.NewPCG(2, 0))
		bags, class := randomBags(rng, 90, 300, classes)
		scale := randomScale(rng, 300)
		x, err := linear.Weigh(bags, scale, 300)
		if err != nil {
			t.Fatal(err)
		}
		h := func(k int) ([]float32, error) { return linear.Ratios(x, class, k, 0.5) }
		m, err := linear.SVM{}.FitClasses(context.Background(), x, class, classes, h, nil)
		if err != nil {
			t.Fatal(err)
		}
		margins, err := m.Margins(x)
		if err != nil {
			t.Fatal(err)
		}
		const a = 2.5
		embeddings, bias := m.Table(a)
		y := predicted(t, bags, activation, scale, len(bias), embeddings, bias)
		near(t, "probabilities", y, float64s(calibrate.Probabilities(margins, len(bias), a)), 1e-5)
	}
}
