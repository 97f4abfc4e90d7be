// Package listing is how codebuf shows instructions without knowing any: whoever links codebuf/disasm puts a decoder
// here.
package listing

// Decoder gives the text of the instruction at the beginning of code, which stands at pc, and its length in bytes, which is
// not 0 and not more than that of code.
type Decoder func(code []byte, pc uintptr) (text string, n int)

// Decode is the decoder, nil if there is none. It is set in an init function.
var Decode Decoder

// Bytes is a decoder that knows nothing: it takes eight bytes at a time.
func Bytes(code []byte, _ uintptr) (string, int) { return "", min(8, len(code)) }

// Boundaries finds where instructions begin in code, one of them at the offset at, which stands at pc. It gives the offset of
// the first, and the lengths of all. Since instructions may have any length, the first is where decoding leads to at.
func Boundaries(code []byte, at int, pc uintptr, decode Decoder) (from int, lengths []int) {
	off := 0
	step := func() {
		_, n := decode(code[off:], pc-uintptr(at-off))
		lengths = append(lengths, n)
		off += n
	}
	for ; off != at; from++ {
		for off, lengths = from, nil; off < at; {
			step()
		}
	}
	from = off - sum(lengths)
	for off < len(code) {
		step()
	}
	return from, lengths
}

func sum(lengths []int) (n int) {
	for _, l := range lengths {
		n += l
	}
	return n
}
