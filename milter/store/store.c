/*
 * store.c - the one question that is asked of the buckets.
 */
#include "store.h"

enum store_answer
store_take(struct store *s, const struct store_request *q,
	   struct store_outcome *o)
{
	return s->take(s, q, o);
}

void
store_free(struct store *s)
{
	if (s != NULL)
		s->free(s);
}

uint32_t
store_cost(const struct store_request *q, const struct policy_window *w)
{
	return w->unit == POLICY_RCPTS ? q->recipients : 1;
}
