package train

import (
	"maps"
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// classWeights puts the weights of classes in the order of the model's outputs,
// and refuses those that can have no effect. only are those of the only output, named
// those of outputs by their names.
func (t *Trainer) classWeights(only map[int]float64, named map[string]map[int]float64) ([]map[int]float64, error) {
	ports := t.model.Outputs()
	if only != nil {
		if len(ports) > 1 || named != nil {
			return nil, errors.New("class weights: set ClassWeights for a model of one output, or OutputClassWeights")
		}
		named = map[string]map[int]float64{ports[0].Name: only}
	}
	all := make([]map[int]float64, len(ports))
	for _, name := range slices.Sorted(maps.Keys(named)) {
		i := slices.IndexFunc(ports, func(p nn.Port) bool { return p.Name == name })
		if i < 0 {
			return nil, errors.Errorf("class weights: the model has no output %q", name)
		}
		loss := t.aims[i].Loss
		classes, ok := loss.(nn.ClassTargeter)
		if loss == nil {
			return nil, errors.Errorf("class weights: output %q has no loss", name)
		}
		if !ok {
			return nil, errors.Errorf("class weights: the targets of output %q are not classes, its loss is %T", name, loss)
		}
		shape := ports[i].Shape
		outputs := shape[len(shape)-1]
		for _, class := range slices.Sorted(maps.Keys(named[name])) {
			if !classes.HasClass(class, outputs) {
				return nil, errors.Errorf("class weights: output %q, of %d values, has no class %d", name, outputs, class)
			}
			if w := named[name][class]; !(w >= 0 && w-w == 0) {
				return nil, errors.Errorf("class weights: class %d of output %q has the weight %v, want a number of at least 0", class, name, w)
			}
		}
		all[i] = named[name]
	}
	return all, nil
}

// weighClasses multiplies the weights of rows by those of their classes.
func (t *table) weighClasses(classes []map[int]float64, p *program) error {
	for i, l := range t.labels {
		if l == nil || classes[i] == nil {
			continue
		}
		targeter, width := p.aims[i].Loss.(nn.ClassTargeter), p.outs[i].width
		weights := make([]float32, t.n*l.steps)
		for row := range weights {
			weights[row] = l.weight(row)
			if weights[row] == 0 || !l.usable(row) {
				continue
			}
			target := l.targets[row*width : (row+1)*width]
			class, ok := targeter.TargetClass(target)
			if !ok {
				err := errors.Errorf("class weights: sample %d: target %v of output %q is not a class", row/l.steps, target, p.model.Outputs()[i].Name)
				if p.outs[i].mask == nil {
					return err
				}
				l.excuse(row, err)
				continue
			}
			if w, ok := classes[i][class]; ok {
				weights[row] = float32(w) * weights[row]
			}
		}
		l.weights, l.each = weights, l.steps
	}
	return nil
}
