package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/errors"

	"unroll/internal/show"
)

// Profile is what the runs of a program spent, node by node. String is a table of it.
type Profile struct {
	Runs   int
	Time   time.Duration // of all runs
	Memory Memory        // of the program
	Bytes  int           // of all nodes; Memory tells what they need when they share buffers
	Nodes  []NodeCost    // that were computed, those that took most of the time first

	spans []span
}

// NodeCost is what the runs spent on a node. A Loop and its gradient are nodes, and so
// are those of the graph of their step.
type NodeCost struct {
	Node  *Node
	Name  string        // path and operation, as Executed tells them; of a step's node behind its Loop's: "rnn/loop/tanh"
	Loop  *Node         // whose step computes it, nil of the others
	Count int           // how often it was computed in all runs
	Time  time.Duration // of all runs; of a Loop without that of its step's nodes
	Total time.Duration // with it
	Share float64       // of Time in that of all runs; where nodes run at the same time all shares are more than 1
	Work  float64       // floating-point operations of all runs: those of products, convolutions and recurrences are counted
	Bytes int           // of its output and of what it keeps besides; 0 of a view
}

// Profile calls f and returns what the program's runs in it spent; it is an error if
// there was none. Each run of a node that is recorded takes about 0.2 µs, and 40 bytes
// while the Profile lives. Runs outside of f are as fast as ever.
//
//	profile, err := p.Profile(func() error {
//		for range 10 {
//			if err := p.Run(); err != nil {
//				return err
//			}
//		}
//		return nil
//	})
//	fmt.Println(profile)
func (p *Program) Profile(f func() error) (*Profile, error) {
	if p.recorder != nil {
		return nil, errors.New("profile: the program is being profiled")
	}
	all := &recording{began: time.Now()}
	r := &recorder{recording: all, costs: map[*op]*cost{}, threads: p.code.threads()}
	p.recorder = r
	defer func() { p.recorder = nil }()
	if err := f(); err != nil {
		return nil, err
	}
	if r.runs == 0 {
		return nil, errors.New("profile: the program has not run")
	}
	profile := all.profile(r)
	profile.Memory = p.memory
	return profile, nil
}

// recording is what all recorders of a profile share. An operation may be recorded by
// whichever goroutine runs it.
type recording struct {
	began time.Time
	mu    sync.Mutex
	costs []*cost // in the order in which they were first run
	spans []span
}

// recorder records the runs of a program: of that which is profiled, or of a Loop's step.
type recorder struct {
	*recording
	loop  *cost // nil of the program itself
	runs  int
	time  time.Duration
	at    int // run since the Loop began
	costs map[*op]*cost

	threads map[*op]int // rows of a trace, of the operations that are not in the first
}

// cost is what is known of an operation in a program.
type cost struct {
	op    *op
	loop  *cost
	steps *recorder // of the program that it runs for every step
	count int
	time  time.Duration
	inner time.Duration // of the step's nodes

	thread int // row of a trace, from 0
}

// span is a time in which something ran: a node, or, if run is not negative, the run
// of this number of the program or of the step of a Loop.
type span struct {
	cost     *cost
	run      int
	from, to time.Duration // since the recording began
}

// record runs an operation of a program that is profiled.
func record(o *op, in []Value) error {
	r := o.b.recorder
	c := r.of(o)
	if o.steps != nil {
		c.steps.at = 0
		o.steps.recorder = c.steps
		defer func() { o.steps.recorder = nil }()
	}
	from := time.Since(r.began)
	err := o.run(o, in)
	to := time.Since(r.began)
	r.mu.Lock()
	defer r.mu.Unlock()
	c.count++
	c.time += to - from
	if r.loop != nil {
		r.loop.inner += to - from
	}
	r.spans = append(r.spans, span{c, -1, from, to})
	return err
}

func (r *recorder) of(o *op) *cost {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.costs[o]
	if c == nil {
		c = &cost{op: o, loop: r.loop, thread: r.threads[o]}
		if r.loop != nil {
			c.thread += r.loop.thread
		}
		if o.steps != nil {
			c.steps = &recorder{recording: r.recording, loop: c, costs: map[*op]*cost{}, threads: o.steps.code.threads()}
		}
		r.costs[o] = c
		r.recording.costs = append(r.recording.costs, c)
	}
	return c
}

