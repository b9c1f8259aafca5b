package text

import "math/bits"

// gramCounter counts in how many texts each gram occurs. It is a hash table that
// lies in the order of the hashes, but for grams that were moved on by others: see
// shard.
type gramCounter struct {
	slots []gramCount // a power of two of them, a quarter of them free; or none
	shift int         // of a hash, to the number of its slot
	used  int

	touched int32 // a sum that nobody reads, see block
}

// gramCount is a gram; a free slot has count 0.
type gramCount struct {
	hash  uint64
	count int32 // of texts
	last  int32 // the number of the text that was counted last
}

const fewestSlots = 1 << 10

// block is how many slots are touched before they are used: the memory then fetches
// them side by side, not one after the other, in less than half of the time if tables
// are large.
const block = 64

// add counts the grams of the text of that number, each once. Those of a text follow
// each other.
func (c *gramCounter) add(hashes []uint64, text int32) {
	for len(hashes) > 0 {
		some := hashes[:min(block, len(hashes))]
		hashes = hashes[len(some):]
		if c.used+len(some) > len(c.slots)/4*3 {
			c.grow()
		}
		for _, h := range some {
			c.touched += c.slots[h>>c.shift&uint64(len(c.slots)-1)].count
		}
		for _, h := range some {
			s := c.place(h)
			if s.count == 0 {
				c.used++
				*s = gramCount{h, 1, text}
			} else if s.last != text {
				s.count++
				s.last = text
			}
		}
	}
}

func (c *gramCounter) place(hash uint64) *gramCount {
	for i := hash >> c.shift; ; i++ {
		s := &c.slots[i&uint64(len(c.slots)-1)]
		if s.count == 0 || s.hash == hash {
			return s
		}
	}
}

func (c *gramCounter) grow() {
	old := c.slots
	c.slots = make([]gramCount, max(fewestSlots, 2*len(old)))
	c.shift = 65 - bits.Len(uint(len(c.slots)))
	for _, s := range old {
		if s.count > 0 {
			*c.place(s.hash) = s
		}
	}
}

// shards is into how many parts of equal width hashes are sorted, by their first bits.
const (
	shardBits = 6
	shards    = 1 << shardBits
)

// shard appends the grams of a shard, nearly in the order of their hashes. They
// begin where the shard does, and those that were moved on end before a free slot.
func (c *gramCounter) shard(dst []gramCount, shard int) []gramCount {
	width := len(c.slots) / shards
	for i := shard * width; len(c.slots) > 0; i++ {
		s := c.slots[i&(len(c.slots)-1)]
		if s.count == 0 && i >= (shard+1)*width {
			break
		}
		if s.count > 0 && int(s.hash>>(64-shardBits)) == shard {
			dst = append(dst, s)
		}
	}
	return dst
}
