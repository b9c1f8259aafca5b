package train

type Checkpointing struct{}
type Checkpoint struct{}

func (r *fitRun) save(must, finished bool) error { return nil }
func (r *fitRun) restore(c *Checkpoint) error    { return nil }
