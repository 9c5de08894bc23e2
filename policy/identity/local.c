/*
 * local.c - what of a local part names the mailbox.
 *
 * Mail of one sender has one key, whatever was put around his name for this
 * message alone. What stays of
 *	SRS0=HASH=TIME=DOMAIN=NAME	srs0: it is forwarded, by this domain
 *	prvs=TAG=NAME, prvs=NAME	NAME: the tag is new every day
 *	NAME+EXTENSION			NAME: VERP, and ways to sort one's mail
 */
#include "local.h"

#include <string.h>

#define BATV "prvs="
#define BATV_LEN (sizeof(BATV) - 1)
#define SRS_LEN 4		/* of SRS0, SRS1 */

static struct policy_text
without_batv(struct policy_text t)
{
	while (t.len > BATV_LEN && memcmp(t.p, BATV, BATV_LEN) == 0) {
		const char *name = t.p + BATV_LEN, *end = t.p + t.len;
		const char *tag_end = memchr(name, '=', (size_t)(end - name));

		if (tag_end != NULL)
			name = tag_end + 1;
		t = text_trim(name, (size_t)(end - name));
	}
	return t;
}

static struct policy_text
without_srs(struct policy_text t)
{
	if (t.len > SRS_LEN && memcmp(t.p, "srs", 3) == 0 &&
	    (t.p[3] == '0' || t.p[3] == '1') && memchr("=+-", t.p[4], 3) != NULL)
		t.len = SRS_LEN;
	return t;
}

/* A name that begins with a delimiter keeps that one. */
static struct policy_text
without_extension(struct policy_text t, const char *delimiters)
{
	for (size_t i = 1; i < t.len; i++)
		if (strchr(delimiters, t.p[i]) != NULL)
			return text_trim(t.p, i);
	return t;
}

void
local_fold(struct text *local, const char *delimiters)
{
	struct policy_text t;

	text_fold(local);
	t = without_batv((struct policy_text){ local->p, local->len });
	t = without_extension(without_srs(t), delimiters);
	memmove(local->p, t.p, t.len);
	local->len = t.len;
}
