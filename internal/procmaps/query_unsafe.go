//go:build linux

package procmaps

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// procmapQuery is struct procmap_query of linux/fs.h: the argument of the ioctl PROCMAP_QUERY (Linux 6.11) on
// /proc/PID/maps, which finds one mapping without printing the others.
type procmapQuery struct {
	size, flags, addr           uint64 // in
	start, end, has, page       uint64 // out, as all below
	offset, inode               uint64
	major, minor                uint32
	nameSize, buildIDSize       uint32
	nameAddress, buildIDAddress uint64
}

// queryRequest is _IOWR('f', 17, struct procmap_query).
const queryRequest = 3<<30 | unsafe.Sizeof(procmapQuery{})<<16 | 'f'<<8 | 17

// Properties is what a mapping must be to be found.
type Properties uint64

// PROCMAP_QUERY_VMA_* of linux/fs.h.
const (
	Any        Properties = 0
	Writable   Properties = 2
	Executable Properties = 4
	Shared     Properties = 8
	FileBacked Properties = 0x20

	queryNext = 0x10 // the mapping at the address, or else the next
)

// Find gives the first mapping that ends above addr and has all of the properties; maps is /proc/self/maps, open.
// known is false where the kernel, or an emulator, can't be asked.
func Find(maps *os.File, addr uintptr, properties Properties) (m Mapping, found, known bool) {
	q := procmapQuery{addr: uint64(addr), flags: uint64(properties) | queryNext}
	q.size = uint64(unsafe.Sizeof(q))
	// SAFETY: the kernel reads and writes q.size bytes at the address, which are q.
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, maps.Fd(), queryRequest, uintptr(unsafe.Pointer(&q)))
	if errno != 0 {
		return Mapping{}, false, errno == syscall.ENOENT
	}
	prot := []byte("---p")
	for i, c := range "rwxs" {
		if q.has&(1<<i) != 0 {
			prot[i] = byte(c)
		}
	}
	return Mapping{
		Start: uintptr(q.start), End: uintptr(q.end), Prot: string(prot),
		Offset: q.offset, Dev: fmt.Sprintf("%02x:%02x", q.major, q.minor), Inode: q.inode,
	}, true, true
}
