package run

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/report"
)

// outcomes tells of each text whether it was given its label, in the order in which the
// texts are read. rows are their places, those of unknown labels last.
func (j *Judged) outcomes(rows []int) *report.Outcomes {
	right := make([]bool, len(rows))
	for i, k := range ascending(rows) {
		right[i] = j.right[k]
	}
	return report.NewOutcomes(right)
}

// ascending returns the order in which rows rise.
func ascending(rows []int) []int {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return rows[a] - rows[b] })
	return order
}

// digest makes a name of labelled texts, by which models that were measured on the same
// ones are found.
type digest struct {
	rows []int // that are left, rising
	hash hash.Hash
}

// newDigest is of the texts that runs were measured on, which they share.
func newDigest(runs []*trained) *digest {
	d := &digest{hash: sha256.New()}
	if len(runs) > 0 && runs[0].reported.experiment.Outcomes != nil {
		d.rows = slices.Sorted(slices.Values(runs[0].reported.rows))
	}
	return d
}

// last is the place of the last text.
func (d *digest) last() int {
	if len(d.rows) == 0 {
		return -1
	}
	return d.rows[len(d.rows)-1]
}

func (d *digest) add(row int, text string, set *corpus.Set) {
	if len(d.rows) == 0 || d.rows[0] != row {
		return
	}
	d.rows = d.rows[1:]
	d.hash.Write([]byte(set.Label(row) + "\x00" + text + "\x00"))
}

// tell names the texts of the runs' outcomes.
func (d *digest) tell(runs []*trained) {
	for _, t := range runs {
		if o := t.reported.experiment.Outcomes; o != nil && len(d.rows) == 0 {
			o.Texts = hex.EncodeToString(d.hash.Sum(nil)[:16])
		}
	}
}
