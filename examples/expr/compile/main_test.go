package compile

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/wxjit/wxjit/internal/testenv"
)

// TestMain fails the run if a mapping of the process is ever seen writable and executable.
func TestMain(m *testing.M) {
	watcher := testenv.Watch(5 * time.Millisecond)
	code := m.Run()
	for _, v := range watcher.Stop() {
		fmt.Fprintln(os.Stderr, "W^X violated:", v)
		code = 1
	}
	os.Exit(code)
}
