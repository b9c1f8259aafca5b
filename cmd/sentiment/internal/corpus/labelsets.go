package corpus

import "fmt"

// leastOfSet is the number of texts from which on those with the same labels are divided
// by themselves. Fewer would all go to one part.
const leastOfSet = 10

// labelSets returns a class for each of the given texts by which they are divided: those
// with the same labels have the same. Sets of fewer than least texts share one, and if
// that is as rare, it is the largest set's.
func (set *Set) labelSets(of []int, least int) []int {
	key := func(i int) string { return fmt.Sprint(set.Labels(i)) }
	texts := map[string]int{}
	for _, i := range of {
		texts[key(i)]++
	}
	rare, largest := 0, ""
	for k, n := range texts {
		if n < least {
			rare += n
		}
		if n > texts[largest] || n == texts[largest] && k < largest {
			largest = k
		}
	}
	class := map[string]int{}
	classes := make([]int, len(of))
	for at, i := range of {
		k := key(i)
		if texts[k] < least {
			if k = "rare"; rare < least {
				k = largest
			}
		}
		c, ok := class[k]
		if !ok {
			c = len(class)
			class[k] = c
		}
		classes[at] = c
	}
	return classes
}
