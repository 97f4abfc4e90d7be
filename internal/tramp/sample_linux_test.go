//go:build linux && (amd64 || arm64)

package tramp

import (
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSlots asks for the slots of more code than there are, from several threads at once: each granule has its own, all
// threads see the same, and what finds none is told apart.
func TestSlots(t *testing.T) {
	const lo, n = uintptr(1) << 40, 2 * Slots * SampleGranule
	require.Equal(t, leftPC, slotFor(lo), "that is not code")
	require.Equal(t, leftPC, slotFor(leftPC))
	AddCode(lo, n)
	defer RemoveCode(lo, n)
	const threads = 4
	var found [threads][2 * Slots]uintptr
	var wg sync.WaitGroup
	for k := range threads {
		wg.Go(func() {
			for i := range found[k] {
				found[k][i] = slotFor(lo + uintptr(i*SampleGranule+k))
			}
		})
	}
	wg.Wait()
	require.True(t, Sampled())
	slots := map[uintptr]int{}
	for i, pc := range found[0] {
		require.True(t, strings.HasSuffix(runtime.FuncForPC(pc).Name(), "tramp.generatedCode"), "%#x", pc)
		if pc == SlotPC(Slots) {
			continue
		}
		require.Zero(t, slots[pc], "two granules have a slot")
		slots[pc] = i + 1
		for k := range found {
			require.Equal(t, pc, found[k][i])
		}
	}
	require.Greater(t, len(slots), Slots*9/10)
	for i := range Slots {
		addr, last := Slot(i)
		if addr != 0 {
			require.Equal(t, lo+uintptr(slots[SlotPC(i)]-1)*SampleGranule, addr)
			require.Equal(t, Period(), last)
		}
	}

	// A slot that is retired is not shown, nor given to others before it is free.
	pc := found[0][0]
	slot := int(pc-SlotPC(0)) / slotSize
	RetireSlot(slot)
	addr, _ := Slot(slot)
	require.Zero(t, addr)
	require.NotEqual(t, pc, slotFor(lo))
	FreeSlot(slot)
	NextPeriod()
	require.Equal(t, pc, slotFor(lo))
	_, last := Slot(slot)
	require.Equal(t, Period(), last)
	for i := range Slots {
		FreeSlot(i)
	}
}
