package models

import (
	"fmt"
	"math"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// TestPermutations has those that put elements of two vectors into another order, and pairwise operations.
func TestPermutations(t *testing.T) {
	count(t)
	pair := func(f func(size int, x, y uint64) uint64) func(size, i, count int, at func(i int) uint64) uint64 {
		return func(size, i, _ int, at func(i int) uint64) uint64 { return f(size, at(2*i), at(2*i+1)) }
	}
	pick := func(f func(i, count int) int) func(size, i, count int, at func(i int) uint64) uint64 {
		return func(_, i, count int, at func(i int) uint64) uint64 { return at(f(i, count)) }
	}
	for _, c := range []struct {
		op    arm64asm.Op
		sizes []int
		model func(size, i, count int, at func(i int) uint64) uint64 // at gives the elements of both, one after the other
	}{
		{arm64asm.ZIP1, all8, pick(func(i, count int) int { return i/2 + i%2*count })},
		{arm64asm.ZIP2, all8, pick(func(i, count int) int { return count/2 + i/2 + i%2*count })},
		{arm64asm.UZP1, all8, pick(func(i, _ int) int { return 2 * i })},
		{arm64asm.UZP2, all8, pick(func(i, _ int) int { return 2*i + 1 })},
		{arm64asm.TRN1, all8, pick(func(i, count int) int { return i&^1 + i%2*count })},
		{arm64asm.TRN2, all8, pick(func(i, count int) int { return i&^1 + 1 + i%2*count })},
		{arm64asm.ADDP, all8, pair(naturals(func(x, y uint64) uint64 { return x + y }))},
		{arm64asm.SMAXP, to4, pair(integers(func(x, y int64) int64 { return max(x, y) }))},
		{arm64asm.SMINP, to4, pair(integers(func(x, y int64) int64 { return min(x, y) }))},
		{arm64asm.UMAXP, to4, pair(naturals(func(x, y uint64) uint64 { return max(x, y) }))},
		{arm64asm.UMINP, to4, pair(naturals(func(x, y uint64) uint64 { return min(x, y) }))},
		{arm64asm.FADDP, []int{4, 8}, pair(fadd)},
		{arm64asm.FMAXP, []int{4, 8}, pair(fmax)},
		{arm64asm.FMINNMP, []int{4, 8}, pair(number(fmin, math.Inf(1)))},
	} {
		for _, size := range c.sizes {
			for _, n := range []int{8, 16} {
				if n == size {
					continue
				}
				dst, x, y := anyVector(), anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(c.op, size, n), 0, emit(c.op, arranged(dst, size, n), arranged(x, size, n), arranged(y, size, n)), dst, n, size, func(s *state, i int) uint64 {
					return c.model(size, i, n/size, func(i int) uint64 {
						return lane(s.v[[]uint8{x, y}[i*size/n]][:], size, i%(n/size))
					})
				}, filled(6, size, size >= 4, nothing))
			}
		}
	}
	for i := range 16 {
		dst, x, y := anyVector(), anyVector(), anyVector()
		vectorTest(t, fmt.Sprint("EXT", i), 0, emit(arm64asm.EXT, arranged(dst, 1, 16), arranged(x, 1, 16), arranged(y, 1, 16), arm64.Imm(i)), dst, 16, 1, func(s *state, k int) uint64 {
			return uint64(append(s.v[x][:], s.v[y][:]...)[i+k])
		}, fills(1))
	}
}

// tables gives a list of k registers of bytes.
func tables(first uint8, k int) arm64.Arg { return arm64.ListOf(arm64.V(first).B16(), k) }

func TestTables(t *testing.T) {
	count(t)
	for k := 1; k <= 4; k++ {
		for _, op := range []arm64asm.Op{arm64asm.TBL, arm64asm.TBX} {
			for _, n := range []int{8, 16} {
				dst, table, x := anyVector(), anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(op, k, n), 0, emit(op, arranged(dst, 1, n), tables(table, k), arranged(x, 1, n)), dst, n, 1, func(s *state, i int) uint64 {
					switch at := int(s.v[x][i]); {
					case at < 16*k:
						return uint64(s.v[(int(table)+at/16)%32][at%16])
					case op == arm64asm.TBX:
						return uint64(s.v[dst][i])
					}
					return 0
				}, filled(8, 1, false, func(s *state) {
					for i := range 12 {
						s.v[x][i] &= 63
					}
				}))
			}
		}
	}
}

