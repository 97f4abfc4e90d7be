package profile

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/asm/arm64"
	"github.com/wxjit/wxjit/codebuf"
)

// loop is a function that counts down from its argument.
func loop(t *testing.T, name string) *asm.Object {
	var o *asm.Object
	var err error
	switch runtime.GOARCH {
	case "amd64":
		var a amd64.Assembler
		a.Bind(a.NewLabel(name))
		again := a.NewLabel("")
		a.Bind(again)
		a.SUBri64(amd64.RDI, 1)
		a.JNEl(again)
		a.RET()
		o, err = a.Finish()
	case "arm64":
		var a arm64.Assembler
		a.Bind(a.NewLabel(name))
		again := a.NewLabel("")
		a.Bind(again)
		a.SUBxxi(arm64.X0, arm64.X0, 1)
		a.CBNZxl(arm64.X0, again)
		a.RET()
		o, err = a.Finish()
	}
	require.NoError(t, err)
	o.Alignment = 64
	return o
}

// The two Go functions that call generated ones.

//go:noinline
func callHeavy(f *codebuf.Fiber, c *codebuf.Code, n uint64) error {
	_, err := f.Call(c, n)
	return err
}

//go:noinline
func callLight(f *codebuf.Fiber, c *codebuf.Code, n uint64) error {
	_, err := f.Call(c, n)
	return err
}

// cpu is the time that the process has had.
func cpu(t *testing.T) time.Duration {
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano())
}

// hot runs two generated functions for some time under the profiler, in turn, one for twice as many rounds as the other,
// and gives the profile.
//
// The rate is one that kernels with a tick of 250 Hz keep to.
func hot(t *testing.T, long time.Duration) *bytes.Buffer {
	a, err := codebuf.New(codebuf.Config{})
	require.NoError(t, err)
	f, err := codebuf.NewFiber(codebuf.FiberConfig{})
	require.NoError(t, err)
	codes, err := a.Publish(loop(t, "script.heavy"), loop(t, "script.light"))
	require.NoError(t, err)

	// A turn is much longer than the time between samples, which then can't go astray.
	n, start := uint64(1<<22), cpu(t)
	for ; cpu(t)-start < 20*time.Millisecond; n *= 2 {
		start = cpu(t)
		require.NoError(t, callLight(f, codes[1], n))
	}
	var raw bytes.Buffer
	runtime.SetCPUProfileRate(250) // StartCPUProfile complains that this has been done
	require.NoError(t, pprof.StartCPUProfile(&raw))
	for start := cpu(t); cpu(t)-start < long; {
		require.NoError(t, callHeavy(f, codes[0], 2*n))
		require.NoError(t, callLight(f, codes[1], n))
	}
	pprof.StopCPUProfile()
	require.NoError(t, f.Close())
	require.NoError(t, a.Release(codes...)) // the names outlive the code
	require.NoError(t, a.Close())
	return &raw
}

