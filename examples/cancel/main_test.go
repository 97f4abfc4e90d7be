package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCancel(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, cancel(&out))
	require.Equal(t, "codebuf: call: context deadline exceeded\n", out.String())
}

func TestAssemble(t *testing.T) {
	object, err := assemble("amd64")
	require.NoError(t, err)
	require.Equal(t, []byte{0xeb, 0xfe}, object.Code)

	object, err = assemble("arm64")
	require.NoError(t, err)
	require.Equal(t, []byte{0x00, 0x00, 0x00, 0x14}, object.Code)

	_, err = assemble("vax")
	require.ErrorIs(t, err, errors.ErrUnsupported)
}
