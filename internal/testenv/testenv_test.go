package testenv

import (
	"os"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func address(mem []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(mem))) }

// fake is a testing.TB that notes how the test would have ended.
type fake struct {
	testing.TB
	ended    string
	errors   int
	cleanups []func()
}

func (*fake) Helper()                 {}
func (f *fake) Fatalf(string, ...any) { f.ended = "fatal" }
func (f *fake) Skipf(string, ...any)  { f.ended = "skip" }
func (f *fake) Errorf(string, ...any) { f.errors++ }
func (f *fake) Cleanup(c func())      { f.cleanups = append(f.cleanups, c) }

func TestTool(t *testing.T) {
	for _, c := range []struct{ ci, ended string }{{"", "skip"}, {"true", "fatal"}} {
		t.Setenv("CI", c.ci)
		f := &fake{}
		require.NotEmpty(t, Tool(f, "no-such-tool-here", "go"))
		require.Empty(t, f.ended)
		require.Empty(t, Tool(f, "no-such-tool-here"))
		require.Equal(t, c.ended, f.ended, "CI=%q", c.ci)
	}
}

func TestNoNewDescriptors(t *testing.T) {
	for _, leak := range []bool{false, true} {
		f := &fake{}
		NoNewDescriptors(f)
		file, err := os.Open(os.DevNull)
		require.NoError(t, err)
		if !leak {
			require.NoError(t, file.Close())
		}
		for _, c := range f.cleanups {
			c()
		}
		require.Equal(t, leak, f.errors == 1)
		if leak {
			require.NoError(t, file.Close())
		}
	}
}

func TestNewDescriptors(t *testing.T) {
	before := map[int]string{0: "/dev/null", 1: "pipe:[7]", 3: "/gone"}
	after := map[int]string{0: "/dev/null", 1: "pipe:[8]", 9: "/memfd:code (deleted)"}
	require.Equal(t, []string{"1 pipe:[8]", "9 /memfd:code (deleted)"}, NewDescriptors(before, after))
	require.Empty(t, NewDescriptors(before, before))
}

func TestObjdump(t *testing.T) {
	amd64 := "\x48\x8b\x05\x10\x00\x00\x00" + "\x48\xb8\x01\x02\x03\x04\x05\x06\x07\x08" + "\xe9\x00\x00\x00\x00" +
		"\x48\x8b\x45\xf8" + "\xc3" + "\x00\x00" + "\x62"
	require.Equal(t, []string{
		"mov rax,QWORD PTR [rip+0x10]", "movabs rax,0x807060504030201", "jmp 0x10016",
		"mov rax,QWORD PTR [rbp-0x8]", "ret", "add BYTE PTR [rax],al", ".byte 0x62",
	}, Objdump(t, "amd64", []byte(amd64), 0x10000))

	arm64 := "\x20\x04\x40\xf9" + "\x00\x00\x00\x14" + "\x41\x00\x00\x54" + "\x00\x00\x80\xd2" + "\x00\x10\x6e\x1e"
	require.Equal(t, []string{
		"ldr x0, [x1, #8]", "b 0x10004", "b.ne 0x10010", "mov x0, #0x0", "fmov d0, #1.000000000000000000e+00",
	}, Objdump(t, "arm64", []byte(arm64), 0x10000))
}
