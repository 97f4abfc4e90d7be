package models

import "testing"

// TestNothing sees that what is loaded is what is stored: everything, by random values.
func TestNothing(t *testing.T) {
	count(t)
	var inputs []func(*state)
	for i := range 64 {
		inputs = append(inputs, func(s *state) { s.flags = uint64(i) * 0x9e3779b1 })
	}
	check(t, test{"nothing", 0, func(*assembler) {}, func(*state) {}}, inputs...)
	check(t, test{"NOP", 0, (*assembler).NOP, func(*state) {}}, inputs...)
	check(t, test{"STC", 0, (*assembler).STC, func(s *state) { s.flags |= cf }}, inputs...)
	check(t, test{"CLC", 0, (*assembler).CLC, func(s *state) { s.flags &^= cf }}, inputs...)
	check(t, test{"CMC", 0, (*assembler).CMC, func(s *state) { s.flags ^= cf }}, inputs...)
	check(t, test{"STD", 0, (*assembler).STD, func(s *state) { s.flags |= df }}, inputs...)
	check(t, test{"CLD", 0, (*assembler).CLD, func(s *state) { s.flags &^= df }}, inputs...)
}
