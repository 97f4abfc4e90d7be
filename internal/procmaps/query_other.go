//go:build !linux

package procmaps

import "os"

// Properties is what a mapping must be to be found.
type Properties uint64

// The properties of mappings.
const (
	Any        Properties = 0
	Writable   Properties = 2
	Executable Properties = 4
	Shared     Properties = 8
	FileBacked Properties = 0x20
)

// Find knows nothing on this platform.
func Find(*os.File, uintptr, Properties) (m Mapping, found, known bool) {
	return Mapping{}, false, false
}
