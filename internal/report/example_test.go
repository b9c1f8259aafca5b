package report_test

import (
	"bytes"
	"fmt"
	"log"

	"unroll/internal/report"
)

// Writes what two models of one run reached, and reads the answer back.
func ExampleWrite() {
	r := report.Report{
		Title: "Sentiment",
		Score: report.Measure{Name: "accuracy", Percent: true},
		Runs: []report.Run{{
			Name: "latest", Data: "imdb", Seed: 42, Classes: []string{"negative", "positive"},
			Experiments: []report.Experiment{
				{Name: "onehot", Parameters: 4289, Test: &report.Evaluation{Loss: 0.57, Score: 0.701, Samples: 25000}},
				{Name: "embedding", Parameters: 32337, Test: &report.Evaluation{Loss: 0.44, Score: 0.812, Samples: 25000}},
			},
		}},
	}
	var page bytes.Buffer
	if err := report.Write(&page, r); err != nil {
		log.Fatal(err)
	}
	_, after, _ := bytes.Cut(page.Bytes(), []byte(`<p class="remarks">`))
	remark, _, _ := bytes.Cut(after, []byte("</p>"))
	fmt.Printf("%s\n", bytes.TrimSpace(remark))
	// Output: It is 11.1 points ahead of onehot.
}
