/*
 * message.c - one message, from MAIL to the reply that settles it.
 */
#include "message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "options.h"
#include "session.h"

#define LINE 72			/* bytes of a body line, with its CR LF */

const char *const outcome_name[OUTCOMES] = {
	[ACCEPT] = "accept", [TEMPFAIL] = "tempfail", [REJECT] = "reject",
	[DISCARD] = "discard", [QUARANTINE] = "quarantine", [ERROR] = "error",
};

struct letter {
	uint64_t n;
	char id[32];
	char sender[64];
	uint64_t *rcpt;		/* counted by outcome */
};

static enum outcome
settled(enum verdict v)
{
	switch (v) {
	case VERDICT_TEMPFAIL: return TEMPFAIL;
	case VERDICT_REJECT: return REJECT;
	case VERDICT_DISCARD: return DISCARD;
	case VERDICT_ERROR: return ERROR;
	default: return ACCEPT;
	}
}

void
message_id(uint64_t n, char *out, size_t size)
{
	snprintf(out, size, "%012" PRIX64, n + 1);
}

unsigned
message_pick(uint64_t n, unsigned of, unsigned offset)
{
	return (unsigned)(n % of) + offset;
}

static unsigned
pick(const struct session *s, const struct letter *l, unsigned of)
{
	return message_pick(l->n, of, s->opt->offset);
}

static void
recipient(const struct letter *l, unsigned i, char *out, size_t size)
{
	snprintf(out, size, "rcpt%" PRIu64 ".%u@dest%u.example",
		 l->n % 100000, i, i % 7);
}

static bool
put_mail(struct session *s, const struct letter *l)
{
	unsigned logins = s->opt->logins;
	char path[68], login[32];

	snprintf(path, sizeof(path), "<%s>", l->sender);
	snprintf(login, sizeof(login), "login%u",
		 logins > 0 ? pick(s, l, logins) : 0);
	/* Without logins the list of macros ends before them. */
	return wire_put_strings(&s->wire, 'D', 'M', "i", l->id,
				"{mail_addr}", l->sender,
				"{mail_host}", "dom.example",
				"{mail_mailer}", "smtp",
				logins > 0 ? "{auth_authen}" : NULL, login,
				"{auth_type}", "PLAIN", NULL) &&
		wire_put_strings(&s->wire, 'M', 0, path, NULL);
}

static enum verdict
mail(struct session *s, const struct letter *l)
{
	if (s->proto & NO_MAIL)
		return VERDICT_CONTINUE;
	return put_mail(s, l) ? session_step(s, 'M', MUTE_MAIL) : VERDICT_ERROR;
}

static enum verdict
one_recipient(struct session *s, const struct letter *l, unsigned i)
{
	char addr[64], path[68];

	if (s->proto & NO_RCPT)
		return VERDICT_CONTINUE;
	recipient(l, i, addr, sizeof(addr));
	snprintf(path, sizeof(path), "<%s>", addr);
	if (!wire_put_strings(&s->wire, 'D', 'R', "i", l->id,
			      "{rcpt_addr}", addr,
			      "{rcpt_host}", "dest.example",
			      "{rcpt_mailer}", "smtp", NULL) ||
	    !wire_put_strings(&s->wire, 'R', 0, path, NULL))
		return VERDICT_ERROR;
	return session_step(s, 'R', MUTE_RCPT);
}

/* A recipient may be refused and the message go on with the others. */
static enum verdict
recipients(struct session *s, const struct letter *l)
{
	unsigned ok = 0, soft = 0;

	for (unsigned i = 0; i < s->opt->rcpts; i++) {
		enum verdict v = one_recipient(s, l, i);

		if (v == VERDICT_ACCEPT || v == VERDICT_DISCARD ||
		    v == VERDICT_ERROR || s->closing)
			return v;
		l->rcpt[settled(v)]++;
		ok += v == VERDICT_CONTINUE;
		soft += v == VERDICT_TEMPFAIL;
	}
	if (ok > 0 || s->opt->rcpts == 0)
		return VERDICT_CONTINUE;
	return soft > 0 ? VERDICT_TEMPFAIL : VERDICT_REJECT;
}

/* A command without data of its own. */
static enum verdict
bare(struct session *s, const struct letter *l, char cmd, uint32_t mute)
{
	if (!wire_put_strings(&s->wire, 'D', cmd, "i", l->id, NULL) ||
	    !wire_put(&s->wire, cmd, NULL, 0))
		return VERDICT_ERROR;
	return session_step(s, cmd, mute);
}

