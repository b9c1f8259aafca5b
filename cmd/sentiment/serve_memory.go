package main

import (
	"log/slog"
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/pkg/errors"
)

// limitMemory has garbage collected in time to stay within the memory of the container:
// what is in use may still be more. What the user sets by GOMEMLIMIT or AUTOMEMLIMIT stays. Garbage is collected as often as Go does it by itself: more rarely saves nothing
// that can be measured with texts of 200 words, and a burst leaves half as much more behind.
func limitMemory(log *slog.Logger) {
	// A tenth is left for what is not Go's: the program itself, and files in memory.
	limit, err := memlimit.Set()
	switch {
	case errors.Is(err, memlimit.ErrCgroupsNotSupported), errors.Is(err, memlimit.ErrNoCgroup):
	case err != nil:
		log.Warn("the memory of the container is not known: see GOMEMLIMIT", "error", err.Error())
	case limit < math.MaxInt64:
		log.Info("memory limited", "bytes", limit)
	}
}
