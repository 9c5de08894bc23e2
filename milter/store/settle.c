/*
 * settle.c - telling Redis what was decided without it.
 */
#include "settle.h"

#include <stdio.h>

#include "memory.h"
#include "redis_store.h"

static enum store_answer
tell(struct store *redis, struct store *memory, struct store_request *q,
     uint64_t now_us)
{
	struct store_outcome o;

	q->now_us = now_us;
	snprintf(q->token, sizeof(q->token), "%s", STORE_ANY_TOKEN);
	switch (store_take(redis, q, &o)) {
	case STORE_TAKEN:
	case STORE_REFUSED:
		memory_note(memory, q, &o);
		break;
	case STORE_STALE:
	case STORE_ALONE:
	case STORE_LATE:
		memory_return(memory, q);
		break;
	case STORE_DOWN:
		memory_lose(memory, q);
		break;
	}
	return o.answer;
}

enum store_answer
settle(struct store *redis, struct store *memory, uint64_t now_us)
{
	enum store_answer answer = STORE_TAKEN;
	struct store_request q = { 0 };
	struct memory_windows windows;

	for (unsigned i = 0; i < SETTLE_MAX && answer == STORE_TAKEN; i++) {
		int64_t offset_us = redis_store_offset_us(redis);

		if (!memory_debts(memory, &q, &windows,
				  now_us + (uint64_t)offset_us))
			break;
		answer = tell(redis, memory, &q, now_us);
	}
	return answer;
}
