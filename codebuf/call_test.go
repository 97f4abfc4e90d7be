package codebuf

import (
	"testing"

	"github.com/stretchr/testify/require"
)

var addCode = map[string][]byte{"amd64": {0x48, 0x8d, 0x04, 0x37, 0xc3}, "arm64": {0, 0, 1, 0x8b, 0xc0, 3, 0x5f, 0xd6}}

func BenchmarkCall(b *testing.B) {
	a, err := New(Config{})
	require.NoError(b, err)
	buf, err := a.NewBuffer(1)
	require.NoError(b, err)
	buf.Write(goarchCode)
	c, err := buf.Seal()
	require.NoError(b, err)
	f, err := NewFiber(FiberConfig{})
	require.NoError(b, err)
	b.Run("fiber", func(b *testing.B) {
		for b.Loop() {
			if r, err := f.Call(c, 1, 2); r != 3 || err != nil {
				b.Fatal(r, err)
			}
		}
	})
	b.Run("code", func(b *testing.B) {
		for b.Loop() {
			if r, err := c.Call(1, 2); r != 3 || err != nil {
				b.Fatal(r, err)
			}
		}
	})
	fn := Func2[int64, int64, int64](c)
	b.Run("func2", func(b *testing.B) {
		for b.Loop() {
			if r, err := fn(1, 2); r != 3 || err != nil {
				b.Fatal(r, err)
			}
		}
	})
	b.Run("go", func(b *testing.B) {
		for b.Loop() {
			if r := goAdd(1, 2); r != 3 {
				b.Fatal(r, err)
			}
		}
	})
}

var goAdd = func(a, b int64) int64 { return a + b }
