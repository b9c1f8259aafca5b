package run

import (
	"math"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// Bytes is a limit of memory, 0 if there is none. It implements pflag.Value.
type Bytes int64

// units are those of a number of bytes, the largest first.
var units = []struct {
	name string
	size Bytes
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}}

// String writes it as Set takes it, 512MB.
func (b *Bytes) String() string {
	if *b == 0 {
		return ""
	}
	for _, u := range units {
		if *b%u.size == 0 {
			return strconv.FormatInt(int64(*b/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Set takes a number of bytes, of kB, MB or GB.
func (b *Bytes) Set(value string) error {
	number, size := value, Bytes(1)
	for _, u := range units {
		if n := len(value) - len(u.name); n > 0 && strings.EqualFold(value[n:], u.name) {
			number, size = value[:n], u.size
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if f *= float64(size); err != nil || !(f >= 1 && f < math.MaxInt64) {
		return errors.New("want a number of bytes such as 512MB or 2GB, more than 0")
	}
	*b = Bytes(f)
	return nil
}

// Type names the flag's type.
func (b *Bytes) Type() string { return "bytes" }
