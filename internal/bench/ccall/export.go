package ccall

// #include <stdint.h>
import "C"

//export wxjitIdentity
func wxjitIdentity(n C.uint64_t) C.uint64_t { return n }
