/*
 * tsan.c - what ThreadSanitizer is not to report, in programs under SAN=thread.
 *
 * libmilter destroys its locks and leaves its threads while it stops. A report
 * is suppressed if any frame matches, and every callback of ours has libmilter
 * in its stack: so for races the library must not be named as a whole.
 */
const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
	return "race:pthread_mutex_destroy\n"
	       "race:pthread_cond_destroy\n"
	       "mutex:libmilter.so\n"
	       "thread:libmilter.so\n";
}
