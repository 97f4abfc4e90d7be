package procmaps

import "unsafe"

func address(mem []byte) uintptr { return uintptr(unsafe.Pointer(&mem[0])) }
