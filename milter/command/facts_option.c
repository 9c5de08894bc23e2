/*
 * facts_option.c - the facts of a message, from options.
 *
 * What is asked about must be a message that can be: script and uid come with
 * local mail only, client and login never do (F19).
 */
#include "facts_option.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const days[] = {
	"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
};

void
facts_init(struct facts_options *o)
{
	time_t now = time(NULL);
	struct tm tm = { 0 };

	memset(o, 0, sizeof(*o));
	localtime_r(&now, &tm);
	o->f.minute = (uint16_t)(60 * tm.tm_hour + tm.tm_min);
	o->f.weekday = (uint8_t)tm.tm_wday;
	o->f.recipients = 1;
}

static bool
take_class(struct facts_options *o, const char *value, struct error *e)
{
	for (enum policy_class c = POLICY_LOCAL; c < POLICY_CLASSES; c++)
		if (strcmp(value, policy_class_word(c)) == 0) {
			o->f.class = c;
			o->has_class = true;
			return true;
		}
	return error_set(e, "'%s' is not a class: local, authenticated, relayed or "
			 "inbound", value);
}

static bool
take_rcpts(struct facts_options *o, const char *value, struct error *e)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '1' || *value > '9' || *end != '\0' || n > UINT32_MAX)
		return error_set(e, "--rcpts takes a number from 1 on, not '%s'", value);
	o->f.recipients = (uint32_t)n;
	return true;
}

static bool
take_time(struct facts_options *o, const char *value, struct error *e)
{
	size_t len = strlen(value), hour = strspn(value, "0123456789");
	int h = atoi(value), m = atoi(value + hour + (value[hour] == ':'));

	if ((hour != 1 && hour != 2) || len != hour + 3 || value[hour] != ':' ||
	    strspn(value + hour + 1, "0123456789") != 2 || h > 23 || m > 59)
		return error_set(e, "--time takes hour and minute, as 20:30, not '%s'",
				 value);
	o->f.minute = (uint16_t)(60 * h + m);
	return true;
}

