package listing_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/codebuf/internal/listing"
	"github.com/wxjit/wxjit/internal/disasm"
)

// byLength decodes instructions whose first byte says how long they are; with 0 it is no instruction.
func byLength(code []byte, _ uintptr) (text string, n int) {
	return "", min(max(int(code[0]), 1), len(code))
}

func TestBoundaries(t *testing.T) {
	for name, c := range map[string]struct {
		code    []byte
		at      int
		from    int
		lengths []int
	}{
		"the first":                 {[]byte{2, 9, 1, 3, 9, 9}, 0, 0, []int{2, 1, 3}},
		"one behind others":         {[]byte{2, 9, 1, 3, 9, 9}, 3, 0, []int{2, 1, 3}},
		"the last byte":             {[]byte{2, 9, 1}, 2, 0, []int{2, 1}},
		"nothing behind":            {[]byte{2, 9, 1}, 3, 0, []int{2, 1}},
		"nothing at all":            {nil, 0, 0, nil},
		"begins inside one":         {[]byte{9, 9, 2, 9, 1, 1}, 4, 2, []int{2, 1, 1}},
		"nothing leads there":       {[]byte{9, 9, 9, 2, 0}, 3, 3, []int{2}},
		"the farthest that does":    {[]byte{3, 1, 1, 1}, 3, 0, []int{3, 1}},
		"the last is cut":           {[]byte{1, 4, 0}, 1, 0, []int{1, 2}},
		"an instruction that isn't": {[]byte{0, 0, 2, 9}, 2, 0, []int{1, 1, 2}},
	} {
		from, lengths := listing.Boundaries(c.code, c.at, 0x1000, byLength)
		require.Equal(t, c.from, from, name)
		require.Equal(t, c.lengths, lengths, name)
	}
}

// TestBoundariesOfAnything: whatever the bytes, and for both decoders, the instruction that is asked for begins one, and the
// lengths go up to the end. Each is decoded at its address.
func TestBoundariesOfAnything(t *testing.T) {
	for name, decode := range map[string]func([]byte, uint64) (disasm.Inst, error){"amd64": disasm.AMD64, "arm64": disasm.ARM64} {
		random := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			code := make([]byte, 1+random.IntN(64))
			for i := range code {
				code[i] = byte(random.Uint32())
			}
			at := random.IntN(len(code))
			pc := uintptr(0x10000 + at)
			from, lengths := listing.Boundaries(code, at, pc, func(b []byte, addr uintptr) (string, int) {
				require.Equal(t, 0x10000+uintptr(len(code)-len(b)), addr, name)
				if inst, err := decode(b, uint64(addr)); err == nil {
					return inst.Text, inst.Len
				}
				return "", 1
			})
			off, found := from, false
			for _, n := range lengths {
				require.Positive(t, n, name)
				found = found || off == at
				off += n
			}
			require.True(t, found, "%s: %x at %d", name, code, at)
			require.Equal(t, len(code), off, name)
		}
	}
}

func TestBytes(t *testing.T) {
	code := make([]byte, 19)
	from, lengths := listing.Boundaries(code, 10, 0x1000, listing.Bytes)
	require.Equal(t, 2, from)
	require.Equal(t, []int{8, 8, 1}, lengths)
}
