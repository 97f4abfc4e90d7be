package testenv

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// RequireNoAllocs has several ways of emitting the same code, which finish gives: none of them allocates once there is room.
func RequireNoAllocs(t *testing.T, finish func() ([]byte, error), ways ...func()) {
	t.Helper()
	var first []byte
	for _, emit := range ways {
		emit()
		require.Zero(t, testing.AllocsPerRun(100, emit))
		code, err := finish()
		require.NoError(t, err)
		if first == nil {
			first = code
		}
		require.Equal(t, first, code)
	}
}

// BenchmarkEmitting measures how long an instruction takes of the insts that emit emits, without finishing if finish is nil.
func BenchmarkEmitting(b *testing.B, name string, insts int, emit func(), finish func() ([]byte, error)) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			emit()
			if finish == nil {
				continue
			}
			if _, err := finish(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(insts), "ns/inst")
	})
}
