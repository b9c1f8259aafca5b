package nn

// TargetIgnorer is a Loss that leaves out rows by their targets: they have no
// part in the loss, its denominator and the gradients, like steps that are
// masked. Whoever calls Apply gives other targets in their place, 0 as a rule,
// and leaves their losses out.
type TargetIgnorer interface {
	Loss
	// IgnoreTarget reports whether a row's targets say that it is left out.
	IgnoreTarget(t []float32) bool
}

// ClassTargeter is a Loss whose targets are classes, which can have weights.
type ClassTargeter interface {
	Loss
	// TargetClass returns the class that a row's targets name, false if they
	// name none.
	TargetClass(t []float32) (class int, ok bool)
	// HasClass reports whether targets for so many outputs can name a class.
	HasClass(class, outputs int) bool
}

var (
	_ TargetIgnorer = SparseCategoricalCrossentropy{}
	_ ClassTargeter = SparseCategoricalCrossentropy{}
	_ ClassTargeter = CategoricalCrossentropy{}
	_ ClassTargeter = BinaryCrossentropy{}
	_ ClassTargeter = Hinge{}
)

// IgnoreTarget implements TargetIgnorer.
func (l SparseCategoricalCrossentropy) IgnoreTarget(t []float32) bool {
	return l.IgnoreClass != nil && len(t) == 1 && t[0] == float32(*l.IgnoreClass)
}

// TargetClass implements ClassTargeter.
func (SparseCategoricalCrossentropy) TargetClass(t []float32) (int, bool) {
	return int(t[0]), t[0] == float32(int(t[0]))
}

// HasClass implements ClassTargeter. The class that is ignored is none.
func (l SparseCategoricalCrossentropy) HasClass(class, outputs int) bool {
	return class >= 0 && class < outputs && (l.IgnoreClass == nil || class != *l.IgnoreClass)
}

// TargetClass implements ClassTargeter: the place of the largest target.
func (CategoricalCrossentropy) TargetClass(t []float32) (int, bool) {
	at := 0
	for i, v := range t {
		if v > t[at] {
			at = i
		}
	}
	return at, t[at] > 0
}

// HasClass implements ClassTargeter.
func (CategoricalCrossentropy) HasClass(class, outputs int) bool {
	return class >= 0 && class < outputs
}

// TargetClass implements ClassTargeter: the target of one output, else the place
// of the only 1.
func (BinaryCrossentropy) TargetClass(t []float32) (int, bool) {
	if len(t) == 1 {
		return int(t[0]), t[0] == 0 || t[0] == 1
	}
	return onlyOne(t, 0)
}

// HasClass implements ClassTargeter.
func (BinaryCrossentropy) HasClass(class, outputs int) bool {
	return class >= 0 && class < max(outputs, 2)
}

// TargetClass implements ClassTargeter: the target of one output, −1, 0 or 1,
// else the place of the only 1.
func (Hinge) TargetClass(t []float32) (int, bool) {
	if len(t) == 1 {
		return int(t[0]), t[0] == -1 || t[0] == 0 || t[0] == 1
	}
	return onlyOne(t, -1)
}

// HasClass implements ClassTargeter.
func (Hinge) HasClass(class, outputs int) bool {
	if outputs == 1 {
		return class >= -1 && class <= 1
	}
	return class >= 0 && class < outputs
}

// onlyOne returns the place of the 1 among values that are 0, or another.
func onlyOne(t []float32, other float32) (at int, ok bool) {
	at = -1
	for i, v := range t {
		switch {
		case v == 1 && at < 0:
			at = i
		case v != 0 && v != other:
			return 0, false
		}
	}
	return at, at >= 0
}
