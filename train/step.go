package train

import (
	"gorgonia.org/gorgonia"

	"unroll/graph"
)

// prepare gives a batch its programs.
func (r *fitRun) prepare(j *job) (err error) {
	j.set, err = r.set(len(j.rows), j.t.steps)
	return err
}

// fill writes a batch into the spare inputs of its programs.
func (r *fitRun) fill(j *job) {
	for i, p := range j.shards() {
		p.fill(p.next, j.t, j.part(i), len(j.rows))
	}
}

// step is update while nobody else uses the weights.
func (r *fitRun) step(now, next *job) error {
	return r.turn.Update(func() error { return r.update(now, next) })
}

// update runs a batch forward and backward and updates the weights; meanwhile the
// next batch is filled, if there is one. The shards' gradients are summed in
// their order, so the result does not depend on who computed which.
func (r *fitRun) update(now, next *job) error {
	shards := now.shards()
	r.at.Step++
	if r.sums == nil {
		r.sums = make([]gradient, len(shards[0].weights))
	}
	shards[0].sums = r.sums
	for i, p := range shards {
		if err := p.swap(); err != nil {
			return err
		}
		if i == len(r.tables) {
			r.tables = append(r.tables, &graph.Tables{})
		}
		p.prog.Share(r.tables[i])
		*p.pass.Random() = graph.Random{Seed: r.fit.Seed, Step: r.at.Step, Shard: uint64(i)}
	}
	if shards[0].masks != nil {
		err := r.team.do(len(shards), func(i int) error { return shards[i].masks.Run() })
		if err != nil {
			return err
		}
	}
	if err := weigh(shards, now.t, now.part); err != nil {
		return err
	}
	tasks := len(shards)
	if next != nil {
		tasks++
	}
	err := r.team.do(tasks, func(i int) error {
		if i == len(shards) {
			r.fill(next)
			return nil
		}
		return shards[i].run()
	})
	if err != nil {
		return err
	}
	if err := shards[0].assign(); err != nil { // a model with states has one shard
		return err
	}
	if r.solver, err = handOver(shards, r.solver); err != nil {
		return err
	}
	if err := r.config.Optimizer.Step(r.solver); err != nil {
		return err
	}
	for _, w := range shards[0].weights {
		w.Constrain()
	}
	r.last, r.batch = shards, now
	return nil
}

// weights returns the trained weights as an optimizer takes them.
func (r *fitRun) weights() []gorgonia.ValueGrad {
	var list []gorgonia.ValueGrad
	for _, w := range r.model.Weights() {
		list = append(list, w)
	}
	return list
}

// count adds a batch that was computed to the scores.
func (r *fitRun) count(j *job) error {
	for i, p := range j.shards() {
		if err := r.scores.add(p, j.t, j.part(i), len(j.rows)); err != nil {
			return err
		}
	}
	return nil
}
