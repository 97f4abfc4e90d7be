// Package arm64 assembles A64 code. It builds on every platform.
//
//	var a arm64.Assembler
//	a.ADDxxx(arm64.X0, arm64.X0, arm64.X1)
//	a.RET()
//	object, err := a.Finish()
//
// COMING_FROM.md shows one loop in this package and in other assemblers.
//
// # Names
//
// A method is one instruction with one kind of operands. Its name is the manual's mnemonic and a letter for each operand, in
// the manual's order, destination first. The letter gives the parameter's type:
//
//	x   general register of 64 bits, or XZR: X       m   memory, in any addressing mode: Mem
//	w   of 32 bits, or WZR: W                        i   immediate: an integer, or float64
//	p   the stack pointer: P, WP                     l   label: asm.Label
//	b   floating-point register of 8 bits: B         c   condition: Cond
//	h   of 16 bits: H                                g   system register: SysReg
//	s   of 32 bits: S                                o   option or operation: Barrier, Prefetch, BTITarget,
//	d   of 64 bits: D                                    PStateField, DCOp, ICOp, ATOp, TLBIOp
//	q   of 128 bits: Q                               r   X or W with a shift: ShiftedX, ShiftedW
//	v   vector register: V8B to V2D, or one of its   e   X or W with an extension: Extended
//	    elements: LaneB to LaneD, Lane4B, Lane2H     Z   #0 or #0.0, no parameter
//
// The arrangement of v follows, or the size of an element: once at the end if all v have it in common, otherwise behind each.
// Behind that x2, x3 or x4 says that v is the first of so many consecutive registers, or elements of them; V0 follows V31.
//
//	ADDxxx           ADD X0, X1, X2             FADDvvv4S        FADD V0.4S, V1.4S, V2.4S
//	ADDxxr           ADD X0, X1, X2, LSL #3     FMULv4Sv4SvS     FMUL V0.4S, V1.4S, V2.S[1]
//	ADDppi           ADD SP, SP, #16            INSvwB           INS V0.B[1], W1
//	LDPxxm           LDP X0, X1, [X2]           TBLv8Bv16Bx2v8B  TBL V0.8B, {V1.16B, V2.16B}, V3.8B
//	FCMPdZ           FCMP D0, #0.0              LD4vx4mS         LD4 {V0.S, V1.S, V2.S, V3.S}[1], [X2]
//
// A shift of the immediate before it is a parameter without a letter: MOVZxi(X0, 1, 16). At the end stands what no operand
// tells:
//
//	32    p is WSP, and no x or w tells so: ADDppi32
//	MSL   the shift of the immediate is one with ones: MOVIvi4SMSL
//
// Mnemonics are the manual's, aliases among them: CMPxi, LSLxxi, CSETxc, UBFXxxii. B.cond is Bcl, BC.cond BCcl. What has
// small letters in its first word, such as Bind and LoadConst, is no instruction.
//
// # Forms
//
// Where the manual has several encodings for the same operands the method takes the one that can express them: LDRxm that of
// LDUR for an offset that is not scaled, ADDxxi the immediate shifted by 12, MOVxi that of MOVZ, MOVN or ORR. Emit has those with
// an explicit shift as well.
//
// # Operands
//
// Each class and width of register is a type of its own, and so is SP, which shares its number with the zero register:
// what the instruction does not take does not compile. What a type can't say is an error from Finish that names the
// method and the line of the call: an offset out of range, the zero register as a base.
//
// # Reach
//
// What goes to a label always reaches it: branches are relaxed. Each is emitted in its form of one instruction; only if some
// label turns out to be out of reach, Finish gives what doesn't reach the next form of
//
//	B, BL                    128 MiB   ADRP X16; ADD X16; BR X16 or BLR X16
//	B.cond, CBZ, CBNZ        1 MiB     the inverse condition over B, and that over ADRP X16; ADD X16; BR X16
//	TBZ, TBNZ                32 KiB    likewise
//	ADR                      1 MiB     ADRP; ADD
//	LDR (literal)            1 MiB     ADRP; ADD; LDR, the address in the destination, or in X16 if that is no general register
//
// and moves everything else. So X16 may change where a branch is taken, as AAPCS64 ("General-purpose Registers", IP0) lets
// any branch do, but not where a function is shorter than 128 MiB. To a label of another object the conditional branches and
// what was 1 MiB take the first form that reaches 128 MiB or more.
//
// Literals and veneers wait in a pool, which Pool writes, or Finish behind the code. Before the oldest that waits comes out of
// reach the pool is written in front of the next instruction, with a branch over it. It may come between any two
// instructions; call Pool where control does not come to spare the branch, and ForbidRelaxation around instructions that
// must stay together, as those between LDXR and STXR should.
package arm64

//go:generate go run ../../internal/asmgen arm64
