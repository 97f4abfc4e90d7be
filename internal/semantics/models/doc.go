// Package models holds tests only: they run what asm/amd64 assembles and compare all that it leaves in registers,
// flags and memory with what the same computation gives in Go. That an encoding is the right one is the tests' matter in
// asm/amd64; here the CPU says what it means.
package models
