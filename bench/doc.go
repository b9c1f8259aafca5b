// Package bench measures the recurrence: build, compile and training step of
// the executions, for several lengths.
package bench
