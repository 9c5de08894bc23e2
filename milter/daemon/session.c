/*
 * session.c - one SMTP session: gathers the facts of each of its messages.
 */
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../../policy/identity/identity.h"
#include "decide.h"

#define SUBMITTER "X-Local-Submitter"
#define SCRIPT "X-PHP-Originating-Script"
#define SUBMITTERS_MAX 50	/* Postfix lets no more Received headers in */
#define RAW_MAX 4096		/* bytes of a raw value that are looked at */
#define ID_MAX 64

struct identity {
	char text[IDENTITY_MAX + 1];
	size_t len;
};

struct session {
	const struct site *site;

	/* Of the connection. */
	struct identity listener;
	struct policy_address client;
	bool is_local;
	bool is_marked;			/* local, and the listener says so too */

	/* Of the message. */
	const struct policy *policy;	/* pinned; NULL: no message */
	struct identity sender, login, uid, script;
	struct identity header[POLICY_HEADERS_MAX];	/* as the policy counts them */
	bool has_header[POLICY_HEADERS_MAX];
	uint32_t recipients;
	unsigned submitters, scripts;	/* headers seen */
};

typedef size_t normal_form(const char *raw, size_t len,
			   char out[IDENTITY_MAX + 1]);

static void
set(struct identity *i, normal_form *to, const char *raw)
{
	i->len = 0;
	if (raw != NULL)
		i->len = to(raw, strnlen(raw, RAW_MAX), i->text);
}

static void
set_sender(struct session *s, const char *raw)
{
	s->sender.len = identity_address(raw, strnlen(raw, RAW_MAX),
					 policy_site(s->policy).delimiters,
					 s->sender.text);
}

struct session *
session_new(const struct site *site)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->site = site;
	session_connect(s, NULL, NULL, NULL);
	return s;
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	session_end(s);
	free(s);
}

/* Local is {daemon_port} 0, never an address: SMTP from localhost has that,
 * too (F19). */
void
session_connect(struct session *s, const char *daemon_name,
		const char *daemon_port, const char *client)
{
	struct policy_address known;

	/* Always present, as is the client, for whom :: stands if he is not
	 * known: a limit by it covers whatever comes. */
	set(&s->listener, identity_name, daemon_name);
	if (s->listener.len == 0)
		set(&s->listener, identity_name, IDENTITY_INVALID);
	s->is_local = daemon_port != NULL && strcmp(daemon_port, "0") == 0;
	s->is_marked = s->is_local && daemon_name != NULL &&
		       strcmp(daemon_name, s->site->local_name) == 0;
	s->client = (struct policy_address){ .family = s->is_local ? 0 : 6 };
	if (!s->is_local && client != NULL &&
	    identity_client(client, strnlen(client, RAW_MAX), &known))
		s->client = known;
}

void
session_mail(struct session *s, const char *sender, const char *login)
{
	session_end(s);
	s->policy = live_pin(s->site->live);
	set_sender(s, sender != NULL ? sender : "");
	set(&s->login, identity_login, login != NULL && *login != '\0' ?
	    login : NULL);
	s->uid.len = s->script.len = 0;
	memset(s->has_header, 0, sizeof(s->has_header));
	s->recipients = 0;
	s->submitters = s->scripts = 0;
}

void
session_rcpt(struct session *s)
{
	if (s->recipients < UINT32_MAX)
		s->recipients++;
}

/* Those that the policy names: of each the first instance. */
static void
note_header(struct session *s, const char *name, const char *value)
{
	unsigned n = s->policy != NULL ? policy_headers(s->policy) : 0;

	for (unsigned i = 0; i < n; i++)
		if (!s->has_header[i] &&
		    strcasecmp(name, policy_header(s->policy, i)) == 0) {
			s->has_header[i] = true;
			set(&s->header[i], identity_header, value);
		}
}

/* The first instance counts, well-formed or not: Postfix's and PHP's own come
 * before any that the sender wrote (F21, F26). Over SMTP none does. */
void
session_header(struct session *s, const char *name, const char *value)
{
	if (s->is_marked && strcasecmp(name, SUBMITTER) == 0) {
		if (s->submitters++ == 0)
			set(&s->uid, identity_uid, value);
	} else if (s->is_local && strcasecmp(name, SCRIPT) == 0) {
		if (s->scripts++ == 0)
			set(&s->script, identity_script, value);
	}
	note_header(s, name, value);
}

unsigned
session_submitters(const struct session *s)
{
	return s->submitters < SUBMITTERS_MAX ? s->submitters : SUBMITTERS_MAX;
}

static void
know(struct policy_facts *f, enum policy_fact fact, const struct identity *i)
{
	if (i->len > 0)
		f->text[fact] = (struct policy_text){ i->text, i->len };
}

/* This machine's, where a policy says when. */
static void
know_time(struct policy_facts *f)
{
	time_t now = time(NULL);
	struct tm tm = { 0 };

	localtime_r(&now, &tm);
	f->minute = (uint16_t)(60 * tm.tm_hour + tm.tm_min);
	f->weekday = (uint8_t)tm.tm_wday;
}

static void
gather(const struct session *s, struct policy_facts *f)
{
	memset(f, 0, sizeof(*f));
	know_time(f);
	for (unsigned i = 0; i < POLICY_HEADERS_MAX; i++)
		if (s->has_header[i])
			know(f, (enum policy_fact)(POLICY_HEADER + i), &s->header[i]);
	know(f, POLICY_UID, &s->uid);
	know(f, POLICY_LOGIN, &s->login);
	know(f, POLICY_LISTENER, &s->listener);
	know(f, POLICY_SCRIPT, &s->script);
	know(f, POLICY_SENDER, &s->sender);
	f->text[POLICY_DOMAIN] = identity_domain_of(s->sender.text, s->sender.len);
	f->client = s->client;
	f->recipients = s->recipients;
}

/* The refusal was one too many: from now on limit and key are frozen. */
static void
freeze_struck(const struct site *site, const struct message *m,
	      const struct decision *d)
{
	struct strike strike;

	if (!d->outcome.is_struck)
		return;
	strike_set(&strike, m->policy, d->plan.limit[d->bucket], &m->facts);
	site->freeze(site->freeze_arg, &strike);
}

enum verdict
session_decide(struct session *s, const char *id, struct verdict_reply *reply)
{
	struct counters *c = s->site->counters;
	struct message m = {
		.policy = s->policy,
		.is_local = s->is_local,
		.is_forged = s->scripts > 1,
		.id = id,
	};
	struct decision d;

	if (s->policy == NULL) {
		verdict_reply(reply, VERDICT_TEMPFAIL, CAUSE_DOWN, NULL);
		return VERDICT_TEMPFAIL;
	}
	gather(s, &m.facts);
	atomic_fetch_add(&c->deciding, 1);
	decide(s->site, &m, &d);
	decision_report(s->site, &m, &d);
	freeze_struck(s->site, &m, &d);
	atomic_fetch_sub(&c->deciding, 1);
	verdict_reply(reply, d.verdict, d.cause, d.text);
	return d.verdict;
}

void
session_end(struct session *s)
{
	if (s->policy == NULL)
		return;
	live_unpin(s->site->live, s->policy);
	s->policy = NULL;
}
