package codebuf

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
)

// held is what codeHold loads into the registers, and stores from them after a loop: general registers by number (but x18
// and x28, and x0, which counts), floating-point control and status, flags, and vectors.
type held struct {
	x                [31]uint64
	fpcr, fpsr, nzcv uint64
	v                [64]uint64
}

// TestPreemptedState has loops that hold something else in every register, which are preempted over and over, by a storm of
// signals and by garbage collections, and go on in whichever thread. At the end of each all is as it was.
func TestPreemptedState(t *testing.T) {
	defer testenv.Storm(t, 10*time.Microsecond, unix.SIGURG)()
	times, moved := hold(t, codeHold, 300_000, uint64(testenv.Scaled(200)))
	require.Positive(t, times)
	require.Positive(t, moved)
	t.Logf("%d preemptions, %d in another thread", times, moved)
}

// TestPreemptedByItself has such loops send the signal to the thread they are in, in each round. What it takes to do that
// is restored by the code, so that of x0, x1, x2 and x8 it says nothing.
func TestPreemptedByItself(t *testing.T) {
	at := bytes.Index(codeHold, code(0xd1000400))
	itself := slices.Concat(codeHold[:at], code(
		0xd1000400, // sub x0, x0, #0x1
		0xa9bf0be1, // stp x1, x2, [sp, #-16]!
		0xa9bf23e0, // stp x0, x8, [sp, #-16]!
		0xd2801588, // mov x8, #0xac (getpid)
		0xd4000001, // svc #0x0
		0xaa0003e2, // mov x2, x0
		0xd2801648, // mov x8, #0xb2 (gettid)
		0xd4000001, // svc #0x0
		0xaa0003e1, // mov x1, x0
		0xaa0203e0, // mov x0, x2
		0xd28002e2, // mov x2, #0x17 (SIGURG)
		0xd2801068, // mov x8, #0x83 (tgkill)
		0xd4000001, // svc #0x0
		0xa8c123e0, // ldp x0, x8, [sp], #16
		0xa8c10be1, // ldp x1, x2, [sp], #16
		0xb5fffe20, // cbnz x0, the first of these
	), codeHold[at+8:])
	times, moved := hold(t, itself, 200, uint64(testenv.Scaled(2000)))
	require.Positive(t, times)
	t.Logf("%d preemptions, %d in another thread", times, moved)
}

// hold calls code that holds registers for so many rounds, until it has been preempted n times.
func hold(t *testing.T, text []byte, rounds, n uint64) (times, inAnother uint64) {
	c := seal(t, newTestArena(t, Config{}), text)
	var done, moved atomic.Uint64
	// Which thread a loop goes on in is chance: until it was another one, but not for ever.
	enough := func() bool { d := done.Load(); return d >= n && moved.Load() > 0 || d >= 100*n }
	var wg sync.WaitGroup
	for range 4 {
		f := newTestFiber(t)
		wg.Go(func() {
			var before, movedBefore uint64
			for i := 0; !enough(); i++ {
				h := testenv.OnHeap[held]()
				for j := range h.x {
					h.x[j] = rand.Uint64()
				}
				for j := range h.v {
					h.v[j] = rand.Uint64()
				}
				h.fpcr = rand.Uint64N(8) << 22 // rounding, flush to zero
				h.fpsr = rand.Uint64N(32)      // what has happened
				h.nzcv = rand.Uint64N(16) << 28
				h.x[0] = rounds
				want := *h
				want.x[0] = 0
				_, err := f.CallContext(t.Context(), c, uint64(uintptr(unsafe.Pointer(h))))
				want.x[18], want.x[28] = h.x[18], h.x[28]
				if !assert.NoError(t, err) || !assert.Equal(t, want, *h) {
					return
				}
				now, m := f.Preempted()
				done.Add(now - before)
				moved.Add(m - movedBefore)
				before, movedBefore = now, m
				if i%8 == 0 {
					runtime.GC()
				}
			}
		})
	}
	wg.Wait()
	return done.Load(), moved.Load()
}

