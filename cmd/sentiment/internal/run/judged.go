package run

import (
	"cmp"
	"context"
	"math"
	"slices"

	"unroll/internal/answer"
	"unroll/internal/report"
	"unroll/train"
	"unroll/train/calibrate"
	"unroll/train/classifier"
	"unroll/train/metrics"
)

// Judged are a model's answers to texts whose labels are known. Those whose label is none
// of the classes come last, and are wrong.
type Judged struct {
	task    classifier.Task
	y       []float32 // the network's outputs for texts of known labels, [texts, outputs]
	targets []float32 // their classes, or numbers
	unknown int       // texts of other labels

	abstain    float64
	given      []int     // of all texts, the place of the class
	confidence []float64 // its probability
	right      []bool
	p          []float32 // probabilities of the texts of known labels, [texts, outputs]
}

// Judge asks a model for its answers to texts, by a rule.
func Judge(ctx context.Context, t *train.Trainer, of classifier.Task, known, unknown train.Data, batch int, rule answer.Rule) (*Judged, error) {
	j := &Judged{task: of, targets: known.Targets, unknown: unknown.Len(), abstain: rule.Abstain}
	var err error
	if j.y, err = t.Predict(ctx, known, batch); err != nil || of.Number() || of.Multi {
		return j, err
	}
	j.read(j.y, rule.Threshold, true)
	if j.unknown > 0 {
		y, err := t.Predict(ctx, unknown, batch)
		if err != nil {
			return nil, err
		}
		j.read(y, rule.Threshold, false)
	}
	return j, nil
}

// read adds the answers of a network's outputs.
func (j *Judged) read(y []float32, threshold float64, known bool) {
	for n, i := j.task.Outputs(), 0; i < len(y); i += n {
		a := j.task.Answer(y[i : i+n])
		answer.Rule{Threshold: threshold}.Apply(&a)
		class := slices.Index(j.task.Classes, a.Label)
		j.right = append(j.right, known && class == int(j.targets[len(j.given)]))
		j.given, j.confidence = append(j.given, class), append(j.confidence, a.Probability)
		if !known {
			continue
		}
		if n == 1 {
			j.p = append(j.p, float32(a.Probabilities[1].Probability))
			continue
		}
		for _, c := range a.Probabilities {
			j.p = append(j.p, float32(c.Probability))
		}
	}
}

// Answered is what is reached where only answers of so much confidence are given: their
// share, how many they are, and how many of them are right.
func (j *Judged) Answered(least float64) (answered, right int) {
	for i, c := range j.confidence {
		if c >= least {
			answered++
			if j.right[i] {
				right++
			}
		}
	}
	return answered, right
}

// Score makes the accuracy of scores that of the answers that are given, and returns how
// many these are. Without any it is no number.
func (j *Judged) Score(s Scores) (answered int) {
	answered, right := j.Answered(j.abstain)
	s["accuracy"] = float64(right) / float64(answered)
	if j.unknown > 0 {
		known := 0
		for i := range j.targets {
			if j.confidence[i] >= j.abstain {
				known++
			}
		}
		s["known_label_accuracy"] = float64(right) / float64(known)
	}
	return answered
}

// Matrix counts the answers by their classes, without those that are withheld and those to
// texts of unknown labels.
func (j *Judged) Matrix() *metrics.ConfusionMatrix {
	m := &metrics.ConfusionMatrix{}
	k := len(j.task.Classes)
	for i, target := range j.targets {
		given := make([]float32, k)
		if j.confidence[i] < j.abstain {
			continue
		}
		if given[j.given[i]] = 1; k == 2 { // of one output
			given = given[1:]
		}
		m.Update(given, []float32{target}, []float32{1})
	}
	return m
}

// reliabilityBins is the number of points of a reliability curve.
const reliabilityBins = 10

// boundSeed fixes the chance of a calibration error's bound.
const boundSeed = 1

// Trust says how far to trust the answers; nil of numbers, of several labels a text, and of
// a model of which an output is no number.
func (j *Judged) Trust() *report.Trust {
	if j.task.Number() || j.task.Multi || slices.ContainsFunc(j.confidence, func(c float64) bool { return c-c != 0 }) {
		return nil
	}
	classes := make([]int32, len(j.targets))
	for i, c := range j.targets {
		classes[i] = int32(c)
	}
	brier, err := calibrate.Brier(j.p, classes)
	if err != nil {
		return nil
	}
	bins := calibrate.Reliability(j.confidence, j.right, reliabilityBins)
	t := &report.Trust{
		Samples: len(j.given), Unknown: j.unknown, Brier: report.Number(brier),
		ECE:   report.Number(calibrate.ECE(j.confidence, j.right, reliabilityBins)),
		Bound: report.Number(calibrate.Bound(j.confidence, reliabilityBins, boundSeed)), Coverage: j.coverage(),
	}
	for _, b := range bins {
		t.Reliability = append(t.Reliability, report.Bin{Confidence: min(1, b.Confidence), Accuracy: min(1, b.Accuracy), Samples: b.Rows})
	}
	f1, balanced := balancedScores(j.Matrix().Matrix())
	t.MacroF1, t.BalancedAccuracy = report.Number(f1), report.Number(balanced)
	return t
}

// classes fills in what a report tells of answers that are classes.
func (t *trained) classes(j *Judged) {
	x := &t.reported.experiment
	x.Outcomes, x.Trust = j.outcomes(t.reported.rows), j.Trust()
	t.result.trusted(x.Trust)
	matrix := j.Matrix()
	x.Confusion = matrix.Matrix()
	x.PerClass = classScores(matrix.Report(j.task.Classes...).Classes)
	if j.task.Binary() {
		x.ROC = roc(j.y, j.targets)
	}
}

// balancedScores are the means of F1 over the classes that occur or are given, and of the
// recall over those that occur, of a confusion matrix [class, class that was given].
func balancedScores(matrix [][]float64) (macroF1, balancedAccuracy float64) {
	some, occur := 0.0, 0.0
	for c, row := range matrix {
		support, given := 0.0, 0.0
		for i, n := range row {
			support += n
			given += matrix[i][c]
		}
		if support > 0 {
			occur++
			balancedAccuracy += row[c] / support
		}
		if support+given > 0 {
			some++
			macroF1 += 2 * row[c] / (support + given)
		}
	}
	return macroF1 / max(1, some), balancedAccuracy / max(1, occur)
}

// coveragePoints is about how many points a coverage curve has.
const coveragePoints = 50

// coverage is the curve of what is reached where only the surest texts are answered.
func (j *Judged) coverage() (all []report.Coverage) {
	order := make([]int, len(j.confidence))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(j.confidence[b], j.confidence[a]) })
	right, n := 0, float64(len(order))
	for i, k := range order {
		if j.right[k] {
			right++
		}
		if i+1 < len(order) && j.confidence[order[i+1]] == j.confidence[k] {
			continue // answered together
		}
		share := float64(i+1) / n
		if i+1 < len(order) && math.Floor(share*coveragePoints) <= math.Floor(coveragePoints*last(all).Answered) {
			continue
		}
		all = append(all, report.Coverage{Confidence: min(1, j.confidence[k]), Answered: share, Accuracy: float64(right) / float64(i+1)})
	}
	return all
}

func last(all []report.Coverage) report.Coverage {
	if len(all) == 0 {
		return report.Coverage{}
	}
	return all[len(all)-1]
}
