//go:build linux && (amd64 || arm64)

package tramp

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestInstall puts other actions in the place of the handler's, of a signal that nobody sends.
func TestInstall(t *testing.T) {
	const sig = unix.SIGTRAP
	action := func() (sa sigaction) {
		require.NoError(t, rtSigaction(sig, nil, &sa))
		return sa
	}
	require.NoError(t, Install())
	installed := action()
	require.Equal(t, handlerPC(), installed.handler)
	require.Equal(t, ofRuntime.handler, previous[sig])
	require.NoError(t, Install())
	require.Equal(t, installed, action(), "there is nothing to do")

	// The runtime's, and without the flags that a careless library leaves out.
	careless := installed
	careless.handler, careless.flags = ofRuntime.handler, installed.flags&^asHandler
	require.NoError(t, rtSigaction(sig, &careless, nil))
	require.NoError(t, Install())
	require.Equal(t, installed, action())

	// That of somebody who came later stays, and what it calls as well. When the runtime has put its own in the place of
	// both, that is what is called.
	later := installed
	later.handler = SlotPC(0)
	require.NoError(t, rtSigaction(sig, &later, nil))
	require.NoError(t, Install())
	require.Equal(t, later, action())
	previous[sig] = later.handler
	require.NoError(t, rtSigaction(sig, &ofRuntime, nil))
	require.NoError(t, Install())
	require.Equal(t, installed, action())
	require.Equal(t, ofRuntime.handler, previous[sig])

	// What is ignored stays so.
	ignored := installed
	ignored.handler = sigIgn
	require.NoError(t, rtSigaction(sig, &ignored, nil))
	require.NoError(t, Install())
	require.Equal(t, ignored, action())
	require.NoError(t, rtSigaction(sig, &installed, nil))

	// But for SIGURG, which arrives then, and os/signal takes.
	require.NoError(t, rtSigaction(unix.SIGURG, &ignored, nil))
	require.NoError(t, Install())
	var urgent sigaction
	require.NoError(t, rtSigaction(unix.SIGURG, nil, &urgent))
	require.Equal(t, installed, urgent)
}
