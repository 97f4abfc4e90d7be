// Package semantics has tests that run what the assemblers emit, in memory of codebuf, and compare with plain Go.
package semantics
