/*
 * breaker.c - whether Redis is in use; if not, since when and why.
 */
#include "breaker.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../log.h"

#define VALUE_MAX 1024

void
breaker_init(struct breaker *b, uint64_t now_us)
{
	memset(b, 0, sizeof(*b));
	pthread_mutex_init(&b->lock, NULL);
	b->status.is_outage = true;
	b->status.since_us = now_us;
	snprintf(b->status.reason, sizeof(b->status.reason),
		 "Redis was not asked yet");
}

void
breaker_fini(struct breaker *b)
{
	pthread_mutex_destroy(&b->lock);
}

bool
breaker_is_open(struct breaker *b)
{
	bool is;

	pthread_mutex_lock(&b->lock);
	is = b->status.is_outage;
	pthread_mutex_unlock(&b->lock);
	return is;
}

/* Reasons may take turns; each line is news, but not each of them a line. */
static bool
is_news(const struct breaker *b, uint64_t now_us)
{
	return b->told_us == 0 || (strcmp(b->told, b->status.reason) != 0 &&
				   now_us - b->told_us >= BREAKER_PACE_US);
}

static void
tell(const char *what, const char *reason)
{
	char value[VALUE_MAX];

	log_error("outage %s reason=%s", what,
		  log_value(reason, strlen(reason), value, sizeof(value)));
}

void
breaker_open(struct breaker *b, const char *reason, uint64_t now_us)
{
	bool is_first, is_told;

	pthread_mutex_lock(&b->lock);
	if (!b->status.is_outage) {
		b->status.is_outage = true;
		b->status.since_us = now_us;
		b->decisions_before = b->status.decisions;
	}
	snprintf(b->status.reason, sizeof(b->status.reason), "%s", reason);
	is_first = b->told_us == 0;
	is_told = is_news(b, now_us);
	if (is_told) {
		b->told_us = now_us;
		memcpy(b->told, b->status.reason, sizeof(b->told));
	}
	pthread_mutex_unlock(&b->lock);
	if (is_told)
		tell(is_first ? "begin" : "goes-on", reason);
}

void
breaker_close(struct breaker *b, uint64_t now_us)
{
	uint64_t since_us, decisions;
	bool is_told;

	pthread_mutex_lock(&b->lock);
	since_us = b->status.since_us;
	decisions = b->status.decisions - b->decisions_before;
	is_told = b->told_us != 0;
	b->status.is_outage = false;
	b->status.reason[0] = '\0';
	b->told_us = 0;
	pthread_mutex_unlock(&b->lock);
	if (is_told)
		log_warning("outage end lasted=%.1fs decisions=%" PRIu64,
			    (double)(now_us - since_us) / 1e6, decisions);
}

void
breaker_count(struct breaker *b, enum breaker_count what)
{
	pthread_mutex_lock(&b->lock);
	if (what == BREAKER_RECALLED)
		b->status.recalled++;
	else
		b->status.decisions++;
	if (what == BREAKER_LATE)
		b->status.late++;
	pthread_mutex_unlock(&b->lock);
}

void
breaker_status(struct breaker *b, struct outage_status *out)
{
	pthread_mutex_lock(&b->lock);
	*out = b->status;
	pthread_mutex_unlock(&b->lock);
}
