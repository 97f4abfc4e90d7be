//go:build !linux || !(amd64 || arm64)

package codebuf

type namedRegister struct {
	name string
	at   int
}

var registerNames [0]namedRegister

func past(*Fault) int { return 0 }
