package optimizers

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/train"
)

// optimizerGoldens are values of plain Python, printed by
//
//	python3 testdata/optimizers.py
//
// of three values in two weights after steps 1, 2 and 50, and of schedules at
// every third step from 0.
var optimizerGoldens = map[string][]float64{
	"sgd":                {0.47, -0.98, 2.04195357645382, 0.4418, -0.9604, 2.07732334609728, 0.0226653632803646, -0.364169680087117, 2.19911472888438},
	"momentum":           {0.47, -0.98, 2.04195357645382, 0.4148, -0.9424, 2.11508156490572, 0.0341303256705477, -0.0739376181296561, 2.18676761257537},
	"nesterov":           {0.443, -0.962, 2.07971179526226, 0.368198, -0.909244, 2.16710096844039, 0.00692122954629705, -0.0445816216681221, 2.19911047193865},
	"adam":               {0.499000001054091, -0.999000001581136, 2.00099999924624, 0.498000054484798, -0.998000028903769, 2.0019999124208, 0.450623935138764, -0.950305721904841, 2.04880058063199},
	"adamw":              {0.498998001054091, -0.998996001581136, 2.00099199924624, 0.497996058599275, -0.997992033025136, 2.00198390915748, 0.450530070714738, -0.950111853329638, 2.04840757660833},
	"adamax":             {0.499000000033333, -0.99900000005, 2.00099999997616, 0.498000052750926, -0.997999525941729, 2.00199928645434, 0.450638745719673, -0.949705372369561, 2.04792314495228},
	"nadam":              {0.498937212232118, -0.998937212249831, 2.00106278777798, 0.498164336161843, -0.998163978598557, 2.00183521420008, 0.454819883644306, -0.954475405814176, 2.04458541261637},
	"rmsprop":            {0.496837722515514, -0.996837722735116, 2.00316227757034, 0.494550472611923, -0.994547010607661, 2.00544506626328, 0.441682885379215, -0.941272068383765, 2.05748571768212},
	"rmsprop_momentum":   {0.496837722515514, -0.996837722735116, 2.00316227757034, 0.491704422875886, -0.991700961069265, 2.00829111607658, 0.0785931153557742, -0.530794269297976, 2.19270037266848},
	"rmsprop_centered":   {0.496666666872428, -0.996666667129629, 2.00333333322812, 0.492459032211671, -0.99245497346973, 2.00753572483084, 0.192591120946086, -0.603496300579624, 2.18316507333862},
	"adadelta":           {0.499998585786595, -0.999998585786791, 2.00000141421348, 0.499997153558981, -0.999997153558392, 2.00000284643995, 0.499923828271034, -0.999923825870849, 2.00007616873751},
	"lion":               {0.499, -0.999, 2.001, 0.498, -0.998, 2.002, 0.45, -0.95, 2.04999999999999},
	"adagrad":            {0.499005509689267, -0.999012270415396, 2.00099717130137, 0.498301065136211, -0.998309893645393, 2.00170212415137, 0.487322293668164, -0.987307220421623, 2.01264061661989},
	"clip_value":         {0.495, -0.995, 2.005, 0.49, -0.99, 2.01, 0.25, -0.75, 2.19877387466391},
	"clip_norm":          {0.491679497056622, -0.994452998037748, 2.01, 0.483387888833209, -0.988862896690774, 2.02, 0.14051474049835, -0.657498813313972, 2.19911263656954},
	"global_clip_norm":   {0.494576829451486, -0.996384552967657, 2.00758404667431, 0.489113167609087, -0.992715484828171, 2.01511307969719, 0.175855207029855, -0.707775904524764, 2.19674020230973},
	"decayed":            {0.4695, -0.979, 2.03995357645382, 0.4408605, -0.958441, 2.07363502718278, 0.0214906532860313, -0.346046602882904, 2.1903505312152},
	"averaged":           {0.47, -0.98, 2.04195357645382, 0.46718, -0.97804, 2.04549055341817, 0.0496301921876961, -0.444845183180925, 2.19773456700882},
	"accumulated":        {0.5, -1, 2, 0.5, -1, 2, 0.18578714541705, -0.723797720592496, 2.1968384657399},
	"scheduled":          {0.2, -0.8, 2.41953576453823, 0.0840876405290185, -0.645450187372025, 1.9886508894818, 5.90608750594984e-09, -0.00578104197954636, 2.19911485751286},
	"exponential":        {0.1, 0.090125046261083, 0.0812252396356236, 0.0732042847972813, 0.0659753955386447, 0.0594603557501361, 0.0535886731268147, 0.0482968164462423, 0.0435275281648062, 0.0392292048948375, 0.0353553390593274, 0.0318640156829816, 0.0287174588749259, 0.0258816230960344, 0.0233258247884202, 0.0210224103813429, 0.01894645708138, 0.0170755032094299, 0.0153893051668115, 0.0138696184008481},
	"exponential_stairs": {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025},
	"inverse":            {0.1, 0.0930232558139535, 0.0869565217391304, 0.0816326530612245, 0.0769230769230769, 0.0727272727272727, 0.0689655172413793, 0.0655737704918033, 0.0625, 0.0597014925373134, 0.0571428571428571, 0.0547945205479452, 0.0526315789473684, 0.0506329113924051, 0.0487804878048781, 0.0470588235294118, 0.0454545454545455, 0.043956043956044, 0.0425531914893617, 0.0412371134020619},
	"inverse_stairs":     {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0666666666666667, 0.0666666666666667, 0.0666666666666667, 0.0666666666666667, 0.0666666666666667, 0.0666666666666667, 0.0666666666666667, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05},
	"piecewise":          {0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01},
	"polynomial":         {0.1, 0.075025, 0.0541, 0.037225, 0.0244, 0.015625, 0.0109, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01},
	"polynomial_cycle":   {0.1, 0.075025, 0.0541, 0.037225, 0.0244, 0.015625, 0.0109, 0.03030625, 0.0244, 0.01950625, 0.015625, 0.01275625, 0.0109, 0.01005625, 0.0181, 0.015625, 0.0136, 0.012025, 0.0109, 0.010225},
	"cosine":             {0.1, 0.0950952935884766, 0.0814503363531613, 0.0620395509268104, 0.0410942352531274, 0.0231801948466054, 0.0122024567667181, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01},
	"cosine_warmup":      {0.01, 0.124, 0.198768834059514, 0.180901699437495, 0.145399049973955, 0.1, 0.0546009500260453, 0.0190983005625053, 0.00123116594048623, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	"restarts":           {0.1, 0.0814503363531613, 0.0410942352531274, 0.0122024567667181, 0.053898771616641, 0.0484099025766973, 0.0394528823734363, 0.0289802245365948, 0.0192748318234194, 0.0124523532057617, 0.0325, 0.0321891616044739, 0.0312738233971191, 0.0298045671130003, 0.0278625840882903, 0.0255551886141073, 0.0230098877317026, 0.0203673351730617, 0.0177735588132818, 0.0153718911469456},
	"restarts_equal":     {0.1, 0.0793892626146237, 0.0345491502812526, 0.00244717418524232, 0.0723606797749979, 0.04, 0.00763932022500211, 0.0624338085214449, 0.0418885438199983, 0.0131908719266409, 0.0512, 0.0406473024586873, 0.0176891649440013, 0.00125295318284407, 0.0370486680447989, 0.02048, 0.00391133195520108, 0.0319661099629798, 0.0214469344358391, 0.00675372642644012},
}

// parameter is a weight of a test.
type parameter struct {
	name string
	w, g *tensor.Dense
}

func (p *parameter) Name() string                  { return p.name }
func (p *parameter) Value() gorgonia.Value         { return p.w }
func (p *parameter) Grad() (gorgonia.Value, error) { return p.g, nil }

// descent is the two weights on their way.
type descent struct{ a, b *parameter }

func newDescent() *descent {
	vector := func(x ...float64) *tensor.Dense {
		return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
	}
	return &descent{&parameter{"a", vector(0.5, -1), vector(0, 0)}, &parameter{"b", vector(2), vector(0)}}
}

func (d *descent) values() []float64 {
	return append(slices.Clone(d.a.w.Float64s()), d.b.w.Float64s()...)
}

func (d *descent) list() []gorgonia.ValueGrad { return []gorgonia.ValueGrad{d.a, d.b} }

// step updates by the gradients of 3·a₀² + a₁² + sin(5·b).
func (d *descent) step(t *testing.T, o gorgonia.Solver) {
	t.Helper()
	a, b := d.a.w.Float64s(), d.b.w.Float64s()
	copy(d.a.g.Float64s(), []float64{6 * a[0], 2 * a[1]})
	copy(d.b.g.Float64s(), []float64{5 * math.Cos(5*b[0])})
	if err := o.Step(d.list()); err != nil {
		t.Fatal(err)
	}
}

var optimizers = map[string]func() gorgonia.Solver{
	"sgd":              func() gorgonia.Solver { return &SGD{} },
	"momentum":         func() gorgonia.Solver { return &SGD{Momentum: 0.9} },
	"nesterov":         func() gorgonia.Solver { return &SGD{Momentum: 0.9, Nesterov: true} },
	"adam":             func() gorgonia.Solver { return &Adam{} },
	"adamw":            func() gorgonia.Solver { return &AdamW{} },
	"adamax":           func() gorgonia.Solver { return &Adamax{} },
	"nadam":            func() gorgonia.Solver { return &Nadam{} },
	"rmsprop":          func() gorgonia.Solver { return &RMSprop{} },
	"rmsprop_centered": func() gorgonia.Solver { return &RMSprop{Centered: true, Momentum: 0.5} },
	"rmsprop_momentum": func() gorgonia.Solver { return &RMSprop{Momentum: 0.9} },
	"adagrad":          func() gorgonia.Solver { return &Adagrad{} },
	"adadelta":         func() gorgonia.Solver { return &Adadelta{} },
	"lion":             func() gorgonia.Solver { return &Lion{} },
	"clip_value":       func() gorgonia.Solver { return &Clip{Optimizer: &SGD{}, Value: 0.5} },
	"clip_norm":        func() gorgonia.Solver { return &Clip{Optimizer: &SGD{}, Norm: 1} },
	"global_clip_norm": func() gorgonia.Solver { return &Clip{Optimizer: &SGD{}, GlobalNorm: 1} },
	"decayed":          func() gorgonia.Solver { return &Decay{Optimizer: &SGD{}, WeightDecay: 0.1} },
	"averaged":         func() gorgonia.Solver { return &Average{Optimizer: &SGD{}, Momentum: 0.9} },
	"accumulated":      func() gorgonia.Solver { return &Accumulate{Optimizer: &SGD{}, Steps: 3} },
	"all":              all,
	"scheduled": func() gorgonia.Solver {
		return &Scheduled{Optimizer: &SGD{}, Schedule: ExponentialDecay{Initial: 0.1, DecaySteps: 20, DecayRate: 0.5}}
	},
}

// TestEveryNameIsInTheTable: a new optimizer is held to values, too.
func TestEveryNameIsInTheTable(t *testing.T) {
	for name := range Names() {
		if optimizers[name] == nil || optimizerGoldens[name] == nil {
			t.Errorf("%s is not in the tables of optimizers and of their values", name)
		}
	}
}

// TestOptimizerGoldens holds 50 steps of every optimizer and option to plain
// Python's.
func TestOptimizerGoldens(t *testing.T) {
	for name, o := range optimizers {
		t.Run(name, func(t *testing.T) {
			d, opt := newDescent(), o()
			var got []float64
			for step := 1; step <= 50; step++ {
				d.step(t, opt)
				if step != 1 && step != 2 && step != 50 {
					continue
				}
				values := d.values()
				if o, ok := opt.(*Average); ok {
					values = append(slices.Clone(o.own.state.f64["a"][0]), o.own.state.f64["b"][0]...)
				}
				got = append(got, values...)
			}
			want := optimizerGoldens[name]
			if name == "all" { // see TestAllWrappersToTheBit
				return
			}
			if len(got) != len(want) {
				t.Fatalf("%d values, want %d", len(got), len(want))
			}
			for i := range want {
				if !(math.Abs(got[i]-want[i]) <= 1e-12*(1+math.Abs(want[i]))) {
					t.Errorf("value %d is %.15g, want %.15g", i, got[i], want[i])
				}
			}
		})
	}
}

// TestOptimizersGoOn: 25 steps, the state into another optimizer, and 25 more
// give the bits of 50, in the middle of an accumulation too.
func TestOptimizersGoOn(t *testing.T) {
	for name, o := range optimizers {
		t.Run(name, func(t *testing.T) {
			whole, parts, first, second := newDescent(), newDescent(), o(), o()
			opt := o()
			for step := range 50 {
				whole.step(t, opt)
				if step == 25 {
					tensors, rest, err := first.(train.Saver).State()
					if err != nil {
						t.Fatal(err)
					}
					if err := second.(train.Saver).Restore(tensors, rest); err != nil {
						t.Fatal(err)
					}
					if s, ok := first.(train.Rated); ok {
						second.(train.Rated).SetRate(s.Rate())
					}
					first = second
				}
				parts.step(t, first)
			}
			if diff := cmp.Diff(whole.values(), parts.values()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOptimizersIn32: in float32, which runs other kernels, every optimizer
// goes the way of float64.
func TestOptimizersIn32(t *testing.T) {
	const n = 37
	for name, o := range optimizers {
		t.Run(name, func(t *testing.T) {
			narrow := &parameter{"w", tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n)), tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n))}
			wide := &parameter{"w", tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(n)), tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(n))}
			a, b := o(), o()
			for step := range 20 {
				for i := range n {
					g := float32(math.Cos(float64(i + step*step)))
					narrow.g.Float32s()[i], wide.g.Float64s()[i] = g, float64(g)
				}
				if err := a.Step([]gorgonia.ValueGrad{narrow}); err != nil {
					t.Fatal(err)
				}
				if err := b.Step([]gorgonia.ValueGrad{wide}); err != nil {
					t.Fatal(err)
				}
			}
			for i, w := range wide.w.Float64s() {
				if got := float64(narrow.w.Float32s()[i]); !(math.Abs(got-w) <= 1e-5*(math.Abs(w)+0.01)) {
					t.Errorf("weight %d is %g, in float64 %g", i, got, w)
				}
			}
		})
	}
}

