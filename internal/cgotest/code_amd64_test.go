package cgotest

import (
	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

// functions are add(a, b), load(p), count(n), endless(), and repeat(f, n), which adds up what f(n), ... f(1) give.
func functions() (list []*asm.Object, err error) {
	var a amd64.Assembler
	for _, emit := range []func(){
		func() {
			a.MOVrr64(amd64.RAX, amd64.RDI)
			a.ADDrr64(amd64.RAX, amd64.RSI)
			a.RET()
		},
		func() {
			a.MOVrm64(amd64.RAX, amd64.MemBase(amd64.RDI, 0))
			a.RET()
		},
		func() {
			again := a.NewLabel("")
			a.XORrr32(amd64.EAX, amd64.EAX)
			a.Bind(again)
			a.INCr64(amd64.RAX)
			a.SUBri64(amd64.RDI, 1)
			a.JNEl(again)
			a.RET()
		},
		func() {
			again := a.NewLabel("")
			a.Bind(again)
			a.JMPl(again)
		},
		func() {
			again := a.NewLabel("")
			for _, r := range []amd64.Reg64{amd64.RBX, amd64.RBP, amd64.R12} {
				a.PUSHr64(r)
			}
			a.MOVrr64(amd64.RBP, amd64.RDI)
			a.MOVrr64(amd64.RBX, amd64.RSI)
			a.XORrr32(amd64.R12D, amd64.R12D)
			a.Bind(again)
			a.MOVrr64(amd64.RDI, amd64.RBX)
			a.CALLr64(amd64.RBP)
			a.ADDrr64(amd64.R12, amd64.RAX)
			a.SUBri64(amd64.RBX, 1)
			a.JNEl(again)
			a.MOVrr64(amd64.RAX, amd64.R12)
			for _, r := range []amd64.Reg64{amd64.R12, amd64.RBP, amd64.RBX} {
				a.POPr64(r)
			}
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
