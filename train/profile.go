package train

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/graph"
	"unroll/nn"
	"unroll/nn/diagram"
)

// Profile is what the program of a training step spends, node by node. Its Diagram is that
// of Trainer.Diagram, whose operations are coloured by their share of the time and
// have it in their text; a Loop's is that of all its steps.
type Profile struct {
	*graph.Profile
	Diagram diagram.Graph
}

// Profile runs the program that trains on the first samples of d, a batch of a size,
// forward and backward so many times, and measures it. Nothing is trained: weights and
// states stay as they are, and the optimizer is not asked. The time is that of one
// program, which computes the whole batch on one processor; Fit may share it among
// several.
//
// It is an error if no loss was configured, or d does not fit the model.
func (t *Trainer) Profile(d Data, batch, runs int) (p *Profile, err error) {
	if err = t.begin("Profile"); err == nil {
		defer t.calls.End("Profile")
		p, err = t.profile(d, batch, runs)
	}
	return p, errors.WithMessage(err, "profile")
}

func (t *Trainer) profile(d Data, batch, runs int) (*Profile, error) {
	if runs < 1 {
		return nil, errors.Errorf("%d runs, want at least 1", runs)
	}
	if err := t.wantLoss(); err != nil {
		return nil, err
	}
	size, err := t.batchSize(batch, 0)
	if err != nil {
		return nil, err
	}
	table, err := d.slice(t.model, 0, min(size, d.Len())).inputs(t.model)
	if err != nil {
		return nil, err
	}
	p, err := t.compile(nn.Train, table.n, table.steps, 1)
	if err != nil {
		return nil, err
	}
	var result *Profile
	err = p.pass.Use(func() error {
		result, err = p.measure(d.slice(t.model, 0, table.n), table, runs)
		return err
	})
	if closeErr := p.Close(); err == nil {
		err = closeErr
	}
	return result, err
}

// measure profiles a program on a batch.
func (p *program) measure(d Data, t *table, runs int) (*Profile, error) {
	if err := t.outputs(d, p); err != nil {
		return nil, err
	}
	rows := rowsTo(t.n)
	p.fill(p.next, t, rows, t.n)
	if err := p.swap(); err != nil {
		return nil, err
	}
	if p.masks != nil {
		if err := p.masks.Run(); err != nil {
			return nil, err
		}
	}
	if err := weigh([]*program{p}, t, func(int) []int { return rows }); err != nil {
		return nil, err
	}
	if err := p.run(); err != nil { // makes the buffers
		return nil, err
	}
	measured, err := p.prog.Profile(func() error {
		for i := range runs {
			*p.pass.Random() = graph.Random{Step: uint64(i)}
			if err := p.run(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Profile{measured, p.heated(measured)}, nil
}

// heated is the diagram of p with the times of a profile.
func (p *program) heated(measured *graph.Profile) diagram.Graph {
	g, at := p.draw(p.prog.Executed())
	runs := float64(measured.Runs)
	g.Heat = "Share of the time"
	between := measured.Time
	for _, c := range measured.Nodes {
		between -= c.Time
		i, ok := at[c.Node]
		if !ok || c.Loop != nil {
			continue
		}
		n := &g.Nodes[i]
		n.Heat = float64(c.Total) / float64(measured.Time)
		n.Notes = append(n.Notes, fmt.Sprintf("%.1f%%, %.1f µs", 100*n.Heat, c.Total.Seconds()*1e6/runs))
		if steps := stepTimes(measured, c); steps != "" {
			n.Tip = strings.Trim(n.Tip+"\n"+steps, "\n")
		}
	}
	g.Note += fmt.Sprintf("; %.1f µs a run, %.1f%% of it between the nodes", measured.Time.Seconds()*1e6/runs, 100*float64(max(between, 0))/float64(measured.Time))
	return g
}

// stepTimes lists the nodes of a Loop's step that took most of its time.
func stepTimes(measured *graph.Profile, loop graph.NodeCost) string {
	var inside []graph.NodeCost
	for _, c := range measured.Nodes {
		if c.Loop == loop.Node {
			inside = append(inside, c)
		}
	}
	slices.SortStableFunc(inside, func(a, b graph.NodeCost) int { return cmp.Compare(b.Total, a.Total) })
	var lines []string
	for _, c := range inside[:min(len(inside), 8)] {
		lines = append(lines, fmt.Sprintf("%.1f%% %s", 100*float64(c.Total)/float64(measured.Time), strings.TrimPrefix(c.Name, loop.Name+"/")))
	}
	return strings.Join(lines, "\n")
}