// TestSlots: an optimizer keeps what its settings need, and takes what it lacks
// when they change in the middle.
func TestSlots(t *testing.T) {
	d, o := newDescent(), &RMSprop{}
	d.step(t, o)
	if n := len(o.state.f64["a"]); n != 1 {
		t.Errorf("RMSprop keeps %d slots, want 1", n)
	}
	o.Momentum = 0.9
	d.step(t, o)
	if n := len(o.state.f64["a"]); n != 3 {
		t.Errorf("RMSprop with momentum keeps %d slots, want 3", n)
	}
	sgd := &SGD{}
	d.step(t, sgd)
	sgd.Momentum = 0.9
	d.step(t, sgd)
	if n := len(sgd.state.f64["a"]); n != 1 {
		t.Errorf("SGD with momentum keeps %d slots, want 1", n)
	}
}

// TestSchedules holds every third step to plain Python's.
func TestSchedules(t *testing.T) {
	for name, s := range map[string]Schedule{
		"exponential":        ExponentialDecay{Initial: 0.1, DecaySteps: 20, DecayRate: 0.5},
		"exponential_stairs": ExponentialDecay{Initial: 0.1, DecaySteps: 20, DecayRate: 0.5, Staircase: true},
		"inverse":            InverseTimeDecay{Initial: 0.1, DecaySteps: 20, DecayRate: 0.5},
		"inverse_stairs":     InverseTimeDecay{Initial: 0.1, DecaySteps: 20, DecayRate: 0.5, Staircase: true},
		"piecewise":          PiecewiseConstantDecay{Boundaries: []int{10, 30}, Values: []float64{0.1, 0.05, 0.01}},
		"polynomial":         PolynomialDecay{Initial: 0.1, DecaySteps: 20, End: 0.01, Power: 2},
		"polynomial_cycle":   PolynomialDecay{Initial: 0.1, DecaySteps: 20, End: 0.01, Power: 2, Cycle: true},
		"cosine":             CosineDecay{Initial: 0.1, DecaySteps: 20, Alpha: 0.1},
		"cosine_warmup":      CosineDecay{Initial: 0.01, DecaySteps: 20, WarmupTarget: 0.2, WarmupSteps: 5},
		"restarts":           CosineDecayRestarts{Initial: 0.1, FirstDecaySteps: 10, MMul: 0.5, Alpha: 0.1},
		"restarts_equal":     CosineDecayRestarts{Initial: 0.1, FirstDecaySteps: 10, TMul: 1, MMul: 0.8},
	} {
		want := optimizerGoldens[name]
		if len(want) != 20 {
			t.Fatalf("%s: %d values", name, len(want))
		}
		for i, w := range want {
			if got := s.Rate(3 * i); math.Abs(got-w) > 1e-12 {
				t.Errorf("%s: step %d is %.15g, want %.15g", name, 3*i, got, w)
			}
		}
	}
}
