/*
 * facts_option.c - the facts of a message, from options.
 *
 * What is asked about must be a message that can be: script and uid come with
 * local mail only, client and login never do (F19).
 */
#include "facts_option.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"

void
facts_init(struct facts_options *o)
{
	memset(o, 0, sizeof(*o));
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
know(struct facts_options *o, enum policy_fact fact, size_t len,
     const char *value, struct error *e)
{
	if (len == 0)
		return error_set(e, "'%s' is not a %s", value, policy_fact_word(fact));
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
	default:
		len = identity_address(value, len, IDENTITY_DELIMITERS,
				       t[POLICY_SENDER]);
		o->f.text[POLICY_DOMAIN] = identity_domain_of(t[POLICY_SENDER], len);
		return know(o, POLICY_SENDER, len, value, e);
	}
}

bool
facts_finish(struct facts_options *o, const struct policy *p, struct error *e)
{
	bool has_local = o->f.text[POLICY_UID].p != NULL ||
			 o->f.text[POLICY_SCRIPT].p != NULL;
	bool has_smtp = o->f.text[POLICY_LOGIN].p != NULL ||
			o->f.client.family != 0;
	enum policy_class asked = o->f.class;

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

static void
print_text(const char *word, struct policy_text t, FILE *out)
{
	char value[IDENTITY_MAX + 1];

	snprintf(value, sizeof(value), "%.*s", (int)t.len, t.p);
	fprintf(out, "%-9s  ", word);
	show_put(value, out);
	fputc('\n', out);
}

void
facts_print(const struct facts_options *o, FILE *out)
{
	static const enum policy_fact texts[] = {
		POLICY_SCRIPT, POLICY_UID, POLICY_LOGIN, POLICY_SENDER,
		POLICY_LISTENER,
	};
	char address[INET6_ADDRSTRLEN];
	int family = o->f.client.family == 4 ? AF_INET : AF_INET6;

	fprintf(out, "class      %s\n", policy_class_word(o->f.class));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (o->f.text[texts[i]].p != NULL)
			print_text(policy_fact_word(texts[i]), o->f.text[texts[i]], out);
	if (o->f.client.family != 0 && inet_ntop(family, o->f.client.bytes, address,
						 sizeof(address)) != NULL)
		fprintf(out, "client     %s\n", address);
	fprintf(out, "rcpts      %u\n", o->f.recipients);
}
