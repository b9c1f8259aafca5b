package main

import "unroll/cmd/sentiment/internal/run"

// What a run's folder holds, and how much is told, as users see it.
const (
	runFile        = "run.json"
	checkpointsDir = "checkpoints"
	cacheDir       = "cache"
	cacheExtension = ".ids"
	lastFile       = "last.ckpt"
	mostNamed      = 10
	examplesShown  = 6
)

var latest = run.Latest
