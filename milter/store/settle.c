/*
 * settle.c - telling Redis what was decided without it.
 */
#include "settle.h"

#include <stdio.h>

#include "memory/memory.h"
#include "redis_store.h"

void
settle_answer(struct store *memory, const struct store_request *q,
	      const struct store_outcome *o)
{
	switch (o->answer) {
	case STORE_TAKEN:
	case STORE_REFUSED:
		memory_note(memory, q, o);
		return;
	case STORE_STALE:
	case STORE_ALONE:
	case STORE_LATE:
		memory_return(memory, q);
		return;
	case STORE_DOWN:
		memory_lose(memory, q);
		return;
	}
}

static enum store_answer
tell(struct store *redis, struct store *memory, struct store_request *q,
     uint64_t now_us)
{
	struct store_outcome o;

	q->now_us = now_us;
	snprintf(q->token, sizeof(q->token), "%s", STORE_ANY_TOKEN);
	store_take(redis, q, &o);
	settle_answer(memory, q, &o);
	return o.answer;
}

enum store_answer
settle(struct store *redis, struct store *memory, uint64_t now_us)
{
	enum store_answer answer = STORE_TAKEN;
	struct store_request q = { 0 };
	struct policy_window window[POLICY_PLAN_MAX];

	for (unsigned i = 0; i < SETTLE_MAX && answer == STORE_TAKEN; i++) {
		int64_t offset_us = redis_store_offset_us(redis);

		if (!memory_debts(memory, &q, window,
				  now_us + (uint64_t)offset_us))
			break;
		answer = tell(redis, memory, &q, now_us);
	}
	return answer;
}
