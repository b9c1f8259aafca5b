// Package textparts makes one text of several, such as the columns of a table. Those who
// read texts join them, and those who cut texts into words keep the parts apart.
package textparts

import "strings"

// Boundary stands between two parts. In its middle is Unicode's paragraph separator,
// alone in a line.
const Boundary = "\n\u2029\n"

// Join makes a text of parts. Those that are blank are left out.
func Join(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if strings.TrimSpace(part) != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, Boundary)
}
