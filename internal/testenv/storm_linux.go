package testenv

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Storm sends each of the signals to every thread of this process, from another process, with a pause of about pause in
// between, until it is stopped, which gives how many it has sent. (One sent to the process would come to any thread.)
func Storm(t testing.TB, pause time.Duration, signals ...unix.Signal) (stop func() int) {
	t.Helper()
	order := fmt.Sprintf("%d %d", os.Getpid(), pause.Microseconds())
	for _, sig := range signals {
		order += fmt.Sprintf(" %d", sig)
	}
	cmd := Child(t, "NoTest", stormEnv+"="+order)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() int {
		_ = in.Close()
		_ = cmd.Wait()
		n, err := strconv.Atoi(strings.TrimSpace(out.String()))
		if err != nil {
			t.Errorf("storm: %v", err)
		}
		return n
	}
}

const stormEnv = "WXJIT_STORM"

// The process that Storm starts is this one again; it does not get to main.
func init() {
	order := os.Getenv(stormEnv)
	if order == "" {
		return
	}
	var numbers []int
	for _, f := range strings.Fields(order) {
		n, _ := strconv.Atoi(f)
		numbers = append(numbers, n)
	}
	end := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(end)
	}()
	fmt.Println(storm(numbers[0], time.Duration(numbers[1])*time.Microsecond, numbers[2:], end))
	os.Exit(0)
}

func storm(pid int, pause time.Duration, signals []int, end <-chan struct{}) (sent int) {
	for {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		for range 100 {
			for _, task := range tasks {
				tid, _ := strconv.Atoi(filepath.Base(task))
				for _, sig := range signals {
					if unix.Tgkill(pid, tid, unix.Signal(sig)) == nil { // the thread may have ended
						sent++
					}
				}
			}
			select {
			case <-end:
				return sent
			default:
				time.Sleep(pause)
			}
		}
	}
}

// Scaled is how often a test repeats something: n times, or more by the factor in WXJIT_LONG.
func Scaled(n int) int {
	if factor, err := strconv.Atoi(os.Getenv("WXJIT_LONG")); err == nil {
		return n * factor
	}
	return n
}
