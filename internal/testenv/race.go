package testenv

import "runtime/debug"

// Race tells whether the race detector is compiled in. Tests of a single goroutine that take long with it have less to do
// then, or nothing: they are whole in the other stages, and it would not find anything.
func Race() bool {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" {
				return s.Value == "true"
			}
		}
	}
	return false
}
