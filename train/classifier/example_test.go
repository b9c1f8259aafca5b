package classifier_test

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"log"
	"net/http"

	"unroll/train/classifier"
)

//go:embed testdata/reviews
var files embed.FS

// A service says of texts what a model that the program embeds makes of them.
func ExampleLoadFS() {
	m, err := classifier.LoadFS(files, "testdata/reviews") // or Load("runs/latest/embedding")
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /classify", func(w http.ResponseWriter, r *http.Request) {
		answers, err := m.Classify(r.Context(), r.FormValue("text"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(answers[0])
	})
}

func ExampleModel_Explain() {
	m, err := classifier.LoadFS(files, "testdata/reviews")
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	answers, err := m.Explain(context.Background(), "a wonderful film", "a dull story")
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range answers {
		fmt.Printf("%s %.1f\n", a.Label, a.Probability)
	}
	// Output:
	// positive 1.0
	// negative 1.0
}
