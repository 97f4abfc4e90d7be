package codebuf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
)

// The columns of the table in README.md, "What it protects from, and what not".
const (
	columnProtect = iota
	columnOpen    // Sealed, before the file is sealed
	columnSealed
)

// cell is what came of an attack in the table.
type cell struct {
	column        int
	name, outcome string
}

// What can come of an attack.
const (
	changed     = "changes it"
	destroyed   = "destroys it"
	refusedTo   = "refused"
	noEffect    = "no effect"
	noFile      = "no file"
	notEmulated = "not emulated"
)

// TestResist has a child attack code of its own, and holds the table in README.md to what comes of it.
func TestResist(t *testing.T) {
	if os.Getenv("WXJIT_RESIST") != "" {
		resistChild(t)
		return
	}
	table := readTable(t)
	seen := map[string]int{}
	for _, c := range attackedChild(t) {
		row := table[c.name]
		require.NotNil(t, row, "README.md has no row %q", c.name)
		seen[c.name]++
		want := row[c.column]
		switch {
		case testenv.Emulated() && (c.outcome == notEmulated || c.outcome == noEffect): // it ignores advice
		case c.column == columnProtect && c.outcome == refusedTo && want != refusedTo:
			t.Logf("%s: README.md says %q; this kernel refuses it", c.name, want)
		default:
			require.Equal(t, want, c.outcome, "%s, column %d", c.name, c.column)
		}
	}
	for name := range table {
		require.Equal(t, len(newVictims), seen[name], name)
	}
}

// readTable gives the rows of README.md that begin with an attack.
func readTable(t *testing.T) map[string][]string {
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	require.NoError(t, err)
	_, text2, ok := strings.Cut(string(text), "| attempt |")
	require.True(t, ok)
	table := map[string][]string{}
	for i, line := range strings.Split(text2, "\n") {
		if i < 2 {
			continue
		}
		if !strings.HasPrefix(line, "| ") {
			break
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		require.Len(t, cells, 4, line)
		table[cells[0]] = cells[1:]
	}
	return table
}

// attackedChild runs the child, pokes into it when it asks for that, and gives what it saw.
func attackedChild(t *testing.T) (cells []cell) {
	cmd := testenv.Child(t, "TestResist", "WXJIT_RESIST=1", unwatched)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var rest []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		var addr uintptr
		var c cell
		if _, err := fmt.Sscanf(line, "poke %v", &addr); err == nil {
			fmt.Fprintln(in, int(poke(cmd.Process.Pid, addr)))
		} else if _, err := fmt.Sscanf(line, "cell %d %q %q", &c.column, &c.name, &c.outcome); err == nil {
			cells = append(cells, c)
		} else {
			rest = append(rest, line)
		}
	}
	require.NoError(t, cmd.Wait(), "%s", strings.Join(rest, "\n"))
	return cells
}

// poke writes to the code of another process as a debugger does, and gives the errno.
func poke(pid int, addr uintptr) (errno unix.Errno) {
	runtime.LockOSThread() // who attaches is the one that may poke
	defer runtime.UnlockOSThread()
	err := unix.PtraceAttach(pid)
	if err == nil {
		_, err = unix.Wait4(pid, nil, unix.WALL, nil)
		if err == nil {
			_, err = unix.PtracePokeText(pid, addr, codeEvil)
		}
		err = errors.Join(err, unix.PtraceDetach(pid))
	}
	errors.As(err, &errno)
	return errno
}

// victim is code under attack.
type victim struct {
	column int
	arena  *Arena
	code   *Code
	page   uintptr
}

var codeGood, codeEvil = codeConst(7), codeConst(666)

// newVictims make what is attacked.
var newVictims = []func(t *testing.T) *victim{
	func(t *testing.T) *victim { return newVictim(t, columnProtect, Config{Strategy: Protect}) },
	func(t *testing.T) *victim { return newVictim(t, columnOpen, Config{Strategy: Sealed}) },
	func(t *testing.T) *victim {
		return newVictim(t, columnSealed, Config{Strategy: Sealed, SealEach: true})
	},
	func(t *testing.T) *victim { // a file that is sealed because it is full
		v := newVictim(t, columnSealed, Config{Strategy: Sealed, Size: chunkSize})
		for range 15 {
			publish(t, v.arena, sized(1, 64<<10))
		}
		publish(t, v.arena, sized(1, 60<<10))
		return v
	},
}

func newVictim(t *testing.T, column int, c Config) *victim {
	a, err := New(c)
	require.NoError(t, err)
	code := publish(t, a, codeGood)
	return &victim{column, a, code, code.Addr() &^ uintptr(os.Getpagesize()-1)}
}

// resistChild makes every attack on victims of each kind, and prints a line for each.
func resistChild(t *testing.T) {
	stdin := bufio.NewReader(os.Stdin)
	for _, a := range attacks(stdin) {
		for _, make1 := range newVictims {
			v := make1(t)
			requireCall(t, v.code, 7)
			outcome := v.outcome(t, a.name, a.try(v))
			fmt.Printf("cell %d %q %q\n", v.column, a.name, outcome)
			if outcome != destroyed { // else somebody else may have its addresses by now
				require.NoError(t, v.arena.Close())
			}
		}
	}
}

// outcome looks at what an attack that gave err has done. Code that is as it was must return what it did.
func (v *victim) outcome(t *testing.T, name string, err error) string {
	now, gone := peek(t, v.code.Addr(), len(codeGood))
	switch {
	case gone != nil:
		require.NoError(t, err, name)
		return destroyed
	case string(now) == string(codeEvil):
		require.NoError(t, err, name)
		return changed
	case string(now) != string(codeGood):
		require.NoError(t, err, name)
		return destroyed
	}
	requireCall(t, v.code, 7)
	report, e := v.arena.Audit()
	require.NoError(t, e)
	require.Empty(t, report.Violations, name)
	switch {
	case errors.Is(err, errNoFile):
		return noFile
	case errors.Is(err, unix.ENOSYS):
		return notEmulated
	case err != nil:
		fmt.Printf("column %d, %s: %v\n", v.column, name, err)
		return refusedTo
	}
	return noEffect
}

// peek reads memory that may not be there.
func peek(t *testing.T, addr uintptr, n int) ([]byte, error) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	if _, _, errno := unix.Syscall(unix.SYS_WRITE, w.Fd(), addr, uintptr(n)); errno != 0 {
		return nil, errno
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	require.NoError(t, err)
	return b, nil
}

// TestDescriptorsCloseOnExec: a program that is executed gets no descriptor of code. The control is a copy of one without
// the flag, which it gets.
func TestDescriptorsCloseOnExec(t *testing.T) {
	const name = "memfd:wxjit"
	if os.Getenv("WXJIT_EXECUTED") != "" {
		open, err := testenv.Descriptors()
		require.NoError(t, err)
		fmt.Println("open:", open)
		return
	}
	executed := func() string {
		out, err := testenv.Child(t, "TestDescriptorsCloseOnExec", "WXJIT_EXECUTED=1").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "open: map[0:")
		return string(out)
	}
	a := newTestArena(t, Config{Strategy: Sealed})
	publish(t, a, codeGood)
	require.NotContains(t, executed(), name)

	open, err := testenv.Descriptors()
	require.NoError(t, err)
	copied := -1
	for fd, target := range open {
		if strings.Contains(target, name) {
			copied, err = unix.Dup(fd)
			require.NoError(t, err)
		}
	}
	require.GreaterOrEqual(t, copied, 0)
	defer func() { require.NoError(t, unix.Close(copied)) }()
	require.Contains(t, executed(), name)
}
