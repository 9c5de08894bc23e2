/*
 * tls.c - TLS on a socket that does not block; the only room for libssl.
 */
#include "tls.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls {
	SSL_CTX *ctx;
	SSL *ssl;
	short events;
};

/* The first reason that libssl has for its last failure. */
static const char *
why(void)
{
	unsigned long code = ERR_get_error();
	const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return text != NULL ? text : "unknown reason";
}

static bool
load_files(SSL_CTX *ctx, const struct conn_target *t, struct error *e)
{
	const char *key = t->key_file != NULL ? t->key_file : t->cert_file;

	if (SSL_CTX_load_verify_file(ctx, t->ca_file) != 1)
		return error_set(e, "cannot use the CA file %s: %s", t->ca_file, why());
	if (t->cert_file == NULL)
		return t->key_file == NULL ||
		       error_set(e, "--redis-cert-key needs --redis-cert");
	if (SSL_CTX_use_certificate_chain_file(ctx, t->cert_file) != 1)
		return error_set(e, "cannot use the certificate %s: %s", t->cert_file,
				 why());
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return error_set(e, "cannot use the key %s with the certificate %s: %s",
				 key, t->cert_file, why());
	return true;
}

static SSL_CTX *
open_ctx(const struct conn_target *t, struct error *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL) {
		error_set(e, "cannot begin TLS: %s", why());
		return NULL;
	}
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (load_files(ctx, t, e))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

bool
tls_ok(const struct conn_target *t, struct error *e)
{
	SSL_CTX *ctx;

	if (t->ca_file == NULL)
		return (t->cert_file == NULL && t->key_file == NULL) ||
		       error_set(e, "--redis-cert needs --redis-ca, which switches TLS on");
	ctx = open_ctx(t, e);
	SSL_CTX_free(ctx);
	return ctx != NULL;
}

struct tls *
tls_new(const struct conn_target *target, const char *host, int fd, struct error *e)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		error_set(e, "out of memory");
		return NULL;
	}
	t->ctx = open_ctx(target, e);
	if (t->ctx == NULL) {
		free(t);
		return NULL;
	}
	t->ssl = SSL_new(t->ctx);
	if (t->ssl != NULL && SSL_set_fd(t->ssl, fd) == 1 &&
	    (host == NULL ||
	     X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), host) == 1)) {
		SSL_set_connect_state(t->ssl);
		return t;
	}
	error_set(e, "cannot begin TLS: %s", why());
	tls_free(t);
	return NULL;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	free(t);
}

/* The result of an operation that returned ret. */
static enum tls_result
result(struct tls *t, int ret, struct error *e)
{
	long verify;

	if (ret > 0)
		return TLS_DONE;
	switch (SSL_get_error(t->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		t->events = POLLIN;
		return TLS_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		t->events = POLLOUT;
		return TLS_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	default:
		break;
	}
	verify = SSL_get_verify_result(t->ssl);
	if (verify != X509_V_OK)
		error_set(e, "the certificate of Redis: %s; see --redis-ca",
			  X509_verify_cert_error_string(verify));
	else
		error_set(e, "TLS: %s; is this a TLS port (tls-port)?", why());
	ERR_clear_error();
	return TLS_FAILED;
}

enum tls_result
tls_handshake(struct tls *t, struct error *e)
{
	ERR_clear_error();
	return result(t, SSL_do_handshake(t->ssl), e);
}

enum tls_result
tls_read(struct tls *t, void *buf, size_t size, size_t *n, struct error *e)
{
	ERR_clear_error();
	return result(t, SSL_read_ex(t->ssl, buf, size, n), e);
}

enum tls_result
tls_write(struct tls *t, const void *buf, size_t len, size_t *n, struct error *e)
{
	ERR_clear_error();
	return result(t, SSL_write_ex(t->ssl, buf, len, n), e);
}

short
tls_events(const struct tls *t)
{
	return t->events;
}