static enum verdict
data(struct session *s, const struct letter *l)
{
	return s->proto & NO_DATA ? VERDICT_CONTINUE :
		bare(s, l, 'T', MUTE_DATA);
}

/* Does nothing unless *v says to go on. */
static void __attribute__((format(printf, 4, 5)))
header(struct session *s, enum verdict *v, const char *name,
       const char *fmt, ...)
{
	char value[128];
	va_list ap;

	if (*v != VERDICT_CONTINUE)
		return;
	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	*v = wire_put_strings(&s->wire, 'L', 0, name, value, NULL) ?
		session_step(s, 'L', MUTE_HEADER) : VERDICT_ERROR;
}

static enum verdict
headers(struct session *s, const struct letter *l)
{
	const struct options *o = s->opt;
	enum verdict v = VERDICT_CONTINUE;
	unsigned script = o->scripts > 0 ? pick(s, l, o->scripts) : 0;
	char to[64], name[32];

	if (s->proto & NO_HEADERS)
		return VERDICT_CONTINUE;
	recipient(l, o->rcpts > 0 ? o->rcpts - 1 : 0, to, sizeof(to));
	if (o->uid >= 0)
		header(s, &v, "X-Local-Submitter", "uid=%ld", o->uid);
	header(s, &v, "From", "%s", l->sender);
	header(s, &v, "To", "%s", to);
	header(s, &v, "Message-Id", "<%s@bench.example>", l->id);
	if (o->scripts > 0)
		header(s, &v, "X-PHP-Originating-Script", "%u:mailer%u.php",
		       1000 + script, script);
	header(s, &v, "Subject", "load");
	header(s, &v, "MIME-Version", "1.0");
	header(s, &v, "Content-Type", "text/plain; charset=us-ascii");
	header(s, &v, "Date", "Tue, 03 Mar 2026 10:00:00 +0000");
	for (unsigned i = 0; i < o->extra; i++) {
		snprintf(name, sizeof(name), "X-Extra-%u", i);
		header(s, &v, name, "value %u of %s", i, l->id);
	}
	return v;
}

static enum verdict
end_of_headers(struct session *s, const struct letter *l)
{
	return s->proto & NO_EOH ? VERDICT_CONTINUE :
		bare(s, l, 'N', MUTE_EOH);
}

static enum verdict
body(struct session *s, const struct letter *l)
{
	char chunk[WIRE_CHUNK];
	size_t left = s->proto & NO_BODY ? 0 : s->opt->body;

	(void)l;
	for (size_t i = 0; i < left && i < sizeof(chunk); i++)
		chunk[i] = i % LINE == LINE - 2 ? '\r' :
			i % LINE == LINE - 1 ? '\n' : (char)('a' + i % 26);
	while (left > 0) {
		size_t n = left < sizeof(chunk) ? left : sizeof(chunk);
		enum verdict v;

		if (!wire_put(&s->wire, 'B', chunk, n))
			return VERDICT_ERROR;
		left -= n;
		v = session_step(s, 'B', MUTE_BODY);
		if (v == VERDICT_SKIP)
			break;
		if (v != VERDICT_CONTINUE)
			return v;
	}
	return VERDICT_CONTINUE;
}

enum outcome
message_play(struct session *s, uint64_t n, uint64_t rcpt[OUTCOMES])
{
	static enum verdict (*const stages[])(struct session *,
					      const struct letter *) = {
		mail, recipients, data, headers, end_of_headers, body,
	};
	struct letter l = { .n = n, .rcpt = rcpt };
	unsigned sender = pick(s, &l, s->opt->senders);
	enum verdict v;

	s->code = 0;
	s->held = false;
	s->asked_ns = 0;
	s->wire.stage = 'M';
	if (s->accept_all)
		return ACCEPT;
	message_id(n, l.id, sizeof(l.id));
	snprintf(l.sender, sizeof(l.sender), "user%u@dom%u.example", sender,
		 sender % 500);
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		v = stages[i](s, &l);
		if (v == VERDICT_CONTINUE)
			continue;
		if (v != VERDICT_ERROR && !wire_put(&s->wire, 'A', NULL, 0))
			return ERROR;
		return settled(v);
	}
	s->asked_ns = clock_ns();
	v = bare(s, &l, 'E', 0);
	return s->held && settled(v) == ACCEPT ? QUARANTINE : settled(v);
}
