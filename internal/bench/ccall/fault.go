package ccall

// #define _GNU_SOURCE
// #include <signal.h>
// #include <stddef.h>
// #include <stdint.h>
// #include <string.h>
// #include <ucontext.h>
// static void skip(int sig, siginfo_t *info, void *context) {
//	ucontext_t *u = context;
// #if defined(__x86_64__)
//	u->uc_mcontext.gregs[REG_RIP] += 3;
// #elif defined(__aarch64__)
//	u->uc_mcontext.pc += 4;
// #endif
// }
// static void faults(uint64_t n) {
//	struct sigaction sa, before;
//	memset(&sa, 0, sizeof sa);
//	sa.sa_sigaction = skip;
//	sa.sa_flags = SA_SIGINFO | SA_ONSTACK;
//	sigaction(SIGSEGV, &sa, &before);
//	for (; n > 0; n--) {
// #if defined(__x86_64__)
//		__asm__ volatile(".byte 0x48, 0x8b, 0x07" : : "D"(NULL) : "rax", "memory"); // mov rax, [rdi]
// #elif defined(__aarch64__)
//		__asm__ volatile("ldr x1, [%0]" : : "r"(NULL) : "x1", "memory");
// #endif
//	}
//	sigaction(SIGSEGV, &before, NULL);
// }
import "C"

// Faults reads a null pointer n times, with a handler that skips the instruction: what the kernel takes for that. Meanwhile
// the handler is there for all threads.
func Faults(n uint64) { C.faults(C.uint64_t(n)) }
