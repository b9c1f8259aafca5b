package page

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// object is one of JSON.
type object = map[string]any

// fake answers as the server does, with pushes known by word.
type fake struct {
	*httptest.Server

	mu     sync.Mutex
	models []object
	asked  []question
	answer func(w http.ResponseWriter, q question) bool // true if it did answer
}

// question is the body of a request to predict.
type question struct {
	Texts   []string `json:"texts"`
	Model   string   `json:"model"`
	Explain bool     `json:"explain"`
}

// The pushes of the words that the fake models know; a model scales them.
var pushes = map[string]float64{
	"wonderful": 1.9, "great": 1.4, "better": 0.8, "quiet": 0.3, "patient": 0.5, "trusts": 0.35, "ending": 0.2,
	"the": 0.02, "is": 0.05, "film": 0.04, "and": 0.03, "not": -0.6, "bad": -1.5, "worst": -2.1, "waste": -1.8,
	"flat": -0.9, "slow": -0.4, "no": -0.5, "plot": -0.2, "good": 0.7, "actors": 0.06, "yet": 0.1,
	"최고의": 1.2, "영화": 0.1, "지루한": -1.3,
}

var scales = map[string]float64{"embedding": 1, "one-hot": 0.45, "topics": 1, "stars": 0.5, "tags": 1}

var (
	words   = regexp.MustCompile(`[\p{L}\p{N}']+`)
	reviews = []string{"negative", "positive"}
	topics  = []string{"travel", "food", "money", "weather", "sport", "music", "politics"}
)

func model(name string, byDefault bool, parameters int, layers []string, accuracy float64) object {
	return object{
		"name": name, "default": byDefault, "task": "classes", "classes": reviews, "parameters": parameters,
		"layers": layers, "max_words": 100, "loaded": "2026-03-01T09:30:00Z",
		"validation": object{"accuracy": accuracy, "loss": 1.35 - accuracy},
		"test":       object{"accuracy": accuracy - 0.006, "loss": 1.36 - accuracy},
	}
}

// newFake serves the page and two models of reviews, as the experiments make them.
func newFake(t *testing.T, models ...object) *fake {
	if len(models) == 0 {
		models = []object{
			model("embedding", true, 32337, []string{"embedding (Embedding)", "simple_rnn (SimpleRNN)", "dense (Dense)"}, 0.8124),
			model("one-hot", false, 4289, []string{"simple_rnn (SimpleRNN)", "dense (Dense)"}, 0.7061),
		}
	}
	f := &fake{models: models}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(FS))
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		write(w, 200, object{"models": f.models})
	})
	mux.HandleFunc("GET /v1/models/{name}/history", func(w http.ResponseWriter, r *http.Request) {
		write(w, 200, object{"epochs": epochs(scales[r.PathValue("name")])})
	})
	mux.HandleFunc("POST /v1/predict", f.predict)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// epochs are curves as a model of some skill would have them.
func epochs(skill float64) (all []object) {
	for e := range 20 {
		x := float64(e + 1)
		loss := 0.7 - 0.42*skill*(1-math.Exp(-x/4))
		val := 0.7 - 0.3*skill*(1-math.Exp(-x/2.2)) + 0.006*skill*x + 0.01*math.Sin(3*x)
		all = append(all, object{"epoch": e + 1, "loss": loss, "val_loss": val, "accuracy": 1.21 - loss, "val_accuracy": 1.18 - val})
	}
	return all
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func fail(w http.ResponseWriter, status int, code, message string) {
	write(w, status, object{"error": object{"code": code, "message": message}})
}

func (f *fake) predict(w http.ResponseWriter, r *http.Request) {
	var q question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || len(q.Texts) == 0 || q.Texts[0] == "" {
		fail(w, 400, "bad_request", "the body holds no text")
		return
	}
	f.mu.Lock()
	f.asked = append(f.asked, q)
	answer := f.answer
	i := slices.IndexFunc(f.models, func(m object) bool { return m["name"] == q.Model })
	var m object
	if i >= 0 {
		m = f.models[i]
	}
	f.mu.Unlock()
	if answer != nil && answer(w, q) {
		return
	}
	if m == nil {
		fail(w, 404, "unknown_model", "there is no model "+q.Model)
		return
	}
	var all []object
	for _, text := range q.Texts {
		all = append(all, judge(m, text, q.Explain))
	}
	write(w, 200, object{"model": q.Model, "predictions": all})
}

// judge sums the pushes of the last max_words words it knows.
func judge(m object, text string, explain bool) object {
	logit := -0.1
	var found []object
	for _, at := range words.FindAllStringIndex(text, -1) {
		push, ok := pushes[strings.ToLower(text[at[0]:at[1]])]
		if !ok {
			continue
		}
		push *= scales[m["name"].(string)]
		found = append(found, object{"start": at[0], "end": at[1], "push": push})
	}
	found = found[max(0, len(found)-m["max_words"].(int)):]
	for _, w := range found {
		logit += w["push"].(float64)
	}
	p := object{"known_words": len(found)}
	classes, _ := m["classes"].([]string)
	switch {
	case m["task"] == "number":
		p["value"] = 3 + logit
	case m["task"] == "labels": // the first has the logit, the second has it reversed, the others are as sure as they can be not to be
		given, of, signs := []string{}, []object{}, []float64{1, -1}
		for i, c := range classes {
			one := 0.0
			if i < len(signs) {
				one = 1 / (1 + math.Exp(-signs[i]*logit))
			}
			if of = append(of, object{"class": c, "probability": one}); one > m["thresholds"].([]float64)[i] {
				given = append(given, c)
			}
		}
		p["labels"], p["probabilities"], p["class"] = given, of, classes[0]
		p["no_text"] = object{"labels": []string{}}
	case len(classes) == 2:
		second := 1 / (1 + math.Exp(-logit))
		label, of := classes[1], second
		if second < 0.5 {
			label, of = classes[0], 1-second
		}
		p["label"], p["probability"], p["class"] = label, of, classes[1]
		p["probabilities"] = []object{{"class": classes[0], "probability": 1 - second}, {"class": classes[1], "probability": second}}
	default: // the second class has the logit, the others fall off
		var sum float64
		e := make([]float64, len(classes))
		for i := range e {
			e[i] = math.Exp(-0.4 * float64(i))
			if i == 1 {
				e[i] = math.Exp(1 + logit)
			}
			sum += e[i]
		}
		var of []object
		best := 0
		for i, c := range classes {
			of = append(of, object{"class": c, "probability": e[i] / sum})
			if e[i] > e[best] {
				best = i
			}
		}
		p["label"], p["probability"], p["probabilities"], p["class"] = classes[best], e[best]/sum, of, classes[best]
	}
	if explain {
		p["baseline"], p["words"] = -0.1, found
	}
	return p
}

// questions returns what was asked so far.
func (f *fake) questions() []question {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

// answers has each question answered by a function first; nil ends that.
func (f *fake) answers(by func(http.ResponseWriter, question) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = by
}
