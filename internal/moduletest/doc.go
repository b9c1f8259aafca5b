// Package moduletest holds the module to what its README promises to users of
// other modules.
package moduletest
