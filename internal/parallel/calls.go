package parallel

import (
	"slices"
	"sync"

	"github.com/pkg/errors"
)

// Calls are those of something that can be closed. Its zero value is open.
type Calls struct {
	mu      sync.Mutex
	running []string
	closed  bool
}

// Begin begins a call of a name, which End ends. It is an error if what is called, such
// as "the trainer", is closed.
func (c *Calls) Begin(call, of string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errors.Errorf("%s is closed", of)
	}
	c.running = append(c.running, call)
	return nil
}

// End ends a call.
func (c *Calls) End(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.running, call); i >= 0 {
		c.running = slices.Delete(c.running, i, i+1)
	}
}

// Close calls free once, after which no call begins; of what is closed it does nothing. It
// is an error if a call is running, and then all stays open.
func (c *Calls) Close(free func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	if err := c.idle(); err != nil {
		return errors.WithMessage(err, "close")
	}
	c.closed = true
	return free()
}

// Alone calls f while no call is running; those that begin wait for it. It is an error if
// one is running. f is a short one, and begins none.
func (c *Calls) Alone(f func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.idle(); err != nil {
		return err
	}
	return f()
}

func (c *Calls) idle() error {
	if len(c.running) > 0 {
		return errors.Errorf("%s is running", c.running[0])
	}
	return nil
}
