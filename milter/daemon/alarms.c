/*
 * alarms.c - what is amiss around this node, as its keeper sees it in Redis.
 */
#include "alarms.h"

#include <stdio.h>
#include <string.h>

#include "../clock.h"
#include "../log.h"

#define GENESIS "genesis"
#define DAY_US (UINT64_C(86400) * 1000000)
#define CLOCK_OFF_US 2000000
#define CLOCK_GOOD_US 1000000	/* so that an alarm does not flutter */

bool
alarms_init(struct alarms *w, const char *dir, struct error *e)
{
	char text[GENESIS_TEXT_MAX + 1];

	memset(w, 0, sizeof(*w));
	if (!ledger_file_open_dir(&w->dir, dir, e))
		return false;
	if (ledger_file_get(&w->dir, GENESIS, text, sizeof(text)) > 0)
		genesis_parse(&w->genesis, text);
	return true;
}

void
alarms_fini(struct alarms *w)
{
	ledger_file_close(&w->dir);
}

static void
remember(struct alarms *w)
{
	char text[GENESIS_TEXT_MAX + 1], value[sizeof(struct error) + 2];
	struct error e;

	genesis_text(&w->genesis, text);
	if (!ledger_file_put(&w->dir, GENESIS, false, text, &e))
		log_error("genesis write=failed reason=%s",
			  log_value(e.text, strlen(e.text), value, sizeof(value)));
}

static void
say_restarted(struct alarms *w)
{
	w->status.restarts++;
	log_info("redis state=restarted reason=\"its data is there, but what was written "
		 "last may be missing\"");
}

static void
say_lost(struct alarms *w)
{
	w->status.losses++;
	w->status.lost_us = clock_real_us();
	log_error("redis state=lost reason=\"Redis has lost its data, or is another: the "
		  "levels that this node knows are its floor, all others start "
		  "afresh; let it save to disk (appendonly yes)\"");
}

bool
alarms_genesis(struct alarms *w, struct conn *c, const char *ns,
	       uint64_t deadline_us, struct error *e)
{
	bool is_first = w->genesis.id[0] == '\0';
	enum genesis_news news;

	if (!genesis_look(&w->genesis, c, ns, deadline_us, &news, e))
		return false;
	if (news == GENESIS_RESTARTED)
		say_restarted(w);
	if (news == GENESIS_LOST)
		say_lost(w);
	if (is_first || news != GENESIS_SAME)
		remember(w);
	return true;
}

void
alarms_clock(struct alarms *w, uint64_t redis_us, uint64_t here_us)
{
	int64_t ahead_us = (int64_t)(redis_us - here_us);
	int64_t off_us = ahead_us < 0 ? -ahead_us : ahead_us;
	double ahead_s = (double)ahead_us / 1e6;

	w->status.clock_us = ahead_us;
	if (!w->status.is_clock_off && off_us > CLOCK_OFF_US) {
		w->status.is_clock_off = true;
		log_warning("clock state=off redis=%+.1fs reason=\"Redis's clock and this "
			    "machine's differ; keep both by NTP\"", ahead_s);
	} else if (w->status.is_clock_off && off_us < CLOCK_GOOD_US) {
		w->status.is_clock_off = false;
		log_info("clock state=good redis=%+.1fs", ahead_s);
	}
}

static void
add_name(char names[ALARMS_NAMES_MAX], const char *name)
{
	size_t len = strlen(names);

	snprintf(names + len, ALARMS_NAMES_MAX - len, "%s%s", len > 0 ? ", " : "", name);
}

static void
count(struct alarms_status *s, const struct mirror_node *nodes, size_t n,
      uint64_t now_us, uint64_t digest)
{
	s->nodes = 0;
	s->names[0] = s->strangers[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (nodes[i].seen_us + DAY_US < now_us)
			continue;
		s->nodes++;
		add_name(s->names, nodes[i].name);
		if (nodes[i].has_beat && nodes[i].beat.digest != digest)
			add_name(s->strangers, nodes[i].name);
	}
}

static void
say_nodes(const struct alarms_status *s)
{
	char text[ALARMS_NAMES_MAX + 128], value[sizeof(text) * 2];

	if (s->nodes <= s->nodes_allowed) {
		log_info("nodes seen=%u allowed=%u", s->nodes, s->nodes_allowed);
		return;
	}
	snprintf(text, sizeof(text), "more nodes than the policy says use this Redis "
		 "(%s); write 'nodes %u' into the policy of each", s->names, s->nodes);
	log_warning("nodes seen=%u allowed=%u reason=%s", s->nodes, s->nodes_allowed,
		    log_value(text, strlen(text), value, sizeof(value)));
}

/* Says when they have become too many, when they change while they are, and
 * when they are no longer. */
void
alarms_nodes(struct alarms *w, const struct mirror_node *nodes, size_t n,
	     uint64_t now_us, unsigned allowed, uint64_t digest)
{
	unsigned nodes_was = w->status.nodes, allowed_was = w->status.nodes_allowed;

	count(&w->status, nodes, n, now_us, digest);
	w->status.nodes_allowed = allowed;
	if ((nodes_was > allowed_was || w->status.nodes > allowed) &&
	    (nodes_was != w->status.nodes || allowed_was != allowed))
		say_nodes(&w->status);
}