// run begins a run; the function returned ends it.
func (r *recorder) run() (end func()) {
	from := time.Since(r.began)
	return func() {
		to := time.Since(r.began)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.spans = append(r.spans, span{r.loop, r.at, from, to})
		r.runs++
		r.at++
		r.time += to - from
	}
}

// profile sums up what was recorded.
func (all *recording) profile(r *recorder) *Profile {
	p := &Profile{Runs: r.runs, Time: r.time, spans: all.spans}
	for _, c := range all.costs {
		n := NodeCost{
			Node: c.op.node, Name: c.name(), Count: c.count, Time: c.time - c.inner, Total: c.time,
			Share: float64(c.time-c.inner) / float64(r.time),
		}
		if c.loop != nil {
			n.Loop = c.loop.op.node
		}
		if c.steps == nil {
			n.Work = c.op.work * float64(c.count)
		}
		if !c.op.view {
			n.Bytes = volumeOf(c.op.shape) * int(c.op.b.dt.Size())
			if c.op.own != nil {
				n.Bytes += int(c.op.own())
			}
			if c.op.holds != nil {
				n.Bytes += c.op.holds.volume * int(c.op.b.dt.Size())
			}
			if c.steps != nil { // the step's nodes have their own
				n.Bytes -= int(c.op.steps.memory.Peak)
			}
		}
		p.Bytes += n.Bytes
		p.Nodes = append(p.Nodes, n)
	}
	slices.SortStableFunc(p.Nodes, func(a, b NodeCost) int { return cmp.Compare(b.Time, a.Time) })
	return p
}

// name returns the path and the operation.
func (c *cost) name() string {
	name := strings.ReplaceAll(c.op.place, ": ", "/") + c.op.name
	if c.loop != nil {
		name = c.loop.name() + "/" + name
	}
	return name
}

// String returns a table of the nodes, those that took most of the time first. Nodes of
// one name and shape, such as the steps of an unrolled recurrence, are one line.
func (p *Profile) String() string {
	type key struct{ name, shape string }
	type line struct {
		NodeCost
		nodes int
	}
	lines := map[key]*line{}
	var order []key
	rest := p.Time
	for _, n := range p.Nodes {
		rest -= n.Time
		k := key{n.Name, shapeString(n.Node)}
		l := lines[k]
		if l == nil {
			l = &line{}
			lines[k] = l
			order = append(order, k)
		}
		l.nodes++
		l.Time, l.Total, l.Count = l.Time+n.Time, l.Total+n.Total, l.Count+n.Count
		l.Share, l.Work, l.Bytes = l.Share+n.Share, l.Work+n.Work, l.Bytes+n.Bytes
	}
	slices.SortStableFunc(order, func(a, b key) int { return cmp.Compare(lines[b].Time, lines[a].Time) })

	runs := float64(p.Runs)
	micros := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1e6/runs) }
	percent := func(part, whole float64) string { return fmt.Sprintf("%.1f", 100*part/max(whole, 1)) }
	var rows [][]any
	for _, k := range order {
		l := lines[k]
		name, total, work := k.name, "", ""
		if l.nodes > 1 {
			name += fmt.Sprintf(" (%d nodes)", l.nodes)
		}
		if l.Total != l.Time {
			total = micros(l.Total)
		}
		if l.Work > 0 {
			work = fmt.Sprintf("%.3f", l.Work/1e6/runs)
		}
		rows = append(rows, []any{
			name, k.shape, percent(float64(l.Time), float64(p.Time)), micros(l.Time), total, show.Thousands(l.Count), work,
			show.Thousands(l.Bytes), percent(float64(l.Bytes), float64(p.Bytes)),
		})
	}
	rest = max(rest, 0) // more than the time of the runs is spent where nodes run at the same time
	rows = append(rows, []any{"between the nodes", "", percent(float64(rest), float64(p.Time)), micros(rest)})
	return fmt.Sprintf("%s of %s µs; %v\n", show.Plural(p.Runs, "run"), micros(p.Time), p.Memory) +
		show.Table([]any{"Node", "Shape", "% of time", "µs a run", "with steps", "Computed", "Mflop a run", "Bytes", "% of bytes"}, rows, 2) + "\n"
}
