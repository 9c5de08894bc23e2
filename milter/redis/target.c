/*
 * target.c - which Redis, and as whom.
 */
#include "target.h"

#include <string.h>

#include "endpoint.h"
#include "secret.h"
#include "tls.h"

static bool
is_password_ok(const struct target *t, struct error *e)
{
	char password[SECRET_MAX + 1];
	bool ok = t->password_file == NULL ||
		  secret_read(t->password_file, "password file", password, e);

	explicit_bzero(password, sizeof(password));
	return ok;
}

static bool
belongs_together(const struct target *t, const struct endpoint *a,
		 struct error *e)
{
	if (t->user != NULL && t->password_file == NULL)
		return error_set(e, "--redis-user needs --redis-password-file");
	if ((t->cert_file == NULL) != (t->key_file == NULL))
		return error_set(e, "--redis-cert and --redis-cert-key belong together");
	if (t->cert_file != NULL && t->ca_file == NULL)
		return error_set(e, "--redis-cert needs --redis-ca, which switches TLS on");
	if (t->ca_file != NULL && a->sa.ss_family == AF_UNIX)
		return error_set(e, "--redis-ca switches TLS on, which a UNIX socket "
				 "does not have: leave it out, or give an address and "
				 "the port of tls-port");
	return true;
}

bool
target_ok(const struct target *t, struct error *e)
{
	struct endpoint a;
	struct tls *tls;

	if (!endpoint_parse(t->address, &a, e) || !belongs_together(t, &a, e) ||
	    !is_password_ok(t, e))
		return false;
	if (t->ca_file == NULL)
		return true;
	tls = tls_new(t, &a, e);
	tls_free(tls);
	return tls != NULL;
}
