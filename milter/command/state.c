/*
 * state.c - this node, as a verb meets it: its key and its ledger.
 */
#include "state.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
become_owner(const char *dir, struct error *e)
{
	struct passwd *pw;
	struct stat st;
	int rc;

	if (stat(dir, &st) < 0)
		return error_set(e, "cannot use the state directory %s: %s; "
				 "sluiced needs it too: see -d in sluice(8)",
				 dir, strerror(errno));
	if (geteuid() != 0 || st.st_uid == 0)
		return true;
	pw = getpwuid(st.st_uid);
	rc = pw != NULL ? initgroups(pw->pw_name, st.st_gid) :
	     setgroups(1, &st.st_gid);
	if (rc < 0 || setegid(st.st_gid) < 0 || seteuid(st.st_uid) < 0)
		return error_set(e, "cannot become the owner of %s: %s", dir,
				 strerror(errno));
	return true;
}

bool
state_open(struct state *st, const struct settings *s, struct error *e)
{
	st->keys = NULL;
	st->ledger = NULL;
	if (!become_owner(s->state, e))
		return false;
	st->keys = keys_open(s->key, false, e);
	if (st->keys == NULL)
		return false;
	st->ledger = ledger_open(s->state, st->keys, e);
	if (st->ledger == NULL) {
		state_close(st);
		return false;
	}
	return true;
}

void
state_close(struct state *st)
{
	if (st->ledger != NULL)
		ledger_free(st->ledger);
	if (st->keys != NULL)
		keys_free(st->keys);
	st->ledger = NULL;
	st->keys = NULL;
}
