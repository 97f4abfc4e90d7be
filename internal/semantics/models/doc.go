// Package models holds tests only: they run what the assemblers emit and compare all that it leaves in registers,
// flags and memory with what the same computation gives in Go. That an encoding is the right one is the matter of the
// assemblers' own tests; here the CPU says what it means.
package models
