/*
 * login.c - who we are to Redis: AUTH, SELECT, CLIENT SETNAME.
 */
#include "login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "secret.h"
#include "trouble.h"

enum step { STEP_AUTH, STEP_SELECT, STEP_NAME };

#define STEPS_MAX 3

struct login {
	enum step step[STEPS_MAX];
	size_t n;
};

static bool
append_auth(struct conn *c, const struct target *t, bool *is_lasting,
	    struct error *e)
{
	char password[SECRET_MAX + 1];
	bool ok = false;

	if (!secret_read(t->password_file, "password file", password, e)) {
		*is_lasting = true;
	} else {
		ok = t->user != NULL ?
			conn_append_text(c, "AUTH", t->user, password, NULL) :
			conn_append_text(c, "AUTH", password, NULL);
		if (!ok)
			error_set(e, "out of memory");
	}
	explicit_bzero(password, sizeof(password));
	return ok;
}

static bool
append_select(struct conn *c, unsigned db)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", db);
	return conn_append_text(c, "SELECT", text, NULL);
}

/* So that CLIENT LIST says which host and which program this is. */
static bool
append_name(struct conn *c)
{
	char host[65], name[128];

	if (gethostname(host, sizeof(host)) < 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	snprintf(name, sizeof(name), "%.40s:%s", program_invocation_short_name, host);
	return conn_append_text(c, "CLIENT", "SETNAME", name, NULL);
}

static bool
append_all(struct login *l, struct conn *c, const struct target *t,
	   bool *is_lasting, struct error *e)
{
	if (t->password_file != NULL) {
		if (!append_auth(c, t, is_lasting, e))
			return false;
		l->step[l->n++] = STEP_AUTH;
	}
	if (t->db != 0) {
		if (!append_select(c, t->db))
			return error_set(e, "out of memory");
		l->step[l->n++] = STEP_SELECT;
	}
	l->step[l->n++] = STEP_NAME;
	return append_name(c) || error_set(e, "out of memory");
}

/* A user who may not tell his name is nameless; but who must log in first and
 * has no password learns it here. */
static bool
is_accepted(enum step step, const struct reply *r, bool *is_lasting,
	    struct error *e)
{
	const char *text;
	size_t len;

	if (reply_type(r) == REPLY_TEXT)
		return true;
	if (reply_type(r) != REPLY_ERROR)
		return reply_unexpected(r, e);
	text = reply_text(r, &len);
	if (step == STEP_NAME && strncmp(text, "NOAUTH", 6) != 0)
		return true;
	*is_lasting = trouble_of(text)->is_lasting;
	return step == STEP_AUTH ? trouble_say_code(text, e) : trouble_say(text, e);
}

bool
login(struct conn *c, const struct target *t, uint64_t deadline_us,
      bool *is_lasting, struct error *e)
{
	struct reply *reply[STEPS_MAX];
	struct login l = { .n = 0 };
	bool ok;

	ok = append_all(&l, c, t, is_lasting, e) &&
	     conn_exchange(c, reply, l.n, deadline_us, e);
	conn_wipe(c);
	if (!ok)
		return false;
	for (size_t i = 0; i < l.n && ok; i++)
		ok = is_accepted(l.step[i], reply[i], is_lasting, e);
	for (size_t i = 0; i < l.n; i++)
		reply_free(reply[i]);
	return ok;
}
