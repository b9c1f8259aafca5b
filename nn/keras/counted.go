package keras

// countFromZero makes the calls of models within the model count from 0, as those of
// layers do. Keras 2 counts them from 1, as a model's own inputs and outputs are a call
// too; Keras 3 does so of a Functional where outputs are listed, and nowhere else.
func (g *network) countFromZero(ofKeras2 bool) {
	refs := map[string][]*tensorRef{}
	gather := func(all []tensorRef) {
		for i := range all {
			refs[all[i].layer] = append(refs[all[i].layer], &all[i])
		}
	}
	gather(g.outputs)
	if ofKeras2 {
		for _, v := range g.vertices {
			for _, c := range v.calls {
				gather(c.args)
				gather(c.masks)
			}
		}
	}
	for _, v := range g.vertices {
		if !known(v.class, functionalClass, "Model") && !(ofKeras2 && v.class == sequentialClass) {
			continue
		}
		fromOne := true
		for _, t := range refs[v.name] {
			fromOne = fromOne && t.call > 0
		}
		for _, t := range refs[v.name] {
			if fromOne {
				t.call--
			}
		}
	}
}
