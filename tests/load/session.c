/*
 * session.c - one milter connection: negotiation, greeting, and replies.
 */
#include "session.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "options.h"

#define VERSION 6U
#define ACTIONS 0x000001ffU	/* every action a filter may ask for */
#define PROTOCOL 0x001fffffU	/* every protocol option we can honour */

void
session_init(struct session *s, const struct options *opt)
{
	memset(s, 0, sizeof(*s));
	s->opt = opt;
	s->wire.fd = -1;
}

static bool
negotiate(struct session *s)
{
	uint32_t o[3] = { htonl(VERSION), htonl(ACTIONS), htonl(PROTOCOL) };
	char cmd, data[1024];
	size_t len;

	if (!wire_put(&s->wire, 'O', o, sizeof(o)) || !wire_flush(&s->wire) ||
	    !wire_read(&s->wire, &cmd, data, sizeof(data), &len))
		return false;
	if (cmd != 'O' || len < sizeof(o))
		return wire_fail(&s->wire, "malformed negotiation reply");
	memcpy(o, data, sizeof(o));
	s->proto = ntohl(o[2]);
	if (ntohl(o[0]) < 2 || ntohl(o[0]) > VERSION)
		return wire_fail(&s->wire, "negotiated version %u", ntohl(o[0]));
	if (ntohl(o[1]) & ~ACTIONS)
		return wire_fail(&s->wire, "negotiated unknown actions");
	if (s->proto & ~PROTOCOL)
		return wire_fail(&s->wire, "negotiated unknown protocol bits");
	return true;
}

/* The SMTP code and text of a reply that carries one. */
static enum verdict
reply_code(struct session *s, const char *data, size_t len)
{
	if (len < 5 || data[len - 1] != '\0' ||
	    (data[0] != '4' && data[0] != '5') ||
	    !isdigit((unsigned char)data[1]) ||
	    !isdigit((unsigned char)data[2]) ||
	    (data[3] != ' ' && data[3] != '-')) {
		wire_fail(&s->wire, "malformed reply code at %c", s->wire.stage);
		return VERDICT_ERROR;
	}
	s->code = (uint16_t)((data[0] - '0') * 100 + (data[1] - '0') * 10 +
			     (data[2] - '0'));
	s->closing |= s->code == 421;
	return data[0] == '4' ? VERDICT_TEMPFAIL : VERDICT_REJECT;
}

/* What may come any number of times before the answer to end of message. */
static bool
is_interim(struct session *s, char cmd, const char *data, size_t len)
{
	if (s->wire.stage != 'E')
		return false;
	switch (cmd) {
	case 'p':
		s->progress++;
		return true;
	case 'q':
		s->held = true;
		return len > 0 && data[len - 1] == '\0';
	default:
		if (cmd == '\0' || strchr("+-2behim", cmd) == NULL)
			return false;
		s->modifications++;
		return true;
	}
}

static enum verdict
out_of_place(struct session *s, char cmd)
{
	wire_fail(&s->wire, "reply '%c' (0x%02x) out of place at %c",
		  isprint((unsigned char)cmd) ? cmd : '?',
		  (unsigned)(unsigned char)cmd, s->wire.stage);
	return VERDICT_ERROR;
}

static enum verdict
reply(struct session *s)
{
	char cmd, data[1024];
	size_t len;

	do {
		if (!wire_read(&s->wire, &cmd, data, sizeof(data), &len))
			return VERDICT_ERROR;
	} while (is_interim(s, cmd, data, len));
	switch (cmd) {
	case 'c': return VERDICT_CONTINUE;
	case 'a': return VERDICT_ACCEPT;
	case 'd': return VERDICT_DISCARD;
	case 'r': return VERDICT_REJECT;
	case 't': return VERDICT_TEMPFAIL;
	case 'y': return reply_code(s, data, len);
	case 's':
		return s->wire.stage == 'B' ? VERDICT_SKIP : out_of_place(s, cmd);
	case '4':
		s->closing = true;
		s->code = 421;
		return VERDICT_TEMPFAIL;
	default: return out_of_place(s, cmd);
	}
}

enum verdict
session_step(struct session *s, char cmd, uint32_t mute)
{
	s->wire.stage = cmd;
	if (s->proto & mute)
		return VERDICT_CONTINUE;
	return wire_flush(&s->wire) ? reply(s) : VERDICT_ERROR;
}

/* false: the session cannot be used. */
static bool
greet(struct session *s, char cmd, uint32_t mute)
{
	switch (session_step(s, cmd, mute)) {
	case VERDICT_CONTINUE:
		return true;
	case VERDICT_ACCEPT:
		s->accept_all = true;
		return true;
	case VERDICT_ERROR:
		return false;
	default:
		return wire_fail(&s->wire, "session refused at %c", cmd);
	}
}

/* Name, family and port of the client come as one packet; sendmail(1) mail has
 * the same form, and is known by its macros (F8, F19). */
static bool
greet_connect(struct session *s)
{
	static const char name[] = "client.example";
	const struct options *o = s->opt;
	uint16_t port = htons(40000);
	char buf[128];
	size_t len = 0, n = strlen(o->client) + 1;

	if (s->proto & NO_CONNECT)
		return true;
	if (!wire_put_strings(&s->wire, 'D', 'C', "j", "bench.example",
			      "{daemon_name}", o->local ? "LOCAL" : "bench.example",
			      "{daemon_port}", o->local ? "0" : "25",
			      "{client_addr}", o->client,
			      "v", "milterload", NULL))
		return false;
	memcpy(buf, name, sizeof(name));
	len += sizeof(name);
	buf[len++] = '4';
	memcpy(buf + len, &port, sizeof(port));
	len += sizeof(port);
	memcpy(buf + len, o->client, n);
	return wire_put(&s->wire, 'C', buf, len + n) &&
		greet(s, 'C', MUTE_CONNECT);
}

static bool
greet_helo(struct session *s)
{
	if (s->accept_all || (s->proto & NO_HELO))
		return true;
	return wire_put_strings(&s->wire, 'H', 0, "client.example", NULL) &&
		greet(s, 'H', MUTE_HELO);
}

bool
session_open(struct session *s, const struct wire_target *t)
{
	s->proto = 0;
	s->accept_all = s->closing = s->held = false;
	s->code = 0;
	if (!wire_dial(&s->wire, t, s->opt->timeout))
		return false;
	if (negotiate(s) && greet_connect(s) && greet_helo(s))
		return true;
	wire_close(&s->wire);
	return false;
}

void
session_close(struct session *s)
{
	if (s->wire.fd >= 0 && wire_put(&s->wire, 'Q', NULL, 0))
		wire_flush(&s->wire);
	wire_close(&s->wire);
}
