package graph

import (
	"reflect"
	"runtime"
	"sync"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Gorgonia's tape machine executes a list of instructions over registers. Its compiler
// takes a time that grows with the square of the graph, and runs every node there is;
// each instruction costs the machine about half a microsecond and ten small allocations,
// which is more than many of our operations take. So the code that the passes leave is
// written straight onto the tape, in strips: an instruction computes a run of nodes, each
// of which reads its inputs where they lie. Nothing is read from registers.
//
// Gorgonia does not export its instructions. The types below are theirs as of v0.9.18,
// field by field, and are compared with them before they are used.
type (
	register struct{ id, device int }
	execOp   struct {
		op           gorgonia.Op
		id           int64
		readFrom     []register
		writeTo      register
		size         int64
		preAllocated bool
		useUnsafe    bool
		useGPU       bool
	}
)

// stripLength is the number of nodes of a strip, those that run beside others not counted:
// the machine's share in its time is then small.
const stripLength = 64

// small returns a graph with one operation, to be compiled by Gorgonia: its program
// shows what instructions are.
func small() (g *gorgonia.ExprGraph, inputs, outputs gorgonia.Nodes) {
	b := New(tensor.Float32)
	x := b.Zeros(1)
	return b.g, gorgonia.Nodes{x}, gorgonia.Nodes{b.Keep(x)}
}

// instruction is the type of Gorgonia's instructions that execute an operation, nil if
// it is not that above.
var instruction = sync.OnceValue(func() reflect.Type {
	prog, _, err := gorgonia.CompileFunction(small())
	if err != nil {
		return nil
	}
	fields := reflect.ValueOf(prog).Elem()
	list, locs, g := fieldOf(fields, "instructions"), fieldOf(fields, "cpulocs"), fieldOf(fields, "g")
	if !list.IsValid() || list.Kind() != reflect.Slice || !locs.IsValid() || locs.Kind() != reflect.Int || !g.IsValid() || g.Type() != reflect.TypeFor[*gorgonia.ExprGraph]() {
		return nil
	}
	for i := range list.Len() {
		if t := list.Index(i).Elem().Type(); t.Kind() == reflect.Pointer && sameLayout(t.Elem(), reflect.TypeFor[execOp]()) {
			return t.Elem()
		}
	}
	return nil
})

// writable reports whether code can be written onto Gorgonia's tape.
func writable() bool { return instruction() != nil }

// tape returns a machine that executes the code, and a function that makes it do so
// once. The code takes the place of that of a small program.
func (c *code) tape() (gorgonia.VM, func() error, error) {
	prog, locations, err := gorgonia.CompileFunction(small())
	if err != nil {
		return nil, nil, err
	}
	c.write(reflect.ValueOf(prog).Elem())
	clear(locations) // of nodes that the machine would bind to their values once more
	vm := gorgonia.NewTapeMachine(c.b.g, gorgonia.WithPrecompiled(prog, locations))
	collectable(vm)
	return vm, runner(vm.Run, vm.RunAll, prog), nil
}

// collectable takes away a machine's finalizer, which is for CUDA. Go never collects what
// has one and leads to itself, as a machine does by its graph, whose operations know the
// Builder, which knows the program that ran last: all of them would stay for ever.
func collectable(vm gorgonia.VM) { runtime.SetFinalizer(vm, nil) }

// write puts the code in place of a program's instructions.
func (c *code) write(prog reflect.Value) {
	strips := c.strips()
	list := fieldOf(prog, "instructions")
	tape := reflect.MakeSlice(list.Type(), len(strips), len(strips))
	for i, s := range strips {
		e := reflect.New(instruction())
		*(*execOp)(e.UnsafePointer()) = execOp{op: s, id: s.node.ID()}
		tape.Index(i).Set(e)
	}
	list.Set(tape)
	fieldOf(prog, "cpulocs").SetInt(1)
	fieldOf(prog, "g").Set(reflect.ValueOf(c.b.g))
}

// fieldOf returns a field that is not exported, to be set.
func fieldOf(v reflect.Value, name string) reflect.Value {
	f := v.FieldByName(name)
	if !f.IsValid() {
		return f
	}
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

// sameLayout reports whether two types lie in memory alike: structs field by field.
func sameLayout(t, u reflect.Type) bool {
	if t.Kind() != u.Kind() || t.Size() != u.Size() {
		return false
	}
	switch t.Kind() {
	case reflect.Slice:
		return sameLayout(t.Elem(), u.Elem())
	case reflect.Interface:
		return t == u
	case reflect.Struct:
		if t.NumField() != u.NumField() {
			return false
		}
		for i := range t.NumField() {
			f, g := t.Field(i), u.Field(i)
			if f.Name != g.Name || f.Offset != g.Offset || !sameLayout(f.Type, g.Type) {
				return false
			}
		}
	}
	return true
}

// runner returns a function that runs all of a program's instructions by the
// machine's Run, on the caller's goroutine. RunAll, meant for devices, starts a
// goroutine on another thread and waits for it, which costs more than a small
// program's own work. Run wants the list of instructions, which the program
// does not give away: it is taken from the field's place; RunAll is returned
// if that is not what it was in Gorgonia v0.9.18.
func runner[F any](run func(F) error, all func() error, prog any) func() error {
	field := reflect.ValueOf(prog).Elem().FieldByName("instructions")
	if !field.IsValid() || field.Type() != reflect.TypeFor[F]() {
		return all
	}
	instructions := *(*F)(unsafe.Pointer(field.UnsafeAddr()))
	return func() error { return run(instructions) }
}
