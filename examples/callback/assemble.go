package main

import (
	"errors"
	"fmt"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/asm/arm64"
)

// assemble makes int64_t sum(int64_t n), which calls the function at addr with n, n-1, ... 1 and adds up its results. The
// registers that it needs over a call are of those that a C function preserves.
func assemble(arch string, addr uint64) (*asm.Object, error) {
	switch arch {
	case "amd64":
		var a amd64.Assembler
		frame := amd64.Frame{Saved: []amd64.Reg64{amd64.RBX, amd64.R12}}
		next := a.NewLabel("next")
		a.Prologue(frame)
		a.MOVrr64(amd64.RBX, amd64.RDI)
		a.XORrr32(amd64.R12D, amd64.R12D)
		a.Bind(next)
		a.MOVrr64(amd64.RDI, amd64.RBX)
		a.CallAddr(addr)
		a.ADDrr64(amd64.R12, amd64.RAX)
		a.SUBri64(amd64.RBX, 1)
		a.JGl(next)
		a.MOVrr64(amd64.RAX, amd64.R12)
		a.Epilogue(frame)
		return a.Finish()
	case "arm64":
		var a arm64.Assembler
		frame := arm64.Frame{Saved: []arm64.X{arm64.X19, arm64.X20}}
		next := a.NewLabel("next")
		a.Prologue(frame)
		a.MOVxx(arm64.X19, arm64.X0)
		a.MOVxx(arm64.X20, arm64.XZR)
		a.Bind(next)
		a.MOVxx(arm64.X0, arm64.X19)
		a.CallAddr(addr)
		a.ADDxxx(arm64.X20, arm64.X20, arm64.X0)
		a.SUBSxxi(arm64.X19, arm64.X19, 1)
		a.Bcl(arm64.GT, next)
		a.MOVxx(arm64.X0, arm64.X20)
		a.Epilogue(frame)
		return a.Finish()
	}
	return nil, fmt.Errorf("code for %s: %w", arch, errors.ErrUnsupported)
}