// TestElements moves single elements.
func TestElements(t *testing.T) {
	count(t)
	for _, size := range all8 {
		n := max(32, 8*size)
		for i := range 16 / size {
			dst, x, r := anyVector(), anyVector(), one()
			k := generator.IntN(16 / size)
			check(t, test{fmt.Sprint("DUP element", size, i), 0, emit(arm64asm.DUP, arranged(dst, size, 16), element(x, size, i)), func(s *state) {
				v := lane(s.v[x][:], size, i)
				s.v[dst] = lanesOf(16, size, func(int) uint64 { return v })
			}}, nothing)
			check(t, test{fmt.Sprint("DUP scalar", size, i), 0, emit(arm64asm.DUP, scalar(size, dst), element(x, size, i)), func(s *state) {
				s.setScalar(size, dst, lane(s.v[x][:], size, i))
			}}, nothing)
			check(t, test{fmt.Sprint("DUP", size), 0, emit(arm64asm.DUP, arranged(dst, size, 16), general(n, r)), func(s *state) {
				s.v[dst] = lanesOf(16, size, func(int) uint64 { return s.gpr[r] })
			}}, nothing)
			check(t, test{fmt.Sprint("INS", size, i), 0, emit(arm64asm.MOV, element(dst, size, i), general(n, r)), func(s *state) {
				setLane(s.v[dst][:], size, i, s.gpr[r])
			}}, nothing)
			check(t, test{fmt.Sprint("INS element", size, i, k), 0, emit(arm64asm.MOV, element(dst, size, i), element(x, size, k)), func(s *state) {
				setLane(s.v[dst][:], size, i, lane(s.v[x][:], size, k))
			}}, nothing)
			check(t, test{fmt.Sprint("UMOV", size, i), 0, emit(arm64asm.UMOV, general(n, r), element(x, size, i)), func(s *state) {
				s.gpr[r] = lane(s.v[x][:], size, i)
			}}, nothing)
			if size < 8 {
				check(t, test{fmt.Sprint("SMOV", size, i), 0, emit(arm64asm.SMOV, arm64.X(r), element(x, size, i)), func(s *state) {
					s.gpr[r] = uint64(signed(8*size, lane(s.v[x][:], size, i)))
				}}, nothing)
			}
		}
	}
}

// TestByElement multiplies by one element.
func TestByElement(t *testing.T) {
	count(t)
	for _, c := range []struct {
		op    arm64asm.Op
		sizes []int
		wide  int
		model func(size int, acc, x, y uint64) uint64
	}{
		{arm64asm.MUL, []int{2, 4}, 1, func(_ int, _, x, y uint64) uint64 { return x * y }},
		{arm64asm.MLA, []int{2, 4}, 1, func(_ int, acc, x, y uint64) uint64 { return acc + x*y }},
		{arm64asm.MLS, []int{2, 4}, 1, func(_ int, acc, x, y uint64) uint64 { return acc - x*y }},
		{arm64asm.SQDMULH, []int{2, 4}, 1, func(size int, _, x, y uint64) uint64 { return doubled(false)(size, x, y) }},
		{arm64asm.SMULL, []int{2, 4}, 2, func(size int, _, x, y uint64) uint64 { return uint64(signed(8*size, x) * signed(8*size, y)) }},
		{arm64asm.UMLAL, []int{2, 4}, 2, func(_ int, acc, x, y uint64) uint64 { return acc + x*y }},
		{arm64asm.FMUL, []int{4, 8}, 1, func(size int, _, x, y uint64) uint64 { return fmul(size, x, y) }},
		{arm64asm.FMLA, []int{4, 8}, 1, func(size int, acc, x, y uint64) uint64 { return fused(size, false, false, x, y, acc) }},
	} {
		for _, size := range c.sizes {
			for i := range 16 / size {
				dst, x, y := anyVector(), anyVector(), uint8(generator.IntN(16))
				n := 16 / c.wide
				vectorTest(t, fmt.Sprint(c.op, size, i), 0, emit(c.op, arranged(dst, size*c.wide, 16), arranged(x, size, n), element(y, size, i)), dst, 16, size*c.wide, func(s *state, k int) uint64 {
					return c.model(size, lane(s.v[dst][:], size*c.wide, k), lane(s.v[x][:], size, k), lane(s.v[y][:], size, i))
				}, filled(6, size, c.op == arm64asm.FMUL || c.op == arm64asm.FMLA, nothing))
			}
		}
	}
}

// TestDotProduct adds four products of bytes, of vectors and of one group of bytes.
func TestDotProduct(t *testing.T) {
	count(t)
	for isSigned, op := range []arm64asm.Op{arm64.UDOT, arm64.SDOT} {
		for _, n := range []int{8, 16} {
			for i := -1; i < 4; i++ {
				dst, x, y := anyVector(), anyVector(), anyVector()
				last := arranged(y, 1, n)
				if i >= 0 {
					last = arm64.V(y).Group4B(i)
				}
				vectorTest(t, fmt.Sprint(op, n, i), arm64.FEAT_DotProd, emit(op, arranged(dst, 4, n), arranged(x, 1, n), last), dst, n, 4, func(s *state, k int) uint64 {
					r := lane(s.v[dst][:], 4, k)
					for b := range 4 {
						at := 4*k + b
						if i >= 0 {
							at = 4*i + b
						}
						r += widened(8, isSigned == 1, uint64(s.v[x][4*k+b])) * widened(8, isSigned == 1, uint64(s.v[y][at]))
					}
					return r
				}, fills(1))
			}
		}
	}
}

