/*
 * message.h - the facts of a message, as a test writes them.
 */
#ifndef TESTS_MESSAGE_H
#define TESTS_MESSAGE_H

#include "compile.h"

#include "../../policy/identity/identity.h"

struct message {
	enum policy_class class;
	const char *login, *uid, *script, *sender, *listener, *client;
	const char *header[2];	/* by their place in the policy */
	uint32_t recipients;	/* 0: one */
	uint16_t minute;
	uint8_t weekday;
};

static inline void
facts_of(const struct message *m, struct policy_facts *f)
{
	*f = (struct policy_facts){
		.class = m->class, .recipients = m->recipients,
		.minute = m->minute, .weekday = m->weekday,
	};
	if (f->recipients == 0)
		f->recipients = 1;
	f->text[POLICY_LOGIN] = text_of(m->login);
	f->text[POLICY_UID] = text_of(m->uid);
	f->text[POLICY_SCRIPT] = text_of(m->script);
	f->text[POLICY_SENDER] = text_of(m->sender);
	f->text[POLICY_LISTENER] = text_of(m->listener);
	for (unsigned i = 0; i < 2; i++)
		f->text[POLICY_HEADER + i] = text_of(m->header[i]);
	if (m->sender != NULL)
		f->text[POLICY_DOMAIN] = identity_domain_of(m->sender,
							    strlen(m->sender));
	if (m->client != NULL)
		assert_true(identity_client(m->client, strlen(m->client), &f->client));
}

#endif
