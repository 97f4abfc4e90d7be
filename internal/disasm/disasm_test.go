package disasm_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// That the text is objdump's for all that the assemblers emit is tested there, with their forms. Here is the rest.

func TestAMD64(t *testing.T) {
	for text, code := range map[string]string{
		"endbr64":                            "\xf3\x0f\x1e\xfa",
		"ud2":                                "\x0f\x0b",
		"hlt":                                "\xf4",
		"nop":                                "\x90",
		"mov al,0x80":                        "\xb0\x80",
		"mov BYTE PTR [rax],0x80":            "\xc6\x00\x80",
		"mov WORD PTR [rax],0x8000":          "\x66\xc7\x00\x00\x80",
		"mov rax,QWORD PTR fs:[rax]":         "\x64\x48\x8b\x00",
		"mov rax,QWORD PTR [rip+0x0]":        "\x48\x8b\x05\x00\x00\x00\x00",
		"jmp 0x1000":                         "\xeb\xfe",
		"call 0x1005":                        "\xe8\x00\x00\x00\x00",
		"ret 0x10":                           "\xc2\x10\x00",
		"imul eax,ecx,0xffffff80":            "\x6b\xc1\x80",
		"cmpltsd xmm1,QWORD PTR [rax]":       "\xf2\x0f\xc2\x08\x01",
		"nop WORD PTR [rax+rax*1+0x0]":       "\x66\x0f\x1f\x44\x00\x00",
		"vaddpd ymm1,ymm2,YMMWORD PTR [rax]": "\xc5\xed\x58\x08",
		"lock cmpxchg QWORD PTR [rsi],rcx":   "\xf0\x48\x0f\xb1\x0e",
		"vcmpltpd k2{k1},zmm1,zmm2":          "\x62\xf1\xf5\x49\xc2\xd2\x01",
		"vaddpd zmm1{k1}{z},zmm2,QWORD BCST [rdi+0x8]": "\x62\xf1\xed\xd9\x58\x4f\x01",
		"vmovups ymm1,YMMWORD PTR [rip+0x0]":           "\xc5\xfc\x10\x0d\x00\x00\x00\x00",
		"fadd st(2),st":                                "\xdc\xc2",
		"fild DWORD PTR [rax]":                         "\xdb\x00",
	} {
		require.Equal(t, []string{text}, testenv.Objdump(t, "amd64", []byte(code), 0x1000))
		inst, err := disasm.AMD64([]byte(code), 0x1000)
		require.NoError(t, err, text)
		require.Equal(t, text, inst.Text)
		require.Equal(t, len(code), inst.Len)
	}
}

func TestUnknown(t *testing.T) {
	for _, code := range []string{"", "\x0f", "\x06", "\x66\x62", "\xf0\x0f\xff"} {
		_, err := disasm.AMD64([]byte(code), 0)
		require.ErrorIs(t, err, disasm.ErrUnknown, "%x", code)
	}
	for _, code := range []string{"", "\x00\x00\x00", "\xff\xff\xff\xff"} {
		_, err := disasm.ARM64([]byte(code), 0)
		require.ErrorIs(t, err, disasm.ErrUnknown, "%x", code)
	}
}

func TestARM64(t *testing.T) {
	inst, err := disasm.ARM64([]byte{0xff, 0xff, 0, 0}, 0)
	require.NoError(t, err)
	require.Equal(t, disasm.Inst{Len: 4, Text: "udf #65535"}, inst)
	inst, err = disasm.ARM64([]byte{0xfe, 0xff, 0xff, 0x17}, 0x1000)
	require.NoError(t, err)
	require.Equal(t, disasm.Inst{Len: 4, Text: "b 0xff8", Target: 0xff8, HasTarget: true}, inst)
	require.Equal(t, "b loop", inst.WithTarget("loop"))
}

func TestWithTarget(t *testing.T) {
	inst, err := disasm.AMD64([]byte("\x48\x03\x05\x10\x00\x00\x00"), 0)
	require.NoError(t, err)
	require.Equal(t, "add rax,QWORD PTR [rip+0x10]", inst.Text)
	require.EqualValues(t, 0x17, inst.Target)
	require.Equal(t, "add rax,QWORD PTR [rip+pi]", inst.WithTarget("pi"))
	require.Equal(t, "ret", disasm.Inst{Text: "ret"}.WithTarget("x"))
}

// TestParallel decodes from several goroutines; under -race the decoder of A64 would be reported without its lock.
func TestParallel(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				if _, err := disasm.ARM64([]byte{0, 0, 1, 0x8b}, 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
