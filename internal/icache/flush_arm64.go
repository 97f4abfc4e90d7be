package icache

// The bits of CTR_EL0 (Arm ARM DDI 0487, "CTR_EL0, Cache Type Register").
const (
	iminLine = 0  // log2 of the words in the smallest instruction cache line, 4 bits
	dminLine = 16 // the same for data caches, 4 bits
	idc      = 1 << 28
	dic      = 1 << 29
)

// flush cleans the data cache to the point of unification and invalidates the instruction caches of all cores,
// over every line of [lo, hi), each only as far as the CPU says it is needed.
func flush(lo, hi uintptr) {
	ctr := cacheType()
	if ctr&idc == 0 {
		line := uintptr(4) << (ctr >> dminLine & 0xf)
		cleanData(lo&^(line-1), hi, line)
	}
	storeBarrier()
	if ctr&dic == 0 {
		line := uintptr(4) << (ctr >> iminLine & 0xf)
		invalidateInstructions(lo&^(line-1), hi, line)
	}
	instructionBarrier()
}

//go:noescape
func cacheType() uint64

//go:noescape
func cleanData(lo, hi, line uintptr)

//go:noescape
func invalidateInstructions(lo, hi, line uintptr)

//go:noescape
func storeBarrier()

//go:noescape
func instructionBarrier()
