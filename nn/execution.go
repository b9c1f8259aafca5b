package nn

// Execution is how a recurrent layer runs its cell over the steps. The results
// agree to rounding.
type Execution string

// The executions.
const (
	Auto     Execution = ""         // Fused where the cell offers it, else Unrolled for short sequences and Looped for long ones
	Unrolled Execution = "unrolled" // a copy of the cell for each step, in the expression graph
	Looped   Execution = "looped"   // the cell's graph is compiled once and run for each step
	Fused    Execution = "fused"    // one operation for all steps; the cell must be a Fuser
)

// longest is the number of steps up to which Auto unrolls: the time to compile
// a graph grows with the square of its size.
const longest = 150

func (e Execution) check() error {
	switch e {
	case Auto, Unrolled, Looped, Fused:
		return nil
	}
	return errorf("unknown execution %q", e)
}
