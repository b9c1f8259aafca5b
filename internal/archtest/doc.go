// Package archtest holds what the project's packages look like from outside: the
// direction of their imports,
//
//	graph ← nn ← train ← cmd        datasets ← cmd, train/classifier
//
// who imports Gorgonia, that callers can name what they are given, and how long a
// file may be. It has tests only. Tests of any package may import what they like.
package archtest
