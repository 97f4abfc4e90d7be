// Command hello is the smallest whole life of generated code: it assembles a function that adds two numbers, places
// it in memory, makes that memory executable, calls it as a Go function, and gives everything back.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/asm/arm64"
	"github.com/wxjit/wxjit/codebuf"
)

func main() {
	if err := hello(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "hello:", err)
		os.Exit(1)
	}
}

// hello prints what the generated function gives.
func hello(w io.Writer) (err error) {
	object, err := assemble(runtime.GOARCH)
	if err != nil {
		return err
	}
	arena, err := codebuf.New(codebuf.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, arena.Close()) }()

	buf, err := arena.NewBuffer(object.Len()) // pages that can be written
	if err != nil {
		return err
	}
	if _, err := buf.Place(object); err != nil {
		return err
	}
	code, err := buf.Seal() // and now they can be executed, and no longer written
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, code.Release()) }()

	add := codebuf.Func2[int64, int64, int64](code)
	sum, err := add(40, 2)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, sum)
	return err
}

// assemble makes int64_t add(int64_t a, int64_t b), for the C calling convention of the architecture.
func assemble(arch string) (*asm.Object, error) {
	switch arch {
	case "amd64":
		var a amd64.Assembler
		a.MOVrr64(amd64.RAX, amd64.RDI)
		a.ADDrr64(amd64.RAX, amd64.RSI)
		a.RET()
		return a.Finish()
	case "arm64":
		var a arm64.Assembler
		a.ADDxxx(arm64.X0, arm64.X0, arm64.X1)
		a.RET()
		return a.Finish()
	}
	return nil, fmt.Errorf("code for %s: %w", arch, errors.ErrUnsupported)
}
