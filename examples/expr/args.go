package main

import (
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/wxjit/wxjit/asm"
)

// options are what the command line asks for.
type options struct {
	help    bool
	list    bool
	maps    bool
	csv     string        // empty without the flag
	timeout time.Duration // 0 without the flag
	arch    asm.Arch
	formula string
	values  []string
}

// parseArgs reads the command line. Flags come first; what makes no sense together is refused.
func parseArgs(args []string) (*options, error) {
	o := &options{}
	flags := map[string]string{}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		switch name {
		case "h", "help":
			return &options{help: true}, nil
		case "S", "maps":
			if hasValue {
				return nil, wrong("flag -"+name, "takes no value")
			}
		case "csv", "arch", "timeout":
			if !hasValue {
				if len(args) == 0 {
					return nil, wrong("flag -"+name, "needs a value")
				}
				value, args = args[0], args[1:]
			}
			if value == "" {
				return nil, wrong("flag -"+name, "the value is empty")
			}
		default:
			return nil, wrong("argument "+strconv.Quote(arg), "unknown flag; a formula that begins with - goes behind --")
		}
		if _, twice := flags[name]; twice {
			return nil, wrong("flag -"+name, "given twice")
		}
		flags[name] = value
	}
	_, o.list = flags["S"]
	_, o.maps = flags["maps"]
	o.csv = flags["csv"]
	if len(args) == 0 {
		return nil, wrong("", "no formula; -help shows how")
	}
	o.formula, o.values = args[0], args[1:]
	if d, ok := flags["timeout"]; ok {
		var err error
		if o.timeout, err = time.ParseDuration(d); err != nil || o.timeout <= 0 {
			return nil, wrong("flag -timeout", "%s is not a time such as 500ms or 2s", strconv.Quote(d))
		}
	}
	return o, o.check(flags["arch"])
}

// check refuses what makes no sense together, and reads the architecture.
func (o *options) check(arch string) error {
	switch {
	case o.list && o.maps:
		return wrong("flag -maps", "does not go with -S, which runs nothing")
	case o.list && o.csv != "":
		return wrong("flag -csv", "does not go with -S, which runs nothing")
	case o.maps && o.csv != "":
		return wrong("flag -maps", "does not go with -csv")
	case o.list && o.timeout > 0:
		return wrong("flag -timeout", "does not go with -S, which runs nothing")
	case o.list && len(o.values) > 0:
		return wrong("argument "+strconv.Quote(o.values[0]), "does not go with -S, which runs nothing")
	case o.csv != "" && len(o.values) > 0:
		return wrong("argument "+strconv.Quote(o.values[0]), "does not go with -csv, where the variables are columns")
	case !o.list && arch != "":
		return wrong("flag -arch", "goes with -S only")
	}
	if arch == "" {
		arch = runtime.GOARCH
	}
	for _, a := range []asm.Arch{asm.AMD64, asm.ARM64} {
		if a.String() == arch {
			o.arch = a
			return nil
		}
	}
	if o.list {
		return wrong("flag -arch", "%s is neither amd64 nor arm64", strconv.Quote(arch))
	}
	return nil
}
