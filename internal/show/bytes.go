package show

import "fmt"

// Bytes writes a number of bytes, of 1024 to a kB.
func Bytes(n int64) string {
	if n < 1<<10 {
		return Plural(int(n), "byte")
	}
	if n < 1<<20 {
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
