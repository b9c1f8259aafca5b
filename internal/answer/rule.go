package answer

// Unsure is the label of an answer that is withheld.
const Unsure = "unsure"

// Rule says which label an answer gets. The zero value gives the likeliest.
type Rule struct {
	// Threshold is the probability from which the second of two classes is given; 0: the
	// likelier one is.
	Threshold float64
	// Abstain is the probability below which a label is withheld; 0: never.
	Abstain float64
}

// Apply gives an answer the label of the rule, and the probability of that label; of one
// that is withheld it is what the label would have had. Numbers stay as they are.
func (r Rule) Apply(a *Answer) {
	if a.IsNumber() {
		return
	}
	if r.Threshold > 0 && len(a.Probabilities) == 2 {
		given := a.Probabilities[0]
		if second := a.Probabilities[1]; second.Probability >= r.Threshold {
			given = second
		}
		a.Label, a.Probability = given.Class, given.Probability
	}
	if a.Probability < r.Abstain {
		a.Label, a.Unsure = Unsure, true
	}
}
