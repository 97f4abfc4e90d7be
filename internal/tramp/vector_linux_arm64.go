package tramp

//lint:file-ignore U1000 the assembly uses what Go does not

// vectorSize is for V0 to V31, FPSR and FPCR. The rest of the SVE registers belongs to the thread, and does not
// survive a system call (linux, Documentation/arch/arm64/sve.rst, "System call behaviour").
const vectorSize = (32*16 + 2*8 + 63) &^ 63

// nowhere is the Control of no fiber.
var nowhere Control
