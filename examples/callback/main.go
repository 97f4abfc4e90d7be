// Command callback has generated code call Go: a machine code loop adds up what a Go function says of each number.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"

	"github.com/wxjit/wxjit/codebuf"
)

func main() {
	if err := callback(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// callback prints the sum of the squares of 1 to 10, and the error of a function that refuses a number.
func callback(w io.Writer) (err error) {
	arena, err := codebuf.New(codebuf.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, arena.Close()) }()

	square, err := arena.NewImport(func(c *codebuf.Callback) error {
		n := c.Int(0)
		if n > 10 {
			return fmt.Errorf("%d is too much for me", n) // ends the call with this error
		}
		c.SetInt(n * n)
		return nil
	})
	if err != nil {
		return err
	}
	object, err := assemble(runtime.GOARCH, uint64(square.Addr()))
	if err != nil {
		return err
	}
	codes, err := arena.Publish(object)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, codes[0].Release()) }()

	sum := codebuf.Func1[int64, int64](codes[0])
	for _, n := range []int64{10, 11} {
		if s, err := sum(n); err != nil {
			fmt.Fprintln(w, "error:", err)
		} else {
			fmt.Fprintln(w, s)
		}
	}
	return nil
}
