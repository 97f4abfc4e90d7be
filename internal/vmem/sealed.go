package vmem

import (
	"errors"
	"syscall"
)

// Sealed is the strategy for kernels that never let memory become executable which was writable (PR_SET_MDWE, SELinux
// without execmem, seccomp filters): nothing is ever mapped for writing. The text consists of files in memory
// (memfd_create(2)), which are mapped to be read and executed from a descriptor that was opened for reading only, so
// that no mprotect(2) can make them writable, and which are changed with pwrite(2) through the other one.
//
//	                +--- fd, read and write --- pwrite       until frozen: then F_SEAL_WRITE, and closed
//	file in memory -+
//	                +--- reopened, read only -- mmap r-x     closed at once
//
// A frozen file can't be changed by anyone. To change what it shows a new file takes its place: mmap(2) with MAP_FIXED
// puts it there under one lock, as mremap(2) does for [Protect].
type Sealed struct {
	space
	files []file // for each part of the space
}

var _ Text = (*Sealed)(nil)

// file is a part of the space.
type file struct {
	fd   int
	open bool // fd is there, for writing; else what is mapped can't be changed any more
	maps int  // how often some of it was mapped, each with a descriptor of its own: so many mappings there may be
}

// partSize is the length of a file, in bytes. Each file that is not frozen costs a descriptor, and each a mapping.
const partSize = 1 << 20

// NewSealed reserves n bytes for text, at the given address or, for 0, anywhere, and makes sure that the kernel
// allows this strategy. The memory is the caller's until Release.
func NewSealed(k Kernel, m *Machine, at uintptr, n int) (*Sealed, error) {
	s, err := reserveSpace(k, m, at, n)
	if err != nil {
		return nil, err
	}
	t := &Sealed{space: s, files: make([]file, (s.size+partSize-1)/partSize)}
	if err := t.try(); err != nil {
		giveUp(t)
		return nil, err
	}
	return t, nil
}

// try makes a page of text and takes it away again.
func (t *Sealed) try() error {
	if err := t.Write([]Patch{{0, t.machine.traps[:PageSize]}}); err != nil {
		return err
	}
	return t.discard(0)
}

// length is how many bytes part i of the space has.
func (t *Sealed) length(i int) int { return min(partSize, t.size-i*partSize) }

// create makes the file for part i.
func (t *Sealed) create(i int) (fd int, err error) {
	// Without the flag kernels before 6.3 and with it those where vm.memfd_noexec is 2. It is about execve(2).
	fd, err = t.kernel.CreateFile(true)
	if errors.Is(err, syscall.EINVAL) {
		fd, err = t.kernel.CreateFile(false)
	}
	if err != nil {
		return 0, t.refused("memfd_create", i*partSize, t.length(i), err)
	}
	if err := t.kernel.Truncate(fd, t.length(i)); err != nil {
		t.kernel.Close(fd)
		return 0, t.refused("ftruncate", i*partSize, t.length(i), err)
	}
	if err := t.kernel.AddSeals(fd, false); err != nil {
		t.kernel.Close(fd)
		return 0, t.refused("fcntl", i*partSize, t.length(i), err)
	}
	return fd, nil
}

// limit refuses what is longer than a file may be: the kernel would not only do so too but send SIGXFSZ (setrlimit(2),
// RLIMIT_FSIZE), which ends a Go program.
func (t *Sealed) limit(i, n int) error {
	limit, err := t.kernel.FileLimit()
	if err != nil {
		return t.refused("getrlimit", i*partSize, n, err)
	}
	if limit < uint64(n) {
		return t.refused("ftruncate", i*partSize, n, syscall.EFBIG)
	}
	return nil
}

