/*
 * diag_nearest.c - the word that was meant.
 */
#include "diag.h"

#include <string.h>

#define WORD_MAX 64		/* longer words resemble nothing */

static size_t
least(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Levenshtein, one row at a time; case does not count. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[WORD_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; i < a_len; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < b_len; j++) {
			size_t cost = lower(a[i]) != lower(b[j]) ? 1 : 0;
			size_t best = least(corner + cost, row[j] + 1,
					    row[j + 1] + 1);

			corner = row[j + 1];
			row[j + 1] = best;
		}
	}
	return row[b_len];
}

const char *
diag_nearest(const char *word, size_t len, const char *const *words, size_t n)
{
	const char *best = NULL;
	size_t best_distance = 3;

	for (size_t i = 0; len <= WORD_MAX && i < n; i++) {
		size_t other = strlen(words[i]), d;

		if (other > WORD_MAX || other + 2 < len || len + 2 < other)
			continue;
		d = distance(word, len, words[i], other);
		/* Two of three letters are most of the word. */
		if (len <= 3 && d == 2 && lower(*word) != lower(*words[i]))
			continue;
		if (d < best_distance && d < len && d < other) {
			best = words[i];
			best_distance = d;
		}
	}
	return best;
}
