package profile

import (
	"bytes"
	"math"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/wxjit/wxjit/codebuf"
)

// loops is a function that counts its argument down to 0.
var loops = map[string][]byte{
	"amd64": {0x48, 0xff, 0xcf, 0x75, 0xfb, 0xc3},                         // 1: dec rdi; jnz 1b; ret
	"arm64": {0, 4, 0, 0xf1, 0xe1, 0xff, 0xff, 0x54, 0xc0, 3, 0x5f, 0xd6}, // 1: subs x0, x0, 1; b.ne 1b; ret
}

func loop(t *testing.T, a *codebuf.Arena, name string) *codebuf.Code {
	b, err := a.NewBuffer(len(loops[runtime.GOARCH]))
	check(t, err)
	_, err = b.Write(loops[runtime.GOARCH])
	check(t, err)
	c, err := b.Seal()
	check(t, err)
	check(t, c.SetName(name))
	return c
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

//go:noinline
func callsOne(f *codebuf.Fiber, c *codebuf.Code, n uint64) error {
	_, err := f.Call(c, n)
	return err
}

//go:noinline
func callsOther(f *codebuf.Fiber, c *codebuf.Code, n uint64) error {
	_, err := f.Call(c, n)
	return err
}

// TestRename profiles two functions, one of which takes three times as long as the other: both are named, each has its Go
// caller, and its share is what the loop counts say.
func TestRename(t *testing.T) {
	a, err := codebuf.New(codebuf.Config{})
	check(t, err)
	defer func() { check(t, a.Close()) }()
	f, err := codebuf.NewFiber(codebuf.FiberConfig{})
	check(t, err)
	defer func() { check(t, f.Close()) }()
	one, other := loop(t, a, "one"), loop(t, a, "other")
	var raw, renamed bytes.Buffer
	check(t, pprof.StartCPUProfile(&raw))
	for start := time.Now(); time.Since(start) < 3*time.Second; {
		check(t, callsOne(f, one, 300_000))
		check(t, callsOther(f, other, 100_000))
	}
	pprof.StopCPUProfile()
	check(t, Rename(bytes.NewReader(raw.Bytes()), &renamed))
	p, err := profile.Parse(&renamed)
	check(t, err)
	samples := map[string]int64{}
	for _, s := range p.Sample {
		name := s.Location[0].Line[0].Function.Name
		if name != "one" && name != "other" {
			continue
		}
		samples[name] += s.Value[0]
		var callers []string
		for _, l := range s.Location[1:] {
			for _, line := range l.Line {
				callers = append(callers, line.Function.Name)
			}
		}
		want := map[string]string{"one": "profile.callsOne", "other": "profile.callsOther"}[name]
		if !strings.Contains(strings.Join(callers, " "), want) || !strings.Contains(strings.Join(callers, " "), "TestRename") {
			t.Errorf("%s is called by %v", name, callers)
		}
	}
	total := samples["one"] + samples["other"]
	t.Logf("%v of %d samples", samples, total)
	if total < 20 {
		t.Fatalf("only %d samples: %v", total, samples)
	}
	// Within four standard deviations of the truth, and 10 % of it where there are samples enough for that.
	share, sigma := float64(samples["one"])/float64(total), math.Sqrt(0.75*0.25/float64(total))
	if math.Abs(share-0.75) > max(0.025, 4*sigma) {
		t.Errorf("one has %.3f of the samples, not 0.75", share)
	}
	if err := Rename(strings.NewReader("garbage"), &renamed); err == nil {
		t.Error("garbage is a profile")
	}
}
