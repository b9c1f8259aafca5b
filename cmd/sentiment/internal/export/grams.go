package export

import (
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/train/classifier"
)

// gramSteps is what the templates need to know of n-grams.
type gramSteps struct {
	text.GramConfig
	CleanPython, TokensPython, TokensJS string
	CleanJS                             []string
	Bits, Drop                          int // of a hash in the file; and the others
}

// gramSnippet is of a model of n-grams.
func gramSnippet(g *text.Grams, t classifier.Task) (s snippet, err error) {
	c := g.Config()
	if c.Text.Tokenizer == "split" {
		return s, errors.New("n-grams of the tokenizer split cannot be written for other programs")
	}
	steps, err := spellings(c.Text)
	if err != nil {
		return s, err
	}
	s.spell(steps)
	s.answer(t)
	tokens := len(steps) - 1
	s.Grams = &gramSteps{
		GramConfig: c, Bits: g.HashBits(), Drop: 64 - g.HashBits(),
		CleanJS: s.Steps[:tokens], TokensJS: s.Steps[tokens], TokensPython: steps[tokens].python,
	}
	if c.Words == 0 { // no text is cut into words
		s.Words, s.Segments = false, false
	}
	for _, step := range steps[:tokens] {
		s.Grams.CleanPython += "    " + step.python + "\n"
	}
	s.Vocabulary = classifier.GramsFile
	var b strings.Builder
	err = runtimes.ExecuteTemplate(&b, "grams.py.tmpl", s)
	s.Python = b.String()
	return s, errors.Wrap(err, Program)
}