// list is k registers from r on, with elements of size bytes, n in all; elementList the same with one element of each.
func list(r uint8, size, n, k int) arm64.Arg {
	switch v := arranged(r, size, n).(type) {
	case arm64.V8B:
		return arm64.ListOf(v, k)
	case arm64.V16B:
		return arm64.ListOf(v, k)
	case arm64.V4H:
		return arm64.ListOf(v, k)
	case arm64.V8H:
		return arm64.ListOf(v, k)
	case arm64.V2S:
		return arm64.ListOf(v, k)
	case arm64.V4S:
		return arm64.ListOf(v, k)
	case arm64.V1D:
		return arm64.ListOf(v, k)
	case arm64.V2D:
		return arm64.ListOf(v, k)
	}
	return nil
}

func elementList(r uint8, size, i, k int) arm64.Arg {
	v := arm64.V(r)
	switch size {
	case 1:
		return arm64.ListOf(v.B(i), k)
	case 2:
		return arm64.ListOf(v.H(i), k)
	case 4:
		return arm64.ListOf(v.S(i), k)
	}
	return arm64.ListOf(v.D(i), k)
}

// structure is an address of LD1 to ST4, by how its base changes.
func structure(base, index uint8, bytes, way int) (m arm64.Mem, end func(s *state)) {
	switch way {
	case 0:
		return arm64.MemOff(arm64.X(base), 0), nothing
	case 1:
		return arm64.MemPost(arm64.X(base), bytes), func(s *state) { s.gpr[base] += uint64(bytes) }
	}
	return arm64.MemPostReg(arm64.X(base), arm64.X(index)), func(s *state) { s.gpr[base] += s.gpr[index] }
}

// TestStructures loads and stores structures of 1 to 4 elements: all of the registers, one element of each, or one for all.
func TestStructures(t *testing.T) {
	count(t)
	loads := []arm64asm.Op{arm64asm.LD1, arm64asm.LD2, arm64asm.LD3, arm64asm.LD4}
	stores := []arm64asm.Op{arm64asm.ST1, arm64asm.ST2, arm64asm.ST3, arm64asm.ST4}
	repeats := []arm64asm.Op{arm64asm.LD1R, arm64asm.LD2R, arm64asm.LD3R, arm64asm.LD4R}
	way := 0
	for k := 1; k <= 4; k++ {
		for _, size := range all8 {
			regs := distinct(2)
			base, index := regs[0], regs[1]
			run := func(op arm64asm.Op, args arm64.Arg, bytes int, model func(s *state, mem []byte)) {
				way++
				off := 64 + generator.IntN(700)
				m, end := structure(base, index, bytes, way%3)
				check(t, test{fmt.Sprint(op, size, k, m), 0, emit(op, args, m), func(s *state) {
					model(s, s.mem[off:])
					end(s)
				}}, filled(2, size, false, func(s *state) { s.gpr[base] = memory + uint64(off) })...)
			}
			at := func(r uint8, j int) int { return (int(r) + j) % 32 }
			for _, n := range []int{8, 16} {
				for _, single := range []bool{false, true} { // LD1 of several registers, one after the other
					if !single && k > 1 && n == size {
						continue // of one element there is no structure
					}
					r, load, store := anyVector(), loads[k-1], stores[k-1]
					place := func(i, j int) int { return (i*k + j) * size }
					if single {
						load, store = loads[0], stores[0]
						place = func(i, j int) int { return j*n + i*size }
					}
					run(load, list(r, size, n, k), k*n, func(s *state, mem []byte) {
						for j := range k {
							s.v[at(r, j)] = lanesOf(n, size, func(i int) uint64 { return lane(mem[place(i, j):], size, 0) })
						}
					})
					run(store, list(r, size, n, k), k*n, func(s *state, mem []byte) {
						for j := range k {
							for i := range n / size {
								setLane(mem[place(i, j):], size, 0, lane(s.v[at(r, j)][:], size, i))
							}
						}
					})
				}
				r := anyVector()
				run(repeats[k-1], list(r, size, n, k), k*size, func(s *state, mem []byte) {
					for j := range k {
						s.v[at(r, j)] = lanesOf(n, size, func(int) uint64 { return lane(mem[j*size:], size, 0) })
					}
				})
			}
			for i := range 16 / size {
				r := anyVector()
				run(loads[k-1], elementList(r, size, i, k), k*size, func(s *state, mem []byte) {
					for j := range k {
						setLane(s.v[at(r, j)][:], size, i, lane(mem[j*size:], size, 0))
					}
				})
				run(stores[k-1], elementList(r, size, i, k), k*size, func(s *state, mem []byte) {
					for j := range k {
						setLane(mem[j*size:], size, 0, lane(s.v[at(r, j)][:], size, i))
					}
				})
			}
		}
	}
}