var codeHold = code(
	0xf81e0ffe, // str x30, [sp, #-32]!
	0xf90007e0, // str x0, [sp, #8]
	0xf9407c01, // ldr x1, [x0, #248]
	0xd51b4401, // msr fpcr, x1
	0xf9408001, // ldr x1, [x0, #256]
	0xd51b4421, // msr fpsr, x1
	0xf9408401, // ldr x1, [x0, #264]
	0xd51b4201, // msr nzcv, x1
	0x91044001, // add x1, x0, #0x110
	0xad400420, // ldp q0, q1, [x1]
	0xad410c22, // ldp q2, q3, [x1, #32]
	0xad421424, // ldp q4, q5, [x1, #64]
	0xad431c26, // ldp q6, q7, [x1, #96]
	0xad442428, // ldp q8, q9, [x1, #128]
	0xad452c2a, // ldp q10, q11, [x1, #160]
	0xad46342c, // ldp q12, q13, [x1, #192]
	0xad473c2e, // ldp q14, q15, [x1, #224]
	0xad484430, // ldp q16, q17, [x1, #256]
	0xad494c32, // ldp q18, q19, [x1, #288]
	0xad4a5434, // ldp q20, q21, [x1, #320]
	0xad4b5c36, // ldp q22, q23, [x1, #352]
	0xad4c6438, // ldp q24, q25, [x1, #384]
	0xad4d6c3a, // ldp q26, q27, [x1, #416]
	0xad4e743c, // ldp q28, q29, [x1, #448]
	0xad4f7c3e, // ldp q30, q31, [x1, #480]
	0xf9400401, // ldr x1, [x0, #8]
	0xf9400802, // ldr x2, [x0, #16]
	0xf9400c03, // ldr x3, [x0, #24]
	0xf9401004, // ldr x4, [x0, #32]
	0xf9401405, // ldr x5, [x0, #40]
	0xf9401806, // ldr x6, [x0, #48]
	0xf9401c07, // ldr x7, [x0, #56]
	0xf9402008, // ldr x8, [x0, #64]
	0xf9402409, // ldr x9, [x0, #72]
	0xf940280a, // ldr x10, [x0, #80]
	0xf9402c0b, // ldr x11, [x0, #88]
	0xf940300c, // ldr x12, [x0, #96]
	0xf940340d, // ldr x13, [x0, #104]
	0xf940380e, // ldr x14, [x0, #112]
	0xf9403c0f, // ldr x15, [x0, #120]
	0xf9404010, // ldr x16, [x0, #128]
	0xf9404411, // ldr x17, [x0, #136]
	0xf9404c13, // ldr x19, [x0, #152]
	0xf9405014, // ldr x20, [x0, #160]
	0xf9405415, // ldr x21, [x0, #168]
	0xf9405816, // ldr x22, [x0, #176]
	0xf9405c17, // ldr x23, [x0, #184]
	0xf9406018, // ldr x24, [x0, #192]
	0xf9406419, // ldr x25, [x0, #200]
	0xf940681a, // ldr x26, [x0, #208]
	0xf9406c1b, // ldr x27, [x0, #216]
	0xf940741d, // ldr x29, [x0, #232]
	0xf940781e, // ldr x30, [x0, #240]
	0xf9400000, // ldr x0, [x0]
	0xd1000400, // sub x0, x0, #0x1
	0xb5ffffe0, // cbnz x0, d8
	0xf94007e0, // ldr x0, [sp, #8]
	0xf9000401, // str x1, [x0, #8]
	0xf9000802, // str x2, [x0, #16]
	0xf9000c03, // str x3, [x0, #24]
	0xf9001004, // str x4, [x0, #32]
	0xf9001405, // str x5, [x0, #40]
	0xf9001806, // str x6, [x0, #48]
	0xf9001c07, // str x7, [x0, #56]
	0xf9002008, // str x8, [x0, #64]
	0xf9002409, // str x9, [x0, #72]
	0xf900280a, // str x10, [x0, #80]
	0xf9002c0b, // str x11, [x0, #88]
	0xf900300c, // str x12, [x0, #96]
	0xf900340d, // str x13, [x0, #104]
	0xf900380e, // str x14, [x0, #112]
	0xf9003c0f, // str x15, [x0, #120]
	0xf9004010, // str x16, [x0, #128]
	0xf9004411, // str x17, [x0, #136]
	0xf9004c13, // str x19, [x0, #152]
	0xf9005014, // str x20, [x0, #160]
	0xf9005415, // str x21, [x0, #168]
	0xf9005816, // str x22, [x0, #176]
	0xf9005c17, // str x23, [x0, #184]
	0xf9006018, // str x24, [x0, #192]
	0xf9006419, // str x25, [x0, #200]
	0xf900681a, // str x26, [x0, #208]
	0xf9006c1b, // str x27, [x0, #216]
	0xf900741d, // str x29, [x0, #232]
	0xf900781e, // str x30, [x0, #240]
	0xf900001f, // str xzr, [x0]
	0xd53b4401, // mrs x1, fpcr
	0xf9007c01, // str x1, [x0, #248]
	0xd53b4421, // mrs x1, fpsr
	0xf9008001, // str x1, [x0, #256]
	0xd53b4201, // mrs x1, nzcv
	0xf9008401, // str x1, [x0, #264]
	0x91044001, // add x1, x0, #0x110
	0xad000420, // stp q0, q1, [x1]
	0xad010c22, // stp q2, q3, [x1, #32]
	0xad021424, // stp q4, q5, [x1, #64]
	0xad031c26, // stp q6, q7, [x1, #96]
	0xad042428, // stp q8, q9, [x1, #128]
	0xad052c2a, // stp q10, q11, [x1, #160]
	0xad06342c, // stp q12, q13, [x1, #192]
	0xad073c2e, // stp q14, q15, [x1, #224]
	0xad084430, // stp q16, q17, [x1, #256]
	0xad094c32, // stp q18, q19, [x1, #288]
	0xad0a5434, // stp q20, q21, [x1, #320]
	0xad0b5c36, // stp q22, q23, [x1, #352]
	0xad0c6438, // stp q24, q25, [x1, #384]
	0xad0d6c3a, // stp q26, q27, [x1, #416]
	0xad0e743c, // stp q28, q29, [x1, #448]
	0xad0f7c3e, // stp q30, q31, [x1, #480]
	0xd51b441f, // msr fpcr, xzr
	0xf84207fe, // ldr x30, [sp], #32
	0xd65f03c0, // ret
)
