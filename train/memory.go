package train

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"unroll/graph"
	"unroll/internal/show"
	"unroll/nn"
)

// Memory is what a training batch needs, in bytes. The weights, what an optimizer keeps
// and the data are not part of it.
type Memory struct {
	Bytes      int64        // of all programs that share the batch, with the inputs of this batch and the next
	Programs   int          // that share it, see Config.Shards
	Program    graph.Memory // of one of them, without its inputs
	Recomputes []string     // recurrent layers that recompute on the way back: of themselves, or for Config.MemoryLimit
}

// String writes it for people: 2.6 MB; 2 programs, each 1.2 MB of buffers, 40 % of
// 3.0 MB; 17 of 52 nodes in place; lstm recomputes.
func (m Memory) String() string {
	s := fmt.Sprintf("%s; %s, each %v", show.Bytes(m.Bytes), show.Plural(m.Programs, "program"), m.Program)
	if m.Programs == 1 {
		s = fmt.Sprintf("%s; %v", show.Bytes(m.Bytes), m.Program)
	}
	switch n := len(m.Recomputes); {
	case n == 1:
		s += "; " + m.Recomputes[0] + " recomputes"
	case n > 1:
		s += "; " + show.List(m.Recomputes) + " recompute"
	}
	return s
}

// Memory returns what a training batch of a size needs, and which layers recompute to
// keep within Config.MemoryLimit. It is known before anything is trained. batch is 32 if
// 0; steps are the lengths of the model's inputs, 0 for one that is no sequence.
//
// It is an error if no loss was configured, the sizes do not fit the model, or the
// batch needs more than MemoryLimit.
func (t *Trainer) Memory(batch int, steps ...int) (Memory, error) {
	m, err := t.memory(batch, steps)
	return m, errors.WithMessage(err, "memory")
}

func (t *Trainer) memory(batch int, steps []int) (Memory, error) {
	if err := t.begin("Memory"); err != nil {
		return Memory{}, err
	}
	defer t.calls.End("Memory")
	if err := t.wantLoss(); err != nil {
		return Memory{}, err
	}
	batch, err := t.batchSize(batch, 0)
	if err != nil {
		return Memory{}, err
	}
	size, programs, err := t.split(batch, steps)
	if err != nil {
		return Memory{}, err
	}
	p, err := t.borrow(nn.Train, size, steps, programs)
	if err != nil {
		return Memory{}, err
	}
	defer t.give(p)
	return Memory{p.shared(), programs, p.prog.Memory(), p.pass.Recomputes()}, nil
}

// compile makes a program for a part of a batch that so many programs share. If they
// would need more than MemoryLimit, the recurrent layers recompute; if that is still too
// much, it is an error.
func (t *Trainer) compile(phase nn.Phase, batch int, steps []int, programs int, watch ...string) (*program, error) {
	limit := t.config.MemoryLimit
	fits := func(p *program) bool { return limit == 0 || p.shared() <= limit }
	whole, err := t.compileBy(t.model.Forward, phase, batch, steps, programs, watch)
	if err != nil || fits(whole) {
		return whole, err
	}
	if err := whole.Close(); err != nil {
		return nil, err
	}
	p, err := t.compileBy(t.model.ForwardRemat, phase, batch, steps, programs, watch)
	if err != nil {
		return nil, errors.WithMessagef(err, "recurrent layers that recompute, because %s", whole.exceeds(limit, ""))
	}
	if fits(p) {
		return p, nil
	}
	tried := ""
	if len(p.pass.Recomputes()) > len(whole.pass.Recomputes()) {
		tried = fmt.Sprintf(", %s with recurrent layers that recompute", show.Thousands(int(p.shared())))
	}
	if err := p.Close(); err != nil {
		return nil, err
	}
	return nil, errors.New(whole.exceeds(limit, tried))
}

// exceeds tells what the batch of a program needs, with what was tried, and the limit.
func (p *program) exceeds(limit int64, tried string) string {
	batch := fmt.Sprintf("a batch of %d", p.batch)
	if p.programs > 1 {
		batch = fmt.Sprintf("a batch in %d programs of %d", p.programs, p.batch)
	}
	return fmt.Sprintf("%s and %s steps needs %s bytes of buffers%s: more than the memory limit of %s",
		batch, strings.Trim(p.shape.steps, "[]"), show.Thousands(int(p.shared())), tried, show.Thousands(int(limit)))
}

// shared returns what the programs need that share a batch with p.
func (p *program) shared() int64 { return p.bytes() * int64(p.programs) }

// atATime returns how many programs like p may run at a time, at most n.
func (t *Trainer) atATime(n int, p *program) int {
	if limit := t.config.MemoryLimit; limit > 0 {
		return min(n, int(max(1, limit/max(1, p.bytes()))))
	}
	return n
}

// bytes returns what the program needs for its buffers and its inputs.
func (p *program) bytes() int64 {
	n := p.prog.Memory().Peak + p.in.bytes() + p.next.bytes()
	if p.masks != nil {
		n += p.masks.Memory().Peak
	}
	return n
}

func (f feed) bytes() (n int64) {
	for _, list := range [][]*tensor.Dense{f.x, f.targets, f.coef, {f.share}} {
		for _, t := range list {
			if t != nil {
				n += int64(t.MemSize())
			}
		}
	}
	return n
}
