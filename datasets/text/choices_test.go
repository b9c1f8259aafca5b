package text

import (
	"testing"
)

// A default by its name is the same as none, in a file too.
func TestNamedDefaults(t *testing.T) {
	c, err := Config{Tokenizer: "keras", Case: "ascii", Normalize: "none"}.check()
	if err != nil || c != (Config{}) {
		t.Errorf("%+v, %v, want the zero value", c, err)
	}
	for name := range Tokenizers() {
		c, err := Config{Tokenizer: name}.check()
		if err != nil || len(tokensFor(c, "a b")) == 0 {
			t.Errorf("the tokenizer %s: %v", name, err)
		}
	}
}

func tokensFor(c Config, text string) []string {
	tokens, _ := tokensOf(c, text)
	return tokens
}
