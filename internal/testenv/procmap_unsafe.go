//go:build linux

package testenv

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

// What a mapping must be to be found: PROCMAP_QUERY_VMA_*.
const (
	queryWritable   = 2
	queryExecutable = 4
	queryShared     = 8
	queryNext       = 0x10 // or the next that is, above the address
)

// find gives the first mapping of the process with all of the properties. known is false where the kernel, or the
// emulator, can't be asked.
func find(maps *os.File, properties uint64) (m Mapping, found, known bool) {
	q := procmapQuery{flags: properties | queryNext}
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
