/*
 * redis_store.c - the store in Redis: take.lua, one round trip per message.
 */
#include "redis_store.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "../clock.h"
#include "../redis/key.h"
#include "combine.h"
#include "script.h"

struct redis_store {
	struct store store;		/* must be the first */
	struct target target;
	char *ns;
	uint64_t timeout_us;
	_Atomic uint64_t nonce;
	_Atomic int64_t offset_us;
	_Atomic bool is_closed;
	struct combine *queue;
	/* Of whoever leads the queue: */
	struct conn *conn;		/* NULL: closed */
	char sha[SCRIPT_SHA_LEN + 1];
	/* Under lock: */
	pthread_mutex_t lock;
	struct error why;
};

struct job {
	struct combine_item item;	/* must be the first */
	struct script_call call;
	struct store_outcome *o;
	enum script_result result;
	bool may_be_charged;	/* sent, and no reply says that nothing was charged */
};

/* Measured against the time of receipt, Redis's clock is never ahead of the
 * truth: a deadline told to it is never later than ours. */
static void
learn_clock(struct redis_store *s, uint64_t redis_us, uint64_t received_us)
{
	atomic_store(&s->offset_us, (int64_t)(redis_us - received_us));
}

/* Whoever finds it closed also finds why. */
static void
fail(struct redis_store *s, const struct error *e)
{
	pthread_mutex_lock(&s->lock);
	s->why = *e;
	pthread_mutex_unlock(&s->lock);
	conn_close(s->conn);
	s->conn = NULL;
	atomic_store(&s->is_closed, true);
}

/* Redis is told the time after which nobody waits for the answer. */
static bool
append_jobs(struct redis_store *s, struct job **job, size_t n, bool is_loading,
	    uint64_t deadline_us)
{
	uint64_t offset_us = (uint64_t)atomic_load(&s->offset_us);

	if (is_loading &&
	    !conn_append_text(s->conn, "SCRIPT", "LOAD", take_lua, NULL))
		return false;
	for (size_t i = 0; i < n; i++) {
		job[i]->call.deadline_us = deadline_us + offset_us;
		if (!script_append(s->conn, s->sha, s->ns, &job[i]->call))
			return false;
		job[i]->may_be_charged = true;
	}
	return true;
}

/* The script fails before its first charge or not at all. */
static void
read_reply(struct redis_store *s, struct job *j, const struct reply *r,
	   uint64_t received_us, struct error *e)
{
	j->result = script_read(r, &j->call, j->o, e);
	if (j->result == SCRIPT_ANSWERED || j->result == SCRIPT_LATE)
		learn_clock(s, j->o->now_us, received_us);
	j->may_be_charged = j->result == SCRIPT_BAD && reply_type(r) != REPLY_ERROR;
}

/* Fills the result of each job. False: e. */
static bool
round_trip(struct redis_store *s, struct job **job, size_t n, bool is_loading,
	   uint64_t deadline_us, struct error *e)
{
	struct reply *reply[COMBINE_MAX + 1];
	size_t first = is_loading ? 1 : 0;
	uint64_t received_us;
	bool ok;

	if (!append_jobs(s, job, n, is_loading, deadline_us))
		return error_set(e, "a request is too long, or out of memory");
	if (!conn_exchange(s->conn, reply, first + n, deadline_us, e))
		return false;
	received_us = clock_monotonic_us();
	for (size_t i = 0; i < n; i++)
		read_reply(s, job[i], reply[first + i], received_us, e);
	ok = !is_loading || reply_type(reply[0]) == REPLY_TEXT ||
	     reply_unexpected(reply[0], e);
	for (size_t i = 0; i < first + n; i++)
		reply_free(reply[i]);
	return ok;
}

/* Moves the jobs of that result to the front; returns how many. */
static size_t
pick(struct job **job, size_t n, enum script_result result)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (job[i]->result == result) {
			struct job *j = job[k];

			job[k++] = job[i];
			job[i] = j;
		}
	return k;
}

/* Neither a missing script nor a late one has charged anything: those may be
 * asked once more. */
static bool
ask(struct redis_store *s, struct job **job, size_t n, uint64_t deadline_us,
    struct error *e)
{
	size_t missing, again;

	if (!round_trip(s, job, n, false, deadline_us, e))
		return false;
	if (pick(job, n, SCRIPT_BAD) > 0)
		return false;
	missing = pick(job, n, SCRIPT_MISSING);
	again = missing + pick(job + missing, n - missing, SCRIPT_LATE);
	if (again == 0)
		return true;
	if (!round_trip(s, job, again, missing > 0, deadline_us, e))
		return false;
	if (pick(job, again, SCRIPT_LATE) > 0)
		return error_set(e, "Redis came too late to the script");
	if (pick(job, again, SCRIPT_MISSING) > 0)
		return error_set(e, "Redis does not keep the script");
	return pick(job, again, SCRIPT_BAD) == 0;
}

static bool
take_batch(void *arg, struct combine_item **batch, size_t n, uint64_t deadline_us)
{
	struct redis_store *s = arg;
	struct job *job[COMBINE_MAX];
	struct error e;

	if (s->conn == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct store_request *q;

		job[i] = (struct job *)batch[i];
		q = job[i]->call.q;
		if (q->on_send != NULL)
			q->on_send(q->on_send_arg);
	}
	if (ask(s, job, n, deadline_us, &e))
		return true;
	fail(s, &e);
	return false;
}

static struct job
new_job(struct redis_store *s, const struct store_request *q, uint64_t start_us,
	struct store_outcome *o)
{
	struct job job = {
		.item.turn_us = start_us + s->timeout_us / 2,
		.item.deadline_us = start_us + s->timeout_us,
		.call.q = q,
		.o = o,
		.result = SCRIPT_BAD,
	};

