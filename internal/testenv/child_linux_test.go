package testenv

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestChildEndsWithParent kills a child that has one of its own, which never ends by itself.
func TestChildEndsWithParent(t *testing.T) {
	switch os.Getenv("WXJIT_CHILD") {
	case "child":
		grandchild := Child(t, "TestChildEndsWithParent", "WXJIT_CHILD=grandchild")
		require.NoError(t, grandchild.Start())
		fmt.Println("pid", grandchild.Process.Pid)
		linger()
	case "grandchild":
		linger()
	}
	child := Child(t, "TestChildEndsWithParent", "WXJIT_CHILD=child")
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	pid := 0
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if number, ok := strings.CutPrefix(lines.Text(), "pid "); ok {
			pid, err = strconv.Atoi(number)
			require.NoError(t, err)
		}
	}
	require.NotZero(t, pid)
	require.True(t, running(pid))
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())
	require.Eventually(t, func() bool { return !running(pid) }, 10*time.Second, 10*time.Millisecond)
}

// linger never returns. It sleeps, for the runtime ends a process in which every goroutine waits for another.
func linger() {
	for {
		time.Sleep(time.Hour)
	}
}

// running tells whether a process is there that has not ended: nobody may have asked how it did.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}
