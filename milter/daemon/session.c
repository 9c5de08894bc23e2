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

/* A message on its way. */
struct draft {
	const struct policy *policy;	/* pinned */
	struct identity sender, login, uid, script;
	struct identity header[POLICY_HEADERS_MAX];	/* as the policy counts them */
	bool has_header[POLICY_HEADERS_MAX];
	uint32_t recipients;
};

/* Thousands may be idle: what a message needs is not kept beyond it. */
struct session {
	const struct site *site;

	/* Of the connection. */
	char *listener;			/* NULL: without a good name */
	struct policy_address client;
	bool is_local;
	bool is_marked;			/* local, and the listener says so too */

	struct draft *draft;		/* NULL: no message */
	unsigned submitters, scripts;	/* headers seen in the last one */
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
set_sender(struct draft *d, const char *raw)
{
	d->sender.len = identity_address(raw, strnlen(raw, RAW_MAX),
					 policy_site(d->policy).delimiters,
					 d->sender.text);
}

static void
set_listener(struct session *s, const char *raw)
{
	struct identity name;

	set(&name, identity_name, raw);
	free(s->listener);
	s->listener = name.len > 0 ? strndup(name.text, name.len) : NULL;
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
	free(s->listener);
	free(s);
}

/* Local is {daemon_port} 0, never an address: SMTP from localhost has that,
 * too (F19). */
void
session_connect(struct session *s, const char *daemon_name,
		const char *daemon_port, const char *client)
{
	struct policy_address known;

	set_listener(s, daemon_name);
	s->is_local = daemon_port != NULL && strcmp(daemon_port, "0") == 0;
	s->is_marked = s->is_local && daemon_name != NULL &&
		       strcmp(daemon_name, s->site->local_name) == 0;
	/* For one who is not known stands ::, that limits by client cover him. */
	s->client = (struct policy_address){ .family = s->is_local ? 0 : 6 };
	if (!s->is_local && client != NULL &&
	    identity_client(client, strnlen(client, RAW_MAX), &known))
		s->client = known;
}

void
session_mail(struct session *s, const char *sender, const char *login)
{
	struct draft *d;

	session_end(s);
	s->submitters = s->scripts = 0;
	d = malloc(sizeof(*d));
	if (d == NULL)
		return;
	d->policy = live_pin(s->site->live);
	set_sender(d, sender != NULL ? sender : "");
	set(&d->login, identity_login, login != NULL && *login != '\0' ?
	    login : NULL);
	d->uid.len = d->script.len = 0;
	memset(d->has_header, 0, sizeof(d->has_header));
	d->recipients = 0;
	s->draft = d;
}

void
session_rcpt(struct session *s)
{
	if (s->draft != NULL && s->draft->recipients < UINT32_MAX)
		s->draft->recipients++;
}

/* Those that the policy names: of each the first instance. */
static void
note_header(struct draft *d, const char *name, const char *value)
{
	for (unsigned i = 0; i < policy_headers(d->policy); i++)
		if (!d->has_header[i] &&
		    strcasecmp(name, policy_header(d->policy, i)) == 0) {
			d->has_header[i] = true;
			set(&d->header[i], identity_header, value);
		}
}

/* The first instance counts, well-formed or not: Postfix's and PHP's own come
 * before any that the sender wrote (F21, F26). Over SMTP none does. */
void
session_header(struct session *s, const char *name, const char *value)
{
	struct draft *d = s->draft;

	if (d == NULL)
		return;
	if (s->is_marked && strcasecmp(name, SUBMITTER) == 0) {
		if (s->submitters++ == 0)
			set(&d->uid, identity_uid, value);
	} else if (s->is_local && strcasecmp(name, SCRIPT) == 0) {
		if (s->scripts++ == 0)
			set(&d->script, identity_script, value);
	}
	note_header(d, name, value);
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

/* Listener and client are always present: a limit by one of them covers whatever
 * comes. */
static void
gather(const struct session *s, const struct draft *d, struct policy_facts *f)
{
	const char *listener = s->listener != NULL ? s->listener : IDENTITY_INVALID;

	memset(f, 0, sizeof(*f));
	know_time(f);
	for (unsigned i = 0; i < POLICY_HEADERS_MAX; i++)
		if (d->has_header[i])
			know(f, (enum policy_fact)(POLICY_HEADER + i), &d->header[i]);
	know(f, POLICY_UID, &d->uid);
	know(f, POLICY_LOGIN, &d->login);
	f->text[POLICY_LISTENER] = (struct policy_text){ listener, strlen(listener) };
	know(f, POLICY_SCRIPT, &d->script);
	know(f, POLICY_SENDER, &d->sender);
	f->text[POLICY_DOMAIN] = identity_domain_of(d->sender.text, d->sender.len);
	f->client = s->client;
	f->recipients = d->recipients;
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
		.is_local = s->is_local,
		.is_forged = s->scripts > 1,
		.id = id,
	};
	struct decision d;

	if (s->draft == NULL) {
		verdict_reply(reply, VERDICT_TEMPFAIL, CAUSE_DOWN, NULL);
		return VERDICT_TEMPFAIL;
	}
	m.policy = s->draft->policy;
	gather(s, s->draft, &m.facts);
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
	if (s->draft == NULL)
		return;
	live_unpin(s->site->live, s->draft->policy);
	free(s->draft);
	s->draft = NULL;
}
