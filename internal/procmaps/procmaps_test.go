package procmaps

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestParse(t *testing.T) {
	const text = `00400000-004ab000 r-xp 00001000 fe:01 9979149                            /tmp/a file (deleted)
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0
c000000000-c000001000 rw-s 00000000 00:05 7 ` + "\n"
	maps, err := Parse([]byte(text))
	require.NoError(t, err)
	require.Equal(t, []Mapping{
		{0x400000, 0x4ab000, "r-xp", 0x1000, "fe:01", 9979149, "/tmp/a file (deleted)"},
		{0xffffffffff600000, 0xffffffffff601000, "--xp", 0, "00:00", 0, ""},
		{0xc000000000, 0xc000001000, "rw-s", 0, "00:05", 7, ""},
	}, maps)
	require.Equal(t, "400000-4ab000 r-xp 00001000 fe:01 9979149 /tmp/a file (deleted)", maps[0].String())
	require.False(t, maps[0].Writable())
	require.True(t, maps[0].Executable())
	require.False(t, maps[0].Shared())
	require.True(t, maps[2].Writable())
	require.True(t, maps[2].Shared())

	for _, bad := range []string{"1-2", "2-1 rw-p 0 00:00 0", "x-2 rw-p 0 00:00 0", "1-2 rw 0 00:00 0", "1-2 rw-p 0 00:00 z"} {
		_, err := Parse([]byte(bad))
		require.Error(t, err, bad)
	}
}

// TestBetween: what the kernel gives one by one is what its text says.
func TestBetween(t *testing.T) {
	page := os.Getpagesize()
	mem, err := unix.Mmap(-1, 0, 5*page, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Munmap(mem)) }()
	require.NoError(t, unix.Mprotect(mem[page:2*page], unix.PROT_READ))
	require.NoError(t, unix.Mprotect(mem[3*page:4*page], unix.PROT_READ|unix.PROT_WRITE))
	lo := address(mem) + uintptr(page)
	var want []Mapping
	all, err := Read()
	require.NoError(t, err)
	for _, m := range all {
		if m.End > lo && m.Start < lo+uintptr(3*page) {
			want = append(want, m)
		}
	}
	view, err := Open()
	require.NoError(t, err)
	defer view.Close()
	got, err := view.Between(lo, lo+uintptr(3*page))
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, "r--p", got[0].Prot)
	require.Equal(t, "rw-p", got[2].Prot)

	var executable []Mapping
	require.NoError(t, view.Each(Executable, func(m Mapping) { executable = append(executable, m) }))
	require.NotEmpty(t, executable)
	for _, m := range executable {
		require.True(t, m.Executable(), m)
	}
	require.Positive(t, Limit())
}

// What a Reader of Suspects does not parse can be no part of a violation.
func TestSuspect(t *testing.T) {
	for prot, want := range map[string]bool{
		"---p": false, "r--p": false, "rw-p": false, "-w-p": false, "r--s": false, "---s": false,
		"rw-s": true, "-w-s": true, "r-xp": true, "r-xs": true, "rwxp": true, "--xp": true, "rwxs": true, "-wxp": true,
		"rw": true, "": true,
	} {
		require.Equal(t, want, suspect([]byte("1000-2000 "+prot+" 00000000 00:00 0\n")), prot)
	}
	require.True(t, suspect([]byte("nonsense")))
}
