package corpus

import (
	"encoding/json"
	"strconv"

	"github.com/pkg/errors"

	"unroll/datasets"
)

// Skip is how many bad rows are passed over. It implements pflag.Value.
type Skip int

// String returns the number, or all.
func (s *Skip) String() string {
	if *s == datasets.SkipAll {
		return "all"
	}
	return strconv.Itoa(int(*s))
}

// Set takes a number, or all.
func (s *Skip) Set(value string) error {
	if value == "all" {
		*s = datasets.SkipAll
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return errors.New("want a whole number or all")
	}
	*s = Skip(n)
	return nil
}

// Type names the flag's type.
func (s *Skip) Type() string { return "rows" }

// MarshalJSON implements json.Marshaler.
func (s Skip) MarshalJSON() ([]byte, error) {
	if s == datasets.SkipAll {
		return []byte(`"all"`), nil
	}
	return json.Marshal(int(s))
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Skip) UnmarshalJSON(data []byte) error {
	var n int
	if json.Unmarshal(data, &n) == nil {
		*s = Skip(n)
		return nil
	}
	var all string
	if err := json.Unmarshal(data, &all); err != nil || all != "all" {
		return errors.Errorf("skip_bad is %s, want a number or \"all\"", data)
	}
	*s = datasets.SkipAll
	return nil
}
