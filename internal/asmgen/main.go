// asmgen writes the tables of asm/amd64 and asm/arm64 from the data of golang.org/x/arch: the csv of Intel's manual, the
// tables of the AVX decoder and the XED tables; the table of the A64 decoder. Run it through go generate in the package's
// folder.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	flag.Parse()
	if err := run(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "asmgen:", err)
		os.Exit(1)
	}
}

func run(target string) error {
	write, ok := map[string]func(string) error{"amd64": amd64, "arm64": arm64}[target]
	if !ok {
		return fmt.Errorf("no target %q", target)
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/arch").Output()
	if err != nil {
		return fmt.Errorf("where is golang.org/x/arch: %w", err)
	}
	dir := strings.TrimSpace(string(out))
	if dir == "" {
		return fmt.Errorf("golang.org/x/arch is not in the module cache: go mod download")
	}
	return write(dir)
}
