/*
 * clock.h - the two clocks of this machine, in microseconds.
 */
#ifndef MILTER_CLOCK_H
#define MILTER_CLOCK_H

#include <stdint.h>

uint64_t clock_monotonic_us(void);	/* for deadlines */
uint64_t clock_real_us(void);		/* for people and records */

#endif
