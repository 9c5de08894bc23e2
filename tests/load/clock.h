/*
 * clock.h - CLOCK_MONOTONIC, which all processes of a machine share.
 */
#ifndef LOAD_CLOCK_H
#define LOAD_CLOCK_H

#include <stdint.h>

uint64_t clock_ns(void);

#endif
