// Package bench holds the benchmarks that compare this module with others, in a module of its own so that users of
// wxjit don't download them. Each comparison runs both sides in turn in one process and reports a ratio.
//
//	go -C internal/bench test -bench=. -count=6
package bench