static bool
take_day(struct facts_options *o, const char *value, struct error *e)
{
	size_t len = strlen(value);

	for (uint8_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (strncasecmp(value, days[i], len) == 0 &&
		    (len == 3 || days[i][len] == '\0')) {
			o->f.weekday = i;
			return true;
		}
	return error_set(e, "--day takes a day of the week, as sat or saturday, not '%s'",
			 value);
}

static bool
take_header(struct facts_options *o, const char *value, struct error *e)
{
	const char *equal = strchr(value, '=');

	if (equal == NULL || equal == value)
		return error_set(e, "--header takes NAME=VALUE, not '%s'", value);
	if (o->n_headers == POLICY_HEADERS_MAX)
		return error_set(e, "a policy looks at %d headers at most",
				 POLICY_HEADERS_MAX);
	o->header[o->n_headers++] = value;
	return true;
}

static bool
know(struct facts_options *o, enum policy_fact fact, size_t len,
     const char *value, struct error *e)
{
	if (len == 0)
		return error_set(e, "'%s' is not a %s%s", value, policy_fact_word(fact),
				 fact == POLICY_SCRIPT ? ": write UID:FILE, as "
				 "33:contact.php" : "");
	o->f.text[fact] = (struct policy_text){ o->text[fact], len };
	return true;
}

bool
facts_take(struct facts_options *o, int c, const char *value, struct error *e)
{
	size_t len = strlen(value);
	char (*t)[IDENTITY_MAX + 1] = o->text;

	switch (c) {
	case FACTS_CLASS:
		return take_class(o, value, e);
	case FACTS_RCPTS:
		return take_rcpts(o, value, e);
	case FACTS_CLIENT:
		return identity_client(value, len, &o->f.client) ||
		       error_set(e, "'%s' is not an IP address", value);
	case FACTS_UID:
		return know(o, POLICY_UID, identity_uid(value, len, t[POLICY_UID]),
			    value, e);
	case FACTS_SCRIPT:
		return know(o, POLICY_SCRIPT,
			    identity_script(value, len, t[POLICY_SCRIPT]), value, e);
	case FACTS_LOGIN:
		return know(o, POLICY_LOGIN,
			    identity_login(value, len, t[POLICY_LOGIN]), value, e);
	case FACTS_LISTENER:
		return know(o, POLICY_LISTENER,
			    identity_name(value, len, t[POLICY_LISTENER]), value, e);
	case FACTS_HEADER:
		return take_header(o, value, e);
	case FACTS_TIME:
		return take_time(o, value, e);
	case FACTS_DAY:
		return take_day(o, value, e);
	default:
		o->sender = value;
		return true;
	}
}

static void
read_sender(struct facts_options *o, const struct policy *p)
{
	char *text = o->text[POLICY_SENDER];
	size_t len;

	if (o->sender == NULL)
		return;
	len = identity_address(o->sender, strlen(o->sender),
			       policy_site(p).delimiters, text);
	o->f.text[POLICY_SENDER] = (struct policy_text){ text, len };
	o->f.text[POLICY_DOMAIN] = identity_domain_of(text, len);
}

/* As in mail, of two headers of one name the first counts. */
static bool
read_header(struct facts_options *o, const struct policy *p, const char *header,
	    struct error *e)
{
	size_t len = strcspn(header, "=");
	const char *value = header + len + 1;

	for (unsigned i = 0; i < policy_headers(p); i++) {
		const char *name = policy_header(p, i);
		enum policy_fact fact = (enum policy_fact)(POLICY_HEADER + i);

		if (strlen(name) != len || strncasecmp(name, header, len) != 0)
			continue;
		if (o->f.text[fact].p != NULL)
			return true;
		len = identity_header(value, strlen(value), o->text[fact]);
		if (len > 0)
			o->f.text[fact] = (struct policy_text){ o->text[fact], len };
		return true;
	}
	return error_set(e, "the policy does not look at the header %.*s: leave it out",
			 (int)len, header);
}

static bool
read_all(struct facts_options *o, const struct policy *p, struct error *e)
{
	read_sender(o, p);
	for (unsigned i = 0; i < o->n_headers; i++)
		if (!read_header(o, p, o->header[i], e))
			return false;
	return true;
}

bool
facts_finish(struct facts_options *o, const struct policy *p, struct error *e)
{
	bool has_local = o->f.text[POLICY_UID].p != NULL ||
			 o->f.text[POLICY_SCRIPT].p != NULL;
	bool has_smtp = o->f.text[POLICY_LOGIN].p != NULL ||
			o->f.client.family != 0;
	enum policy_class asked = o->f.class;

	if (!read_all(o, p, e))
		return false;
	if (has_local && has_smtp)
		return error_set(e, "a script or uid comes with local mail only, which has "
				 "no client and no login");
	if (!o->has_class && !has_local && !has_smtp)
		return error_set(e, "say how the message comes in: --script, --uid, "
				 "--login, --client or --class");
	o->is_local = o->has_class ? asked == POLICY_LOCAL : has_local;
	if (o->is_local && has_smtp)
		return error_set(e, "local mail has no client and no login");
	if (!o->is_local && has_local)
		return error_set(e, "only local mail has a script or a uid");
	o->f.class = policy_classify(p, o->is_local, &o->f);
	if (o->has_class && o->f.class != asked)
		return error_set(e, "with these facts it is %s mail, not %s: authenticated "
				 "mail has a --login, relayed mail a --client in `own "
				 "networks` and no --login",
				 policy_class_word(o->f.class), policy_class_word(asked));
	return true;
}

struct each {
	void (*fn)(const char *word, const char *value, void *arg);
	void *arg;
};

static void
tell(const struct each *to, const char *word, struct policy_text t)
{
	char value[IDENTITY_MAX + 1];

	if (t.p == NULL)
		return;
	snprintf(value, sizeof(value), "%.*s", (int)t.len, t.p);
	to->fn(word, value, to->arg);
}

static void
tell_client(const struct each *to, const struct policy_address *client)
{
	char text[IDENTITY_NETWORK_MAX];

	if (client->family != 0)
		to->fn("client", identity_client_text(client, text), to->arg);
}

static void
tell_when(const struct each *to, const struct policy_facts *f)
{
	char text[32];

	snprintf(text, sizeof(text), "%u", f->recipients);
	to->fn("rcpts", text, to->arg);
	snprintf(text, sizeof(text), "%02u:%02u", f->minute / 60u, f->minute % 60u);
	to->fn("time", text, to->arg);
	to->fn("day", days[f->weekday % 7], to->arg);
}

void
facts_each(const struct facts_options *o, const struct policy *p,
	   void (*fn)(const char *word, const char *value, void *arg), void *arg)
{
	static const enum policy_fact texts[] = {
		POLICY_SCRIPT, POLICY_UID, POLICY_LOGIN, POLICY_SENDER,
		POLICY_LISTENER,
	};
	const struct each to = { fn, arg };

	fn("class", policy_class_word(o->f.class), arg);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		tell(&to, policy_fact_word(texts[i]), o->f.text[texts[i]]);
	for (unsigned i = 0; i < policy_headers(p); i++) {
		char word[sizeof("header ") + POLICY_HEADER_MAX];

		snprintf(word, sizeof(word), "header %s", policy_header(p, i));
		tell(&to, word, o->f.text[POLICY_HEADER + i]);
	}
	tell_client(&to, &o->f.client);
	tell_when(&to, &o->f);
}
