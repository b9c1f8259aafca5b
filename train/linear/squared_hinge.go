package linear

// squaredHinge is max(0, 1 − m)². In the dual
//
//	min_α ½‖w‖² + ½b² + Σ_i (D_i/2·α_i² − α_i),  α_i ≥ 0,  D_i = 1/(2·C_i)
//
// the gradient of a row is m − 1 + D·α. Hsieh et al., 2008, algorithm 1 with L2 loss.
type squaredHinge struct{ alpha, diagonal []float64 }

func newSquaredHinge(cost []float64) *squaredHinge {
	s := &squaredHinge{make([]float64, len(cost)), make([]float64, len(cost))}
	for i, c := range cost {
		s.diagonal[i] = 0.5 / c
	}
	return s
}

func (s *squaredHinge) start(int) float64 { return 0 }

func (s *squaredHinge) step(i int, m, square float64) (change, gradient float64) {
	alpha := s.alpha[i]
	g := m - 1 + s.diagonal[i]*alpha
	if alpha == 0 && g > 0 {
		return 0, 0 // the gradient's projection to α ≥ 0
	}
	s.alpha[i] = max(0, alpha-g/(square+s.diagonal[i]))
	return s.alpha[i] - alpha, g
}

func (s *squaredHinge) next() {}
