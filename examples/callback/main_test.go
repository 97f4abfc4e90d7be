package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCallback(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, callback(&out))
	require.Equal(t, "385\nerror: 11 is too much for me\n", out.String())
}

func TestAssemble(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		object, err := assemble(arch, 0x1000)
		require.NoError(t, err)
		require.NotZero(t, object.Len())
	}
	_, err := assemble("vax", 0x1000)
	require.ErrorIs(t, err, errors.ErrUnsupported)
}
