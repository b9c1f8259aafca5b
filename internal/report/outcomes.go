package report

import (
	"fmt"
	"strings"
)

// Outcomes tells of each sample whether a model gave it its label, so that models which
// were measured on the same samples can be compared by pairs.
type Outcomes struct {
	Texts   string `json:"texts"` // digest of the samples, in their order, with their labels
	Samples int    `json:"samples"`
	Right   []byte `json:"right"` // bit i%8 of byte i/8 is that of sample i
}

// NewOutcomes packs them.
func NewOutcomes(right []bool) *Outcomes {
	o := &Outcomes{Samples: len(right), Right: make([]byte, (len(right)+7)/8)}
	for i, ok := range right {
		if ok {
			o.Right[i/8] |= 1 << (i % 8)
		}
	}
	return o
}

// right reports whether sample i was given its label.
func (o *Outcomes) right(i int) bool { return i/8 < len(o.Right) && o.Right[i/8]&(1<<(i%8)) != 0 }

// Against counts the samples that only o has right, and those that only the other has; ok
// is false if they are not of the same samples.
func (o *Outcomes) Against(other *Outcomes) (only, others int, ok bool) {
	if o == nil || other == nil || o.Texts == "" || o.Texts != other.Texts || o.Samples != other.Samples {
		return 0, 0, false
	}
	for i := range o.Samples {
		switch a, b := o.right(i), other.right(i); {
		case a && !b:
			only++
		case b && !a:
			others++
		}
	}
	return only, others, true
}

// Comparison is two models on the same samples, by those on which only one is right.
// P is how likely a difference as large is by chance, of models that are as good:
// McNemar's test.
type Comparison struct {
	First      string  `json:"first"`
	Second     string  `json:"second"`
	Samples    int     `json:"samples"`
	OnlyFirst  int     `json:"only_first_right"`
	OnlySecond int     `json:"only_second_right"`
	P          float64 `json:"p"`
}

// String says so in a sentence.
func (c Comparison) String() string {
	p := fmt.Sprintf("p = %.3f", c.P)
	if c.P < 0.001 {
		p = "p < 0.001"
	}
	verdict := "the difference may be chance"
	if c.P < 0.05 {
		verdict = "the difference is unlikely to be chance"
	}
	texts := "texts"
	if c.OnlyFirst == 1 {
		texts = "text"
	}
	return fmt.Sprintf("%s is right on %s %s where %s is wrong, %s on %s: %s, %s.", c.First, thousands(c.OnlyFirst), texts, c.Second, c.Second, thousands(c.OnlySecond), p, verdict)
}

// Compared are the sentences of the comparisons.
func (v *view) Compared() string {
	var all []string
	for _, c := range v.Comparisons {
		all = append(all, c.String())
	}
	return strings.Join(all, " ")
}