	memset(o, 0, sizeof(*o));
	snprintf(job.call.nonce, sizeof(job.call.nonce), "%016" PRIx64,
		 atomic_fetch_add(&s->nonce, 1));
	return job;
}

static enum store_answer
take(struct store *store, const struct store_request *q, struct store_outcome *o)
{
	struct redis_store *s = (struct redis_store *)store;
	struct job job = new_job(s, q, q->now_us, o);

	combine_run(s->queue, &job.item, (struct combine_work){ take_batch, s });
	if (job.result != SCRIPT_ANSWERED)
		o->answer = job.may_be_charged ? STORE_DOWN : STORE_LATE;
	return o->answer;
}

struct probe {
	struct combine_item item;	/* must be the first */
	struct error *e;
};

static bool
keep_sha(struct redis_store *s, const struct reply *r, struct error *e)
{
	const char *sha;
	size_t len = 0;

	sha = reply_type(r) == REPLY_TEXT ? reply_text(r, &len) : NULL;
	if (len != SCRIPT_SHA_LEN)
		return reply_unexpected(r, e);
	memcpy(s->sha, sha, len);
	return true;
}

/* The script; and a write: a Redis that is full, read-only or cannot save still
 * answers a script that only reads, and a charge would fail. */
static bool
prepare(struct redis_store *s, uint64_t deadline_us, struct error *e)
{
	struct reply *r[2];
	char key[KEY_MAX];
	bool ok;

	key_name(s->ns, "probe", key);
	if (!conn_append_text(s->conn, "SCRIPT", "LOAD", take_lua, NULL) ||
	    !conn_append_text(s->conn, "SET", key, "1", "PX", "60000", NULL))
		return error_set(e, "out of memory");
	if (!conn_exchange(s->conn, r, 2, deadline_us, e))
		return false;
	ok = keep_sha(s, r[0], e) &&
	     (reply_type(r[1]) == REPLY_TEXT || reply_unexpected(r[1], e));
	reply_free(r[0]);
	reply_free(r[1]);
	return ok;
}

/* Ends with an empty request, whose answer tells Redis's clock. */
static bool
greet(struct redis_store *s, uint64_t deadline_us, struct error *e)
{
	struct store_request q = { 0 };
	struct store_outcome o;
	struct job job = new_job(s, &q, deadline_us - s->timeout_us, &o);
	struct job *jobs[] = { &job };

	return prepare(s, deadline_us, e) &&
	       round_trip(s, jobs, 1, false, deadline_us, e) &&
	       (job.result == SCRIPT_ANSWERED || job.result == SCRIPT_LATE);
}

static bool
reopen(struct redis_store *s, uint64_t deadline_us, struct error *e)
{
	conn_close(s->conn);
	s->conn = conn_open(&s->target, deadline_us, e);
	return s->conn != NULL && greet(s, deadline_us, e);
}

/* An idle connection may have been closed by a restart: that alone is no
 * outage. Its time begins with its turn. */
static bool
probe(void *arg, struct combine_item **batch, size_t n, uint64_t deadline_us)
{
	struct redis_store *s = arg;
	struct error *e = ((struct probe *)batch[0])->e;

	(void)n;
	deadline_us = clock_monotonic_us() + s->timeout_us;
	if ((s->conn != NULL && greet(s, deadline_us, e)) ||
	    (clock_monotonic_us() < deadline_us && reopen(s, deadline_us, e))) {
		atomic_store(&s->is_closed, false);
		return true;
	}
	fail(s, e);
	return false;
}

bool
redis_store_probe(struct store *store, struct error *e)
{
	struct redis_store *s = (struct redis_store *)store;
	struct probe p = {
		.item.turn_us = UINT64_MAX,
		.item.deadline_us = UINT64_MAX,
		.item.is_alone = true,
		.e = e,
	};

	error_set(e, "Redis did not answer in time");
	return combine_run(s->queue, &p.item, (struct combine_work){ probe, s }) ==
	       COMBINE_DONE;
}

int64_t
redis_store_offset_us(const struct store *store)
{
	return atomic_load(&((const struct redis_store *)store)->offset_us);
}

bool
redis_store_is_closed(const struct store *store)
{
	return atomic_load(&((const struct redis_store *)store)->is_closed);
}

void
redis_store_reason(struct store *store, struct error *e)
{
	struct redis_store *s = (struct redis_store *)store;

	pthread_mutex_lock(&s->lock);
	*e = s->why;
	pthread_mutex_unlock(&s->lock);
}

static void
redis_store_free(struct store *store)
{
	struct redis_store *s = (struct redis_store *)store;

	conn_close(s->conn);
	combine_free(s->queue);
	pthread_mutex_destroy(&s->lock);
	free(s->ns);
	free(s);
}

struct store *
redis_store_new(const struct target *t, const char *ns, uint64_t timeout_us)
{
	static const struct error never = { "Redis was not asked yet" };
	struct redis_store *s = calloc(1, sizeof(*s));
	uint64_t nonce;

	if (s == NULL)
		return NULL;
	s->store = (struct store){ take, redis_store_free };
	s->target = *t;
	s->ns = strdup(ns);
	s->timeout_us = timeout_us;
	randombytes_buf(&nonce, sizeof(nonce));
	atomic_init(&s->nonce, nonce);
	atomic_init(&s->is_closed, true);
	atomic_init(&s->offset_us,
		    (int64_t)(clock_real_us() - clock_monotonic_us()));
	s->queue = combine_new();
	pthread_mutex_init(&s->lock, NULL);
	s->why = never;
	if (s->ns != NULL && s->queue != NULL)
		return &s->store;
	redis_store_free(&s->store);
	return NULL;
}
