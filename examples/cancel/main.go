// Command cancel ends an endless loop in generated code, which does not have to cooperate.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"time"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/asm/arm64"
	"github.com/wxjit/wxjit/codebuf"
)

func main() {
	if err := cancel(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// cancel prints how a call ends that would not end by itself.
func cancel(w io.Writer) (err error) {
	object, err := assemble(runtime.GOARCH)
	if err != nil {
		return err
	}
	arena, err := codebuf.New(codebuf.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, arena.Close()) }()
	codes, err := arena.Publish(object)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, codes[0].Release()) }()
	fiber, err := codebuf.NewFiber(codebuf.FiberConfig{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fiber.Close()) }()

	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	_, err = fiber.CallContext(ctx, codes[0])
	if !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the loop has ended: %w", err)
	}
	_, err = fmt.Fprintln(w, err)
	return err
}

// assemble makes void loop(void), which jumps to itself.
func assemble(arch string) (*asm.Object, error) {
	switch arch {
	case "amd64":
		var a amd64.Assembler
		loop := a.NewLabel("loop")
		a.Bind(loop)
		a.JMPl(loop)
		return a.Finish()
	case "arm64":
		var a arm64.Assembler
		loop := a.NewLabel("loop")
		a.Bind(loop)
		a.Bl(loop)
		return a.Finish()
	}
	return nil, fmt.Errorf("code for %s: %w", arch, errors.ErrUnsupported)
}
