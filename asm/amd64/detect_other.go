//go:build !amd64

package amd64

// Detect gives the extensions that this machine's CPU and operating system support: none, it is of another architecture.
func Detect() Features { return 0 }
