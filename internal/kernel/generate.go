package kernel

//go:generate make -C ../.. generate
