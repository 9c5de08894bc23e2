/*
 * view.c - a program as those outside see it: limits, answers, the site.
 */
#include <stdlib.h>

#include "prog.h"

static const char *
text_or_null(const struct policy *p, struct prog_text t)
{
	return t.len == 0 ? NULL : prog_bytes(p, t).p;
}

static const struct policy_window *
window_or_null(const struct policy *p, uint32_t i)
{
	return i == PROG_NONE ? NULL : prog_window(p, i);
}

static struct policy_answer
answer(const struct policy *p, const struct prog_answer *a)
{
	return (struct policy_answer){
		.action = (enum policy_action)a->action,
		.text = text_or_null(p, a->text),
	};
}

void
policy_free(struct policy *p)
{
	free(p);
}

unsigned
policy_limits(const struct policy *p)
{
	return p->pool[POOL_LIMITS].n;
}

struct policy_limit
policy_limit(const struct policy *p, unsigned i)
{
	const struct prog_limit *l = prog_limit(p, i);

	return (struct policy_limit){
		.name = prog_bytes(p, l->name).p,
		.kind = (enum policy_kind)l->kind,
		.window = prog_window(p, l->first_window),
		.n_windows = l->n_windows,
		.action = (enum policy_action)l->answer.action,
		.text = text_or_null(p, l->answer.text),
		.warn_percent = l->warn_percent,
		.budget = window_or_null(p, l->budget),
		.spent = (enum policy_action)l->spent.action,
		.spent_text = text_or_null(p, l->spent.text),
		.strikes = window_or_null(p, l->strikes),
		.freeze_us = l->freeze_us,
	};
}

struct policy_answer
policy_frozen(const struct policy *p, enum policy_class class)
{
	return answer(p, &p->frozen[class]);
}

struct policy_answer
policy_outage(const struct policy *p, enum policy_class class)
{
	return answer(p, &p->outage[class]);
}

struct policy_site
policy_site(const struct policy *p)
{
	return (struct policy_site){
		.nodes = p->nodes,
		.lease_us = p->lease_us,
		.is_two_person = p->is_two_person != 0,
		.delimiters = prog_bytes(p, p->delimiters).p,
	};
}

unsigned
policy_headers(const struct policy *p)
{
	return p->pool[POOL_HEADERS].n;
}

const char *
policy_header(const struct policy *p, unsigned i)
{
	return prog_bytes(p, prog_header(p, i)).p;
}

uint64_t
policy_digest(const struct policy *p)
{
	return p->digest;
}
