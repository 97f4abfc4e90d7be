package disasm

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/codebuf/internal/listing"
	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// TestDecoder is for both architectures, whichever this is.
func TestDecoder(t *testing.T) {
	amd64, arm64 := decoder(disasm.AMD64, 1), decoder(disasm.ARM64, 4)
	for _, c := range []struct {
		decode listing.Decoder
		code   string
		text   string
		n      int
	}{
		{amd64, "\x48\x8b\x07\xc3", "mov rax,QWORD PTR [rdi]", 3},
		{amd64, "\xeb\xfe", "jmp 0x1000", 2},
		{amd64, "\x06\x90", "(bad)", 1},
		{amd64, "\x48", "(bad)", 1}, // cut
		{arm64, "\x00\x00\x40\xf9\xc0\x03\x5f\xd6", "ldr x0, [x0]", 4},
		{arm64, "\x00\x00\x00\x14", "b 0x1000", 4},
		{arm64, "\xff\xff\xff\xff\xc0\x03\x5f\xd6", "(bad)", 4},
		{arm64, "\xc0\x03\x5f", "(bad)", 3}, // cut
	} {
		text, n := c.decode([]byte(c.code), 0x1000)
		require.Equal(t, c.text, text, "%x", c.code)
		require.Equal(t, c.n, n, "%x", c.code)
	}
}

// faulting is code whose instruction number 2 reads a null pointer, in front of a long tail.
var faulting = map[string][]string{
	"amd64": append([]string{"\x48\x89\xf8", "\x31\xff", "\x48\x8b\x0f", "\x48\x01\xc8", "\xc3"}, tail("\x0f\x1f\x44\x00\x00", 20)...),
	"arm64": append([]string{"\xe1\x03\x00\xaa", "\x00\x00\x80\xd2", "\x02\x00\x40\xf9", "\x20\x00\x02\x8b", "\xc0\x03\x5f\xd6"},
		tail("\x1f\x20\x03\xd5", 20)...),
}

func tail(nop string, n int) (list []string) {
	for range n {
		list = append(list, nop)
	}
	return list
}

// TestFault prints a fault: the instructions around, as objdump has them, with their addresses and bytes, the one that
// faulted marked.
func TestFault(t *testing.T) {
	a, err := codebuf.New(codebuf.Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	f, err := codebuf.NewFiber(codebuf.FiberConfig{})
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()

	insts := faulting[runtime.GOARCH]
	code := []byte(strings.Join(insts, ""))
	b, err := a.NewBuffer(len(code))
	require.NoError(t, err)
	_, err = b.Write(code)
	require.NoError(t, err)
	c, err := b.Seal()
	require.NoError(t, err)
	_, err = f.Call(c, 1)
	fault, ok := errors.AsType[*codebuf.Fault](err)
	require.True(t, ok, "%v", err)

	var marked, lines []string
	for line := range strings.Lines(fmt.Sprintf("%+v", fault)) {
		if strings.HasPrefix(line, "=> ") {
			marked = append(marked, line)
		}
		if strings.HasPrefix(line, "=> 0x") || strings.HasPrefix(line, "   0x") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	require.Len(t, marked, 1)
	require.Greater(t, len(lines), 8)
	pc := c.Addr()
	for i, text := range testenv.Objdump(t, runtime.GOARCH, code, uint64(c.Addr()))[:8] {
		mark := "  "
		if i == 2 {
			mark = "=>"
			require.Equal(t, pc, fault.PC)
		}
		require.Equal(t, fmt.Sprintf("%s %#x  %-24x %s", mark, pc, insts[i], text), lines[i])
		pc += uintptr(len(insts[i]))
	}
	require.NotContains(t, fmt.Sprintf("%v", fault), "\n")
}
