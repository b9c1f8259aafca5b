package run

// The lines of JSON, told apart by their event.
type (
	dataEvent struct {
		Event      string   `json:"event"` // data
		Data       string   `json:"data"`
		Classes    []string `json:"classes,omitempty"`
		Train      int      `json:"train"`
		Validation int      `json:"validation"`
		Test       int      `json:"test"`
	}
	epochEvent struct {
		Event      string  `json:"event"` // epoch
		Experiment string  `json:"experiment"`
		Fold       string  `json:"fold,omitempty"`
		Epoch      int     `json:"epoch"`
		Epochs     int     `json:"epochs"`
		Seconds    float64 `json:"seconds"`
		Scores     Scores  `json:"scores"`
	}
	trialEvent struct {
		Event      string `json:"event"` // trial
		Experiment string `json:"experiment"`
		Fold       string `json:"fold,omitempty"`
		Trial
	}
	resultEvent struct {
		Event string `json:"event"` // result
		Fold  string `json:"fold,omitempty"`
		Result
	}
	doneEvent struct {
		Event string `json:"event"` // done
		Out   string `json:"out"`
	}
)
