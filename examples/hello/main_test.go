package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHello(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, hello(&out))
	require.Equal(t, "42\n", out.String())
}

func TestAssemble(t *testing.T) {
	object, err := assemble("amd64")
	require.NoError(t, err)
	require.Equal(t, []byte{0x48, 0x89, 0xf8, 0x48, 0x01, 0xf0, 0xc3}, object.Code)

	object, err = assemble("arm64")
	require.NoError(t, err)
	require.Equal(t, []byte{0x00, 0x00, 0x01, 0x8b, 0xc0, 0x03, 0x5f, 0xd6}, object.Code)

	_, err = assemble("vax")
	require.ErrorIs(t, err, errors.ErrUnsupported)
}
