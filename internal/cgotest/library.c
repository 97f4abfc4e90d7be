#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "_cgo_export.h"
#include "library.h"

enum { PAGE = 1 << 16, THREADS = 64 };

static struct sigaction before[NSIG];
static atomic_ulong seen[NSIG];
static _Thread_local char *volatile page; // what this thread touches

static void handler(int sig, siginfo_t *info, void *context) {
	atomic_fetch_add(&seen[sig], 1);
	char *addr = info->si_addr;
	if (sig == SIGSEGV && page && addr >= page && addr < page + PAGE) {
		mprotect(page, PAGE, PROT_READ | PROT_WRITE);
		return;
	}
	struct sigaction *old = &before[sig];
	if (old->sa_flags & SA_SIGINFO) {
		old->sa_sigaction(sig, info, context);
	} else if (old->sa_handler == SIG_DFL && sig != SIGURG) {
		signal(sig, SIG_DFL); // for the instruction that comes again
	} else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN) {
		old->sa_handler(sig);
	}
}

int library_install(int sig) {
	struct sigaction sa;
	memset(&sa, 0, sizeof sa);
	sa.sa_sigaction = handler;
	sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	return sigaction(sig, &sa, &before[sig]);
}

// A library may also be there before Go is.
__attribute__((constructor)) static void constructed(void) {
	const char *when = getenv("WXJIT_LIBRARY");
	if (when && strcmp(when, "constructor") == 0) {
		library_install(SIGSEGV);
		library_install(SIGURG);
		library_install(SIGPROF);
	}
}

unsigned long library_seen(int sig) { return atomic_load(&seen[sig]); }

int library_touch(void) {
	char *mem = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return -1;
	page = mem;
	int read = *(volatile char *)mem;
	page = NULL;
	return munmap(mem, PAGE) || read;
}

static void *thread(void *rounds) {
	long failed = 0;
	for (long i = 0; i < (long)(ptrdiff_t)rounds; i++) {
		if (!goRound(i))
			failed++;
	}
	return (void *)(ptrdiff_t)failed;
}

long library_threads(int threads, long n) {
	pthread_t all[THREADS];
	if (threads > THREADS)
		return -1;
	for (int i = 0; i < threads; i++) {
		if (pthread_create(&all[i], NULL, thread, (void *)(ptrdiff_t)n))
			return -1;
	}
	long failed = 0;
	for (int i = 0; i < threads; i++) {
		void *r;
		pthread_join(all[i], &r);
		failed += (long)(ptrdiff_t)r;
	}
	return failed;
}

unsigned long library_twice(unsigned long n) { return 2 * n; }
