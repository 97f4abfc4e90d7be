package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/wxjit/wxjit/codebuf"
)

// sealWatched seals a buffer and prints what the kernel says about its pages before and after.
func sealWatched(buf *codebuf.Buffer, stdout io.Writer) (*codebuf.Code, error) {
	addr, n := buf.Addr(), uintptr(buf.Len())
	if err := printMaps(stdout, "before sealing", addr, n); err != nil {
		return nil, err
	}
	code, err := buf.Seal()
	if err != nil {
		return nil, err
	}
	if err := printMaps(stdout, "after sealing", addr, n); err != nil {
		code.Release() // the arena is about to be closed; the error that counts is the one at hand
		return nil, err
	}
	return code, nil
}

// printMaps prints the lines of /proc/self/maps whose range has a byte of [addr, addr+n) in it: see proc_pid_maps(5).
func printMaps(w io.Writer, when string, addr, n uintptr) error {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return err
	}
	defer maps.Close()
	if _, err := fmt.Fprintf(w, "%s, code at %#x:\n", when, addr); err != nil {
		return err
	}
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		var from, to uintptr
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x", &from, &to); err != nil {
			return fmt.Errorf("/proc/self/maps: %q: %w", lines.Text(), err)
		}
		if from < addr+n && addr < to {
			if _, err := fmt.Fprintln(w, lines.Text()); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}
