package main

import (
	"log/slog"
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/pkg/errors"
)

// limitMemory has garbage collected in time to stay within the memory of the container:
// what is in use may still be more. What the user sets by GOMEMLIMIT or AUTOMEMLIMIT
// stays. Otherwise garbage is collected as often as Go does it by itself: at 400 per cent
// in place of 100 a request of 200 words takes a twentieth less of the processor's time,
// and five bursts of 10,000 connections three times the memory.
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
