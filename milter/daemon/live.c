/*
 * live.c - the current policy, and those before it that are still in use.
 */
#include "live.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/diag.h"
#include "../clock.h"
#include "../load.h"

struct version {
	struct version *older;
	struct policy *policy;
	unsigned pins;
};

struct live {
	const char *path;
	pthread_mutex_t lock;		/* all that follows */
	struct version *versions;	/* the first is current */
	uint64_t loaded_us;
	struct error error;
};

struct live *
live_new(const char *path)
{
	struct live *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->path = path;
	pthread_mutex_init(&l->lock, NULL);
	return l;
}

static void
version_free(struct version *v)
{
	policy_free(v->policy);
	free(v);
}

void
live_free(struct live *l)
{
	if (l == NULL)
		return;
	while (l->versions != NULL) {
		struct version *v = l->versions;

		l->versions = v->older;
		version_free(v);
	}
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* Unlinks the versions but the first that nobody uses; to be called with the
 * lock held, and the result to be freed without it. */
static struct version *
collect(struct live *l)
{
	struct version *dead = NULL, **at;

	if (l->versions == NULL)
		return NULL;
	for (at = &l->versions->older; *at != NULL; ) {
		struct version *v = *at;

		if (v->pins > 0) {
			at = &v->older;
			continue;
		}
		*at = v->older;
		v->older = dead;
		dead = v;
	}
	return dead;
}

static void
bury(struct version *dead)
{
	while (dead != NULL) {
		struct version *v = dead;

		dead = v->older;
		version_free(v);
	}
}

static void
swap(struct live *l, struct version *v)
{
	struct version *dead;

	pthread_mutex_lock(&l->lock);
	v->older = l->versions;
	l->versions = v;
	l->loaded_us = clock_real_us();
	l->error.text[0] = '\0';
	dead = collect(l);
	pthread_mutex_unlock(&l->lock);
	bury(dead);
}

static bool
fail(struct live *l, const struct error *e)
{
	pthread_mutex_lock(&l->lock);
	l->error = *e;
	pthread_mutex_unlock(&l->lock);
	return false;
}

bool
live_load(struct live *l, FILE *out, struct error *e)
{
	struct version *v = calloc(1, sizeof(*v));
	struct diags *d = diags_new();

	if (v == NULL || d == NULL) {
		error_set(e, "cannot load %s: out of memory", l->path);
	} else {
		v->policy = load_policy_guarded(l->path, d, e);
		diags_print(d, out);
	}
	diags_free(d);
	if (v != NULL && v->policy != NULL) {
		swap(l, v);
		return true;
	}
	free(v);
	return fail(l, e);
}

const struct policy *
live_pin(struct live *l)
{
	const struct policy *p;

	pthread_mutex_lock(&l->lock);
	l->versions->pins++;
	p = l->versions->policy;
	pthread_mutex_unlock(&l->lock);
	return p;
}

void
live_unpin(struct live *l, const struct policy *p)
{
	struct version *v, *dead = NULL;

	pthread_mutex_lock(&l->lock);
	for (v = l->versions; v->policy != p; v = v->older)
		;
	if (--v->pins == 0)
		dead = collect(l);
	pthread_mutex_unlock(&l->lock);
	bury(dead);
}

void
live_status(struct live *l, struct live_status *out)
{
	memset(out, 0, sizeof(*out));
	out->path = l->path;
	pthread_mutex_lock(&l->lock);
	if (l->versions != NULL) {
		out->digest = policy_digest(l->versions->policy);
		out->limits = policy_limits(l->versions->policy);
	}
	out->loaded_us = l->loaded_us;
	out->error = l->error;
	pthread_mutex_unlock(&l->lock);
}
