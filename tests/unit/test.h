/*
 * test.h - cmocka as every unit test uses it: tables, one test per row.
 *
 * A row begins with its name; ROWS makes each row a test of its own, so that a
 * failure names its row and a row can be run alone.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ROWS(rows) (sizeof(rows) / sizeof(rows)[0])

/* Appends to tests[] (of *n used) one test per row of size bytes. */
static inline void
rows_add(struct CMUnitTest *tests, size_t *n, const void *rows, size_t count,
	 size_t size, CMUnitTestFunction fn)
{
	for (size_t i = 0; i < count; i++) {
		const char *row = (const char *)rows + i * size;

		tests[(*n)++] = (struct CMUnitTest){
			.name = *(const char *const *)row,
			.test_func = fn,
			.initial_state = (void *)(uintptr_t)row,
		};
	}
}

#define ROWS(tests, n, rows, fn) \
	rows_add((tests), (n), (rows), N_ROWS(rows), sizeof(rows)[0], (fn))

#endif
