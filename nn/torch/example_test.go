package torch_test

import (
	"context"
	"fmt"
	"log"

	"unroll/nn"
	"unroll/nn/torch"
	"unroll/train"
)

// The file is written in Python, where the module is
//
//	class Classifier(torch.nn.Module):
//	    def __init__(self):
//	        super().__init__()
//	        self.words = torch.nn.Embedding(4, 2)
//	        self.encoder = torch.nn.LSTM(2, 1, batch_first=True)
//	        self.head = torch.nn.Linear(1, 1)
//	    def forward(self, ids):
//	        _, (h, _) = self.encoder(self.words(ids))
//	        return torch.sigmoid(self.head(h[-1]))
//
// by two lines:
//
//	from safetensors.torch import save_file
//	save_file({k: v.contiguous() for k, v in module.state_dict().items()}, "testdata/classifier.safetensors")
//
// Here testdata/classifier.py has written it, without PyTorch.
func ExampleLoadWeights() {
	model, err := nn.Sequential{Input: nn.Tokens(3), Layers: []nn.Layer{
		nn.Embedding{InputDim: 4, OutputDim: 2},
		nn.LSTM{Units: 1},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		log.Fatal(err)
	}
	err = torch.LoadWeights("testdata/classifier.safetensors", model, map[string]string{
		"words":   "embedding",
		"encoder": "lstm",
		"head":    "dense",
	})
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.Compile(model, train.Config{}) // predicts; with a loss it trains on
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()
	y, err := trainer.Predict(context.Background(), train.Data{Tokens: [][]int32{{1, 2, 3}, {3, 2, 1}}}, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", y)
	// Output:
	// [0.1830 0.4504]
}