// Write implements [Text].
func (t *Sealed) Write(patches []Patch) error {
	if err := t.check(patches); err != nil {
		return err
	}
	for len(patches) > 0 {
		i := patches[0].Off / partSize
		end := i*partSize + t.length(i)
		n := 0
		var tail []byte // of the last patch, beyond this part
		for n < len(patches) && patches[n].Off < end {
			n++
		}
		mine := patches[:n]
		if last := &patches[n-1]; last.Off+len(last.Bytes) > end {
			mine = append([]Patch(nil), mine...)
			tail = last.Bytes[end-last.Off:]
			mine[n-1].Bytes = last.Bytes[:end-last.Off]
		}
		if err := t.writePart(i, mine); err != nil {
			return err
		}
		patches = patches[n:]
		if tail != nil {
			patches = append([]Patch{{end, tail}}, patches...)
		}
	}
	return nil
}

// writePart does it for patches within one part.
func (t *Sealed) writePart(i int, patches []Patch) error {
	if err := t.limit(i, t.length(i)); err != nil {
		return err
	}
	if f := &t.files[i]; !f.open {
		fd, err := t.renew(i)
		if err != nil {
			return err
		}
		f.fd, f.open = fd, true
	}
	return t.fill(i, t.files[i].fd, patches)
}

// renew makes a file for part i and has it show what is mapped there of another one, which can't be changed any more.
func (t *Sealed) renew(i int) (fd int, err error) {
	if fd, err = t.create(i); err != nil {
		return 0, err
	}
	lo, end := i*partSize, i*partSize+t.length(i)
	for off, n := lo, 0; off < end && err == nil; off += n {
		n = t.same(off, end)
		switch Protection(t.pages[off/PageSize]) {
		case ReadExec:
			err = t.write(fd, at(t.base+uintptr(off), n), off)
		case guarded:
			err = t.trap(fd, off, off+n)
		}
	}
	if err == nil {
		err = t.join(i, fd)
	}
	if err != nil {
		t.kernel.Close(fd) // what it shows already is the same as before
	}
	return fd, err
}

// join maps all of part i that is in use, each run of pages as one mapping. What is executed there is not disturbed.
func (t *Sealed) join(i, fd int) error {
	f := &t.files[i]
	was := f.maps
	f.maps = 0
	end := i*partSize + t.length(i)
	for off, n := i*partSize, 0; off < end; off += n {
		n = t.same(off, end)
		if !t.inUse(off) {
			continue
		}
		for off+n < end && t.inUse(off+n) {
			n += t.same(off+n, end)
		}
		if err := t.mapText(fd, off, n); err != nil {
			f.maps += was
			return err
		}
		for at, k := off, 0; at < off+n; at += k { // the guards are gone with the mapping
			k = t.same(at, off+n)
			if Protection(t.pages[at/PageSize]) == guarded && t.kernel.Guard(t.base+uintptr(at), k) != nil {
				t.mark(at, k, ReadExec)
			}
		}
	}
	return nil
}

// inUse tells whether the page at off is mapped.
func (t *Sealed) inUse(off int) bool {
	p := Protection(t.pages[off/PageSize])
	return p == ReadExec || p == guarded
}

// fill writes patches to the file of part i, with traps around them on pages that are not in use, and maps those.
func (t *Sealed) fill(i, fd int, patches []Patch) error {
	end := i*partSize + t.length(i)
	done := i * partSize // up to where pages have been looked after
	for k, p := range patches {
		// Pages are taken into use a unit at a time, as far as they are free.
		lo, hi := max(done, p.Off&^(unit-1)), min(end, (p.Off+len(p.Bytes)+unit-1)&^(unit-1))
		for off := lo; off < hi; {
			n := t.same(off, hi)
			if Protection(t.pages[off/PageSize]) == None {
				if err := t.take(fd, off, n, patches[k:]); err != nil {
					return err
				}
			}
			off += n
		}
		done = max(done, hi)
		if err := t.write(fd, p.Bytes, p.Off); err != nil {
			return err
		}
		t.machine.flush(t.base+uintptr(p.Off), t.base+uintptr(p.Off+len(p.Bytes)))
	}
	return nil
}