// tool is what `go tool pprof` says about a profile. It is kept from looking for names itself, which it would do for the
// whole program where the runtime had none for a sample in C code, and without the functions that were inlined.
func tool(t *testing.T, file string, flags ...string) string {
	cmd := exec.Command("go", append(append([]string{"tool", "pprof", "-symbolize=none"}, flags...), file)...)
	cmd.Env = append(os.Environ(), "GOARCH=", "GOFLAGS=-buildvcs=false")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// TestTool: go tool pprof names both functions, each under its own caller, with their shares of the time.
func TestTool(t *testing.T) {
	raw := hot(t, 2*time.Second)
	require.NotContains(t, functions(t, raw.Bytes()), "script.heavy", "the control: names come by Rewrite")
	var named bytes.Buffer
	require.NoError(t, Rewrite(&named, raw))
	file := filepath.Join(t.TempDir(), "cpu.pprof")
	require.NoError(t, os.WriteFile(file, named.Bytes(), 0o600))

	top := tool(t, file, "-top")
	heavy, light := flat(t, top, "script.heavy"), flat(t, top, "script.light")
	t.Logf("heavy %.4f of both, truth %.4f", heavy/(heavy+light), 2.0/3)
	require.InEpsilon(t, 2.0/3, heavy/(heavy+light), 0.1, top)
	require.InEpsilon(t, 1.0/3, light/(heavy+light), 0.1, top)
	// Samples at the instant of a preemption have a name too. With cgo a thread that begins is external code.
	for _, lost := range []string{"github.com/wxjit/wxjit/internal/tramp.Enter", "runtime._ExternalCode"} {
		if strings.Contains(top, lost) {
			require.Less(t, flat(t, top, lost), 0.05*(heavy+light), top)
		}
	}

	traces := tool(t, file, "-traces")
	requireCaller(t, traces, "script.heavy", "callHeavy", "callLight")
	requireCaller(t, traces, "script.light", "callLight", "callHeavy")
}

// flat finds the time in a line of -top: flat flat% sum% cum cum% name.
func flat(t *testing.T, top, name string) float64 {
	m := regexp.MustCompile(`(?m)^ *([0-9.]+)(m?s) .* ` + regexp.QuoteMeta(name) + `$`).FindStringSubmatch(top)
	require.NotNil(t, m, "no %s in\n%s", name, top)
	v, err := strconv.ParseFloat(m[1], 64)
	require.NoError(t, err)
	if m[2] == "ms" {
		v /= 1000
	}
	return v
}

// requireCaller looks through -traces, stacks from the inside out with lines in between.
func requireCaller(t *testing.T, traces, name, caller, other string) {
	found := 0
	for trace := range strings.SplitSeq(traces, "-----------+") {
		if strings.Contains(trace, name) {
			found++
			require.Regexp(t, `s +`+regexp.QuoteMeta(name)+`\n +\S*Fiber\)\.Call.*\n +\S*\.`+caller+`\n`, trace)
			require.NotContains(t, trace, other)
		}
	}
	require.Positive(t, found, traces)
}

// functions are the names in a profile.
func functions(t *testing.T, b []byte) (names []string) {
	p, err := profile.ParseData(b)
	require.NoError(t, err)
	for _, f := range p.Function {
		names = append(names, f.Name)
	}
	return names
}

// TestName: what a rewritten profile has in it is consistent, and generated code has its own addresses.
func TestName(t *testing.T) {
	p, err := profile.Parse(hot(t, 300*time.Millisecond))
	require.NoError(t, err)
	Name(p)
	require.NoError(t, p.CheckValid())
	found := 0
	for _, l := range p.Location {
		if l.Mapping == nil || l.Mapping.File != "[generated]" {
			continue
		}
		found++
		require.Len(t, l.Line, 1)
		require.Contains(t, l.Line[0].Function.Name, "script.")
		require.Zero(t, l.Line[0].Line, "the loop is in the first 16 bytes")
		require.Zero(t, l.Address%64)
		require.GreaterOrEqual(t, l.Address, l.Mapping.Start)
		require.Less(t, l.Address, l.Mapping.Limit)
	}
	require.Equal(t, 2, found)
	before := p.String()
	Name(p)
	require.Equal(t, before, p.String(), "there is nothing to do")
}

func TestRewriteErrors(t *testing.T) {
	require.ErrorContains(t, Rewrite(&bytes.Buffer{}, strings.NewReader("no profile")), "profile: rewrite: ")
	var raw bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&raw, 0))
	data := raw.Bytes()
	errFull := errors.New("full")
	require.ErrorIs(t, Rewrite(failing{errFull}, bytes.NewReader(data)), errFull)
	var out bytes.Buffer
	require.NoError(t, Rewrite(&out, bytes.NewReader(data)))
	require.Equal(t, functions(t, data), functions(t, out.Bytes()))
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
