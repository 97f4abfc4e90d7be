package testenv

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Main runs the tests of a package and gives the exit code for os.Exit. It fails the run, even if all tests pass,
// when
//
//   - a mapping of the process was ever writable and executable, or its pages were through two mappings: looked at
//     after every transition of the ledger, and by a sampling goroutine;
//   - something is still mapped at the end that the ledger saw, but for what mine says is in good hands. The report
//     says where each was mapped;
//   - a file descriptor is open at the end that was not at the start.
func Main(m *testing.M, ledger *Ledger, mine func(lo, hi uintptr) bool) int {
	var mu sync.Mutex
	violations := map[string]bool{}
	ledger.After = func(op string) {
		if err := CheckWX(); err != nil && !errors.Is(err, syscall.EMFILE) {
			mu.Lock()
			defer mu.Unlock()
			violations["after "+op+": "+err.Error()] = true
		}
	}
	before, err := Descriptors()
	if err != nil {
		fmt.Fprintln(os.Stderr, "descriptors:", err)
		return 1
	}
	watcher := Watch(5 * time.Millisecond)
	code := m.Run()
	for _, v := range watcher.Stop() {
		violations["sampled: "+v.String()] = true
	}
	problem := func(what, text string) {
		fmt.Fprintf(os.Stderr, "%s: %s\n", what, text)
		code = max(code, 1)
	}
	for v := range violations {
		problem("W^X violated", v)
	}
	for _, leak := range ledger.Open(mine) {
		problem("mapping leaked", leak)
	}
	after, err := Descriptors()
	if err != nil {
		problem("descriptors", err.Error())
	}
	for _, fd := range NewDescriptors(before, after) {
		problem("descriptor leaked", fd)
	}
	return code
}
