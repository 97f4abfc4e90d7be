//go:build !arm64

package arm64

// Detect gives the features that this machine's CPU and operating system support: none, it is of another architecture.
func Detect() Features { return 0 }
