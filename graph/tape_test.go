package graph

import (
	"reflect"
	"testing"

	"gorgonia.org/gorgonia"
)

// TestWritable: the instructions of the Gorgonia that is linked are known, or all
// programs would be left to its compiler.
func TestWritable(t *testing.T) {
	if !writable() {
		t.Error("Gorgonia's instructions are not those of v0.9.18")
	}
}

// TestSameLayout: a type that differs in anything is not taken for Gorgonia's.
func TestSameLayout(t *testing.T) {
	same := reflect.TypeFor[execOp]()
	for name, other := range map[string]reflect.Type{
		"the type itself": same,
		"another size": reflect.TypeFor[struct {
			op gorgonia.Op
			id int64
		}](),
		"another name": reflect.TypeFor[struct {
			do                              gorgonia.Op
			id                              int64
			readFrom                        []register
			writeTo                         register
			size                            int64
			preAllocated, useUnsafe, useGPU bool
		}](),
		"another order": reflect.TypeFor[struct {
			op                              gorgonia.Op
			size                            int64
			readFrom                        []register
			writeTo                         register
			id                              int64
			preAllocated, useUnsafe, useGPU bool
		}](),
		"other registers": reflect.TypeFor[struct {
			op                              gorgonia.Op
			id                              int64
			readFrom                        []struct{ device, id int }
			writeTo                         register
			size                            int64
			preAllocated, useUnsafe, useGPU bool
		}](),
		"another kind of operation": reflect.TypeFor[struct {
			op                              any
			id                              int64
			readFrom                        []register
			writeTo                         register
			size                            int64
			preAllocated, useUnsafe, useGPU bool
		}](),
	} {
		if got := sameLayout(other, same); got != (name == "the type itself") {
			t.Errorf("%s: %t", name, got)
		}
	}
}
