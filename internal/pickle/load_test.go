package pickle

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
)

// known are the classes that the tests allow.
func known(c Class) bool {
	switch c.String() {
	case "collections.defaultdict", "collections.OrderedDict", "builtins.int", "__builtin__.long":
		return true
	}
	return false
}

// TestLoadProtocols: testdata/values.py pickled the same value by each protocol.
func TestLoadProtocols(t *testing.T) {
	data, err := os.ReadFile("testdata/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	words := &List{[]any{"é\n\\u0041", "zażółć 영화 \U0001f44d", strings.Repeat("x", 300), ""}}
	many := &List{}
	for i := range 1500 {
		many.Items = append(many.Items, int64(i))
	}
	ordered := &Object{Class: Class{"collections", "OrderedDict"}, Args: Tuple{}, Dict: Dict{[]any{"z", "y"}, []any{int64(1), int64(2)}}}
	counted := &Object{Class: Class{"collections", "defaultdict"}, Args: Tuple{Class{"builtins", "int"}}, Dict: Dict{[]any{"a"}, []any{int64(2)}}}
	want := &List{[]any{
		nil, true, false, int64(0), int64(-1), int64(255), int64(65535), int64(70000), int64(-1 << 31), int64(1 << 40), int64(-1 << 62), 1.5, words, words,
		Tuple{}, Tuple{int64(1)}, Tuple{int64(1), int64(2)}, Tuple{int64(1), int64(2), int64(3)}, Tuple{int64(1), int64(2), int64(3), int64(4)},
		&Dict{[]any{"a", "b"}, []any{int64(1), &Dict{}}}, ordered, counted, many,
	}}
	for protocol, text := range all {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if protocol < 3 { // the names that Python 2 knows
			counted.Args[0] = Class{"__builtin__", "long"}
		} else {
			counted.Args[0] = Class{"builtins", "int"}
		}
		got, _, err := Load(data, known)
		if err != nil {
			t.Errorf("protocol %d: %v", protocol, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("protocol %d (-want +got):\n%s", protocol, diff)
		}
		for n := 0; n < len(data); n += 7 {
			if _, _, err := Load(data[:n], known); err == nil {
				t.Fatalf("protocol %d: read of %d of %d bytes", protocol, n, len(data))
			}
		}
		if _, _, err := Load(data[:len(data)-1], known); !errors.Is(err, ErrCut) {
			t.Errorf("protocol %d: cut, error %v", protocol, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for data, want := range map[string]string{
		"cos\nsystem\n(S'true'\ntR.":                "it holds os.system, which is not allowed",
		"\x80\x04\x8c\x02os\x8c\x06system\x93.":     "byte 14 of the pickle: it holds os.system",
		"(ios\nsystem\n.":                           "os.system",
		"\x80\x04\x8c\x08builtins\x8c\x04eval\x93.": "builtins.eval",
		"ccollections\nOrderedDict.x\n.":            "collections.OrderedDict.x",
		"ccopyreg\n_reconstructor\n.":               "copyreg._reconstructor",
		"":                                          "cut short",
		".":                                         "no value to take",
		"(.":                                        "no value to take",
		"]":                                         "cut short",
		"\x80\x09.":                                 "its protocol is 9",
		"Pid\n.":                                    "0x50 is not allowed",
		"NQ.":                                       "0x51 is not allowed",
		"\x82\x01.":                                 "0x82 is not allowed",
		"\x97.":                                     "0x97 is not allowed",
		"\xff.":                                     "0xff",
		"N)R.":                                      "a None is called with a tuple",
		"N}b.":                                      "a None is given a state",
		"NNs.":                                      "no value to take",
		"]NNs.":                                     "items are put into a list",
		"}(Nu.":                                     "a key has no value",
		"(Nd.":                                      "a key has no value",
		"}Na.":                                      "items are put at the end of a dict",
		"t.":                                        "there is no mark",
		"(o.":                                       "an object has no class",
		"g5\n.":                                     "no value of number 5",
		"h\x05.":                                    "no value of number 5",
		"gx\n.":                                     `"x" is no number of a value`,
		"Ix\n.":                                     `"x" is no integer`,
		"L99999999999999999999L\n.":                 "is no integer of 64 bits",
		"\x8a\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09.": "an integer of 9 bytes",
		"\x8b\xff\xff\xff\xff.":                         "cut short",
		"X\xff\xff\xff\xffa.":                           "cut short",
		"\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.":        "cut short",
		"\x8e\x00\x00\x00\x00\x00\x00\x00\x80a.":        "cut short",
		"Fx\n.":                                         `"x" is no number`,
		"Sx\n.":                                         `the string "x" has no quotes`,
		"NN\x93.":                                       "a class is named by a None and a None",
	} {
		if v, _, err := Load([]byte(data), known); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, error %v, want %q", data, v, err, want)
		}
	}
	var refused *RefusedError
	if _, _, err := Load([]byte("cos\nsystem\n."), known); !errors.As(err, &refused) || refused.Module != "os" || refused.Name != "system" {
		t.Errorf("refused %v", refused)
	}
}

// TestLoadPython2: the strings of protocol 0.
func TestLoadPython2(t *testing.T) {
	for data, want := range map[string]string{
		`S'it\'s \\ \x41\n'` + "\n.": "it's \\ A\n", `S"a'b"` + "\n.": "a'b", `S'\q\x4'` + "\n.": `\q\x4`,
		`V\u00e9\U0001f44d\n` + "\n.": "é\U0001f44d\\n", "V\xe9\\x41\n.": "é\\x41", "U\x01a.": "a", "T\x02\x00\x00\x00ab.": "ab",
	} {
		if got, _, err := Load([]byte(data), known); err != nil || got != want {
			t.Errorf("%q: %q, error %v, want %q", data, got, err, want)
		}
	}
}

// TestLoadMemory: no pickle needs a hundred times its size, or twice that with what
// grows on the way.
func TestLoadMemory(t *testing.T) {
	const n = 1 << 20
	for _, data := range []string{
		"}", "]", ")", "(", "N2", "Nq\x01", "N\x94", "})s", "(t", "(d", "N\x85", "K\x01", "\x8c\x00", "ccollections\nOrderedDict\n)R", "}NNs", "]Na",
	} {
		in := []byte(strings.Repeat(data, n/len(data)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _ = Load(in, known)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 200*n {
			t.Errorf("%q: %d times the file were allocated in all", data, used/n)
		}
	}
}

// TestLoadRest: what follows a pickle is the caller's.
func TestLoadRest(t *testing.T) {
	v, rest, err := Load([]byte("K\x05.K\x06."), known)
	if err != nil || v != int64(5) || string(rest) != "K\x06." {
		t.Errorf("%v, rest %q, error %v", v, rest, err)
	}
}

func FuzzLoad(f *testing.F) {
	data, err := os.ReadFile("testdata/values.json")
	if err != nil {
		f.Fatal(err)
	}
	var all []string
	if err := json.Unmarshal(data, &all); err != nil {
		f.Fatal(err)
	}
	for _, text := range all {
		data, _ := hex.DecodeString(text)
		f.Add(data)
	}
	f.Add([]byte("(S'a'\nI1\nd."))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, _, err := Load(data, known)
		if err != nil && v != nil {
			t.Error("a value and an error")
		}
		_ = Kind(v)
	})
}
