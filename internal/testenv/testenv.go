// Package testenv helps the tests of this module: it finds outside oracles and asks them, reads what the kernel
// says about the process's memory and descriptors, and stands in for a kernel that records or refuses. No code
// that ships imports it.
package testenv

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Tool gives the path of the first of names that is installed. If none is, the test is skipped, or fails where
// the environment has CI=true.
func Tool(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, "tool "+strings.Join(names, " or "))
	return ""
}

// Missing ends the test because something that it needs is not there: a skip, or a failure where the environment
// has CI=true, so that nothing goes untested unnoticed.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("MISSING %s, and CI=true", what)
	} else {
		t.Skipf("MISSING %s: NOT TESTED", what)
	}
}
