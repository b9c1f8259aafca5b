// Package show writes numbers, names and tables for people, all in one style.
package show

import "fmt"

// Plural writes a number of things: 1 row, 2 rows.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
