package cgotest

import (
	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/arm64"
)

// functions are add(a, b), load(p), count(n), endless(), and repeat(f, n), which adds up what f(n), ... f(1) give.
func functions() (list []*asm.Object, err error) {
	var a arm64.Assembler
	for _, emit := range []func(){
		func() {
			a.ADDxxx(arm64.X0, arm64.X0, arm64.X1)
			a.RET()
		},
		func() {
			a.LDRxm(arm64.X0, arm64.MemOff(arm64.X0, 0))
			a.RET()
		},
		func() {
			again := a.NewLabel("")
			a.MOVxi(arm64.X1, 0)
			a.Bind(again)
			a.ADDxxi(arm64.X1, arm64.X1, 1)
			a.SUBxxi(arm64.X0, arm64.X0, 1)
			a.CBNZxl(arm64.X0, again)
			a.MOVxx(arm64.X0, arm64.X1)
			a.RET()
		},
		func() {
			again := a.NewLabel("")
			a.Bind(again)
			a.Bl(again)
		},
		func() {
			again := a.NewLabel("")
			a.STPxxm(arm64.X29, arm64.X30, arm64.MemPre(arm64.SP, -48))
			a.STPxxm(arm64.X19, arm64.X20, arm64.MemOff(arm64.SP, 16))
			a.STPxxm(arm64.X21, arm64.X22, arm64.MemOff(arm64.SP, 32))
			a.MOVxx(arm64.X19, arm64.X0)
			a.MOVxx(arm64.X20, arm64.X1)
			a.MOVxi(arm64.X21, 0)
			a.Bind(again)
			a.MOVxx(arm64.X0, arm64.X20)
			a.BLRx(arm64.X19)
			a.ADDxxx(arm64.X21, arm64.X21, arm64.X0)
			a.SUBxxi(arm64.X20, arm64.X20, 1)
			a.CBNZxl(arm64.X20, again)
			a.MOVxx(arm64.X0, arm64.X21)
			a.LDPxxm(arm64.X19, arm64.X20, arm64.MemOff(arm64.SP, 16))
			a.LDPxxm(arm64.X21, arm64.X22, arm64.MemOff(arm64.SP, 32))
			a.LDPxxm(arm64.X29, arm64.X30, arm64.MemPost(arm64.SP, 48))
			a.RET()
		},
	} {
		a.Reset()
		emit()
		o, err := a.Finish()
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}
