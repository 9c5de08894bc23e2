/*
 * fake_redis.h - a peer that answers take.lua's calls with whatever it is told.
 *
 * For what a real Redis never does. A thread serves one connection after the
 * other; it greets as Redis does and then sends one reply per call.
 */
#ifndef TESTS_FAKE_REDIS_H
#define TESTS_FAKE_REDIS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_REPLIES_MAX 4

/* The time that FAKE_GOOD and `N` in a reply tell. */
#define FAKE_NOW_US 1700000000000000
#define FAKE_GOOD "@ taken N 0 0 0 0 0 0 0 N"

/* A reply is an array of words: `@` is the nonce, digits are an integer, N is
 * the time, all else is text. It may be preceded by one character:
 *   !  the rest as it is, not as an array
 *   %  byte by byte, with a pause after each
 *   +  with one reply more than was asked for
 *   ~  the connection is closed instead
 * After the last one FAKE_GOOD is sent. */
struct fake_redis {
	char dir[64], address[96];
	const char *const *reply;	/* FAKE_REPLIES_MAX; NULL: no more */
	size_t n;
	uint64_t deadline_us[FAKE_REPLIES_MAX];	/* told with each call */
	int fd;
	pthread_t thread;
};

void fake_redis_init(struct fake_redis *f, const char *const *reply);
void fake_redis_fini(struct fake_redis *f);

#endif
