// Package archtest holds the direction of the project's imports:
//
//	graph ← nn ← train ← cmd        datasets ← cmd
//
// It has tests only. Tests of any package may import what they like.
package archtest