// take takes n bytes from off into use: traps where none of the patches goes, and what lies in them of the patches.
func (t *Sealed) take(fd, off, n int, patches []Patch) error {
	from, end := off, off+n
	for _, p := range patches {
		if p.Off >= end {
			break
		}
		if err := t.trap(fd, from, min(p.Off, end)); err != nil {
			return err
		}
		lo, hi := max(p.Off, off), min(p.Off+len(p.Bytes), end)
		if lo < hi {
			if err := t.write(fd, p.Bytes[lo-p.Off:hi-p.Off], lo); err != nil {
				return err
			}
		}
		from = max(from, hi)
	}
	if err := t.trap(fd, from, end); err != nil {
		return err
	}
	if err := t.mapText(fd, off, n); err != nil {
		return err
	}
	t.mark(off, n, ReadExec)
	return nil
}

// trap writes traps from one offset to another.
func (t *Sealed) trap(fd, from, to int) error {
	for from < to {
		skip := from & (PageSize - 1) % len(t.machine.traps)
		n := min(to-from, len(t.machine.traps)-skip)
		if err := t.write(fd, t.machine.traps[skip:skip+n], from); err != nil {
			return err
		}
		from += n
	}
	return nil
}

// mapText maps n bytes of the file, through a descriptor that can't write.
func (t *Sealed) mapText(fd, off, n int) error {
	ro, err := t.kernel.Reopen(fd)
	if err != nil {
		return t.refused("open", off, n, err)
	}
	err = t.kernel.MapText(t.base+uintptr(off), n, ro, off%partSize)
	t.kernel.Close(ro)
	if err != nil {
		return t.failed("mmap", off, n, err)
	}
	t.files[off/partSize].maps++
	t.machine.flush(t.base+uintptr(off), t.base+uintptr(off+n))
	return nil
}

// write writes all of p, which is to be at off, to the file, however often it takes.
func (t *Sealed) write(fd int, p []byte, off int) error {
	for len(p) > 0 {
		n, err := t.kernel.Write(fd, p, off%partSize)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return t.refused("pwrite", off, len(p), err)
		case n <= 0:
			return t.refused("pwrite", off, len(p), syscall.EIO)
		default:
			p, off = p[n:], off+n
		}
	}
	return nil
}

// Freeze implements [Text]: it seals the files that the range touches.
func (t *Sealed) Freeze(off, n int) error {
	if !t.inside(off, n) {
		return t.stateError("freeze", off, n)
	}
	for i := off / partSize; i*partSize < off+n; i++ {
		f := &t.files[i]
		if !f.open {
			continue
		}
		if f.maps > 1 { // before it is sealed: some kernels refuse to map it from then on
			if err := t.join(i, f.fd); err != nil {
				return err
			}
		}
		if err := t.kernel.AddSeals(f.fd, true); err != nil {
			return t.refused("fcntl", i*partSize, t.length(i), err)
		}
		t.close(f)
	}
	return nil
}

// close closes the descriptor of a file. An error is nothing to act on: it is closed whatever close(2) says ("Dealing
// with error returns from close()"), and nothing of a file in memory can be lost.
func (t *Sealed) close(f *file) {
	t.kernel.Close(f.fd)
	f.fd, f.open = 0, false
}

// Guard implements [Text].
func (t *Sealed) Guard(off int) error { return t.guard(t.Write, off) }

// Keep implements [Text]: a file that is not in use is none.
func (t *Sealed) Keep(n int) {}

// Unit implements [Text].
func (t *Sealed) Unit() int { return partSize }

// Discard implements [Text].
func (t *Sealed) Discard(off, n int) error {
	if err := t.whole("discard", off, n, partSize); err != nil {
		return err
	}
	for i := off / partSize; i*partSize < off+n; i++ {
		if err := t.discard(i); err != nil {
			return err
		}
	}
	return nil
}

// discard takes part i out of use.
func (t *Sealed) discard(i int) error {
	off, n := i*partSize, t.length(i)
	if err := t.reset(off, n); err != nil {
		return err
	}
	t.mark(off, n, None)
	if t.files[i].open {
		t.close(&t.files[i])
	}
	t.files[i].maps = 0
	return nil
}

// Release implements [Text].
func (t *Sealed) Release() error {
	if err := t.unreserve(); err != nil {
		return err
	}
	for i := range t.files {
		if t.files[i].open {
			t.close(&t.files[i])
		}
	}
	return nil
}
