/*
 * frozen.c - the active freezes: every freeze that no thaw names.
 */
#include "frozen.h"

#include <stdlib.h>
#include <string.h>

void
frozen_fini(struct frozen *z)
{
	free(z->active);
	free(z->lifted);
	*z = (struct frozen){ 0 };
}

static bool
is_lifted(const struct frozen *z, const char *name)
{
	for (size_t i = 0; i < z->n_lifted; i++)
		if (strcmp(z->lifted[i], name) == 0)
			return true;
	return false;
}

static bool
freeze(struct frozen *z, const struct record *r, off_t at)
{
	char name[RECORD_NAME_MAX + 1];
	struct freeze *p;

	record_name(r, name);
	if (is_lifted(z, name))
		return true;
	p = reallocarray(z->active, z->n + 1, sizeof(*p));
	if (p == NULL)
		return false;
	z->active = p;
	p += z->n++;
	memcpy(p->id, r->id, sizeof(p->id));
	memcpy(p->name, name, sizeof(p->name));
	p->scope = r->scope;
	p->until_us = r->until_us;
	p->at = at;
	return true;
}

/* False: it is not among them. */
static bool
drop(struct frozen *z, const char *name)
{
	size_t n = 0, was = z->n;

	for (size_t i = 0; i < z->n; i++)
		if (strcmp(z->active[i].name, name) != 0)
			z->active[n++] = z->active[i];
	z->n = n;
	return n < was;
}

/* Of a freeze that is still to come the name is kept; one that has been comes
 * no second time. */
static bool
lift(struct frozen *z, const char *name)
{
	char (*p)[RECORD_NAME_MAX + 1];

	if (drop(z, name))
		return true;
	p = reallocarray(z->lifted, z->n_lifted + 1, sizeof(*p));
	if (p == NULL)
		return false;
	z->lifted = p;
	memcpy(p[z->n_lifted++], name, strlen(name) + 1);
	return true;
}

bool
frozen_add(struct frozen *z, const struct record *r, off_t at)
{
	char name[RECORD_NAME_MAX + 1];
	const char *next = NULL;

	if (r->kind == RECORD_FREEZE)
		return freeze(z, r, at);
	while (record_next_lift(r, &next, name))
		if (!lift(z, name))
			return false;
	return true;
}

bool
freeze_holds(const struct freeze *z, uint64_t now_us)
{
	return z->until_us == 0 || now_us < z->until_us;
}

static const struct freeze *
match_limit(const struct frozen *z, const struct scope *mine, uint64_t now_us)
{
	for (size_t i = 0; i < z->n; i++) {
		const struct freeze *f = &z->active[i];

		if (f->scope.kind == SCOPE_LIMIT && freeze_holds(f, now_us) &&
		    strcmp(f->scope.value, mine->value) == 0)
			return f;
	}
	return NULL;
}

/* The policy may freeze many keys of a limit: that of the message is written
 * once. */
static const struct freeze *
match_limits(const struct frozen *z, const struct scope_mail *m, uint64_t now_us)
{
	const struct freeze *f = NULL;
	struct scope mine;

	if (m->policy == NULL || m->facts->class == POLICY_INBOUND)
		return NULL;
	for (unsigned i = 0; f == NULL && i < m->plan->n; i++) {
		scope_set_limit(&mine, m->policy, m->plan->limit[i], m->facts);
		f = match_limit(z, &mine, now_us);
	}
	return f;
}

const struct freeze *
frozen_match(const struct frozen *z, const struct scope_mail *m, uint64_t now_us)
{
	bool has_limits = false;

	for (size_t i = 0; i < z->n; i++) {
		if (freeze_holds(&z->active[i], now_us) &&
		    scope_matches(&z->active[i].scope, m))
			return &z->active[i];
		has_limits = has_limits || z->active[i].scope.kind == SCOPE_LIMIT;
	}
	return has_limits ? match_limits(z, m, now_us) : NULL;
}

bool
frozen_is_active(const struct frozen *z, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (strcmp(z->active[i].name, name) == 0)
			return true;
	return false;
}
