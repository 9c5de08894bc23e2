/*
 * status.c - the status file, replaced as a whole.
 */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "../clock.h"
#include "../store/outage.h"

static json_t *
integer(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* Null for no text; a text that is not UTF-8 is named as such. */
static json_t *
text(const char *s)
{
	json_t *j;

	if (s == NULL || *s == '\0')
		return json_null();
	j = json_string(s);
	return j != NULL ? j : json_string("(not UTF-8)");
}

static json_t *
policy_json(struct live *live)
{
	struct live_status s;
	char digest[17];

	live_status(live, &s);
	snprintf(digest, sizeof(digest), "%016" PRIx64, s.digest);
	return json_pack("{s:o, s:s, s:i, s:o, s:o}",
			 "file", text(s.path), "digest", digest,
			 "limits", (int)s.limits, "loaded", integer(s.loaded_us),
			 "error", text(s.error.text));
}

static json_t *
store_json(const struct outage_status *s)
{
	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o}", "is_outage", s->is_outage,
			 "since", integer(s->since_us),
			 "decisions", integer(s->decisions),
			 "recalled", integer(s->recalled),
			 "late", integer(s->late),
			 "reason", text(s->is_outage ? s->reason : NULL));
}

static json_t *
alarms_json(const struct alarms_status *a)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:I, s:o, s:o, s:o}",
			 "nodes", integer(a->nodes),
			 "allowed", integer(a->nodes_allowed),
			 "names", text(a->names),
			 "strangers", text(*a->strangers != '\0' ? a->strangers : NULL),
			 "is_clock_off", a->is_clock_off,
			 "clock", (json_int_t)a->clock_us,
			 "restarts", integer(a->restarts),
			 "losses", integer(a->losses), "lost", integer(a->lost_us));
}

static json_t *
ledger_json(const struct status *s, size_t freezes)
{
	return json_pack("{s:o, s:o, s:o, s:o}",
			 "broken", text(ledger_broken(s->ledger)),
			 "freezes", integer(freezes),
			 "synced", integer(s->synced_us),
			 "error", text(s->sync_error));
}

static json_t *
messages_json(const struct counters *c)
{
	json_t *classes = json_object();

	for (unsigned class = 0; class < POLICY_CLASSES; class++) {
		json_t *verdicts = json_object();

		for (unsigned v = 0; v < VERDICTS; v++)
			json_object_set_new(verdicts, verdict_word(v),
					    integer(c->message[class][v]));
		json_object_set_new(classes, policy_class_word(class), verdicts);
	}
	return classes;
}

static json_t *
refused_json(const struct counters *c)
{
	json_t *causes = json_object();

	for (enum cause i = CAUSE_LIMIT; i < CAUSES; i++)
		json_object_set_new(causes, cause_word(i), integer(c->cause[i]));
	return causes;
}

static const char *
mode(const struct status *s, const struct outage_status *store, size_t freezes)
{
	if (store->is_outage)
		return "outage";
	return freezes > 0 || ledger_broken(s->ledger) != NULL ? "frozen" : "normal";
}

static json_t *
status_json(const struct status *s)
{
	const struct counters *c = s->counters;
	struct outage_status store;
	size_t freezes = 0;

	outage_status(s->store, &store);
	free(ledger_active(s->ledger, &freezes));
	return json_pack("{s:i, s:o, s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o, s:o}",
			 "version", 1, "written", integer(clock_real_us()),
			 "pid", (int)getpid(),
			 "node", text(ledger_node(s->ledger)),
			 "started", integer(s->started_us),
			 "mode", mode(s, &store, freezes),
			 "policy", policy_json(s->live),
			 "store", store_json(&store),
			 "ledger", ledger_json(s, freezes),
			 "alarms", alarms_json(s->alarms),
			 "sessions", integer(c->sessions),
			 "messages", messages_json(c),
			 "refused", refused_json(c),
			 "observed", integer(c->observed),
			 "forged", integer(c->forged));
}

static bool
write_file(const char *path, const json_t *j)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	char *text = json_dumps(j, JSON_INDENT(2));
	bool is_ok = fd >= 0 && text != NULL && dprintf(fd, "%s\n", text) > 0;

	free(text);
	if (fd >= 0 && close(fd) < 0)
		return false;
	return is_ok;
}

bool
status_write(const struct status *s, struct error *e)
{
	char path[4096], temp[sizeof(path) + 4];
	json_t *j = status_json(s);
	bool is_ok;

	snprintf(path, sizeof(path), "%s/status.json", s->dir);
	snprintf(temp, sizeof(temp), "%s.new", path);
	if (j == NULL)
		return error_set(e, "cannot write %s: out of memory", path);
	is_ok = write_file(temp, j) && rename(temp, path) == 0;
	json_decref(j);
	return is_ok || error_set(e, "cannot write %s: %s", path, strerror(errno));
}
