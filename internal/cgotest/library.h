// A C library as others are: it has signal handlers of its own, which pass on what is not theirs, and threads.

// library_install puts the library's handler in front of the one that there is for a signal; 0 is success.
int library_install(int sig);

// library_seen is how often that has been called.
unsigned long library_seen(int sig);

// library_touch reads memory that can't be accessed until the library's handler of SIGSEGV has made it so; 0 is success.
int library_touch(void);

// library_threads has threads that are not Go's call Go n times each, and gives how many of these calls have failed, or
// -1 if there are not so many threads.
long library_threads(int threads, long n);

// library_twice is 2 * n.
unsigned long library_twice(unsigned long n);
