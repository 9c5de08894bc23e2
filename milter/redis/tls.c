/*
 * tls.c - TLS on a connected, nonblocking socket; the only file that knows
 * OpenSSL.
 *
 * It is loaded when TLS is first wanted: a node that was linked with it would
 * pay 1.6 MB for what most do not use. It would write to the socket by itself,
 * and a closed peer then raises SIGPIPE: so its bytes go through a BIO of ours.
 */
#include "tls.h"

#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "endpoint.h"
#include "secret.h"
#include "target.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define LIBRARY "libssl.so." TEXT(OPENSSL_VERSION_MAJOR)

static struct {
	bool is_there;
#define FUNCTION(name) __typeof__(name) *name;
#include "tls.def"
#undef FUNCTION
} lib;

struct tls {
	BIO_METHOD *method;
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
	int err;		/* errno of what the socket refused */
};

static void
load_library(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	bool is_whole = handle != NULL;

	if (handle == NULL)
		return;
#define FUNCTION(name) \
	lib.name = (__typeof__(lib.name))(uintptr_t)dlsym(handle, #name); \
	is_whole = is_whole && lib.name != NULL;
#include "tls.def"
#undef FUNCTION
	lib.is_there = is_whole;
}

static bool
have_library(struct error *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load_library);
	return lib.is_there || error_set(e, "TLS needs " LIBRARY ", which cannot be "
					 "loaded; install the package of OpenSSL");
}

static bool
is_transient(int err)
{
	return err == EAGAIN || err == EWOULDBLOCK || err == EINTR;
}

/* Why a peer has closed stands in what it sent before, so a write that comes
 * too late is no error: the read that follows is. */
static int
bio_write(BIO *b, const char *p, int len)
{
	struct tls *t = lib.BIO_get_data(b);
	ssize_t n = send(t->fd, p, (size_t)len, MSG_NOSIGNAL);

	lib.BIO_clear_flags(b, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
	if (n >= 0)
		return (int)n;
	if (errno == EPIPE || errno == ECONNRESET)
		return len;
	if (is_transient(errno))
		lib.BIO_set_flags(b, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY);
	else
		t->err = errno;
	return -1;
}

static int
bio_read(BIO *b, char *p, int size)
{
	struct tls *t = lib.BIO_get_data(b);
	ssize_t n = recv(t->fd, p, (size_t)size, 0);

	lib.BIO_clear_flags(b, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
	if (n > 0)
		return (int)n;
	if (n < 0 && is_transient(errno))
		lib.BIO_set_flags(b, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
	else
		t->err = n < 0 ? errno : ECONNRESET;
	return -1;
}

static long
bio_ctrl(BIO *b, int command, long n, void *p)
{
	(void)b;
	(void)n;
	(void)p;
	return command == BIO_CTRL_FLUSH;
}

/* Nobody is there who could type the passphrase of a key. */
static int
no_passphrase(char *out, int size, int is_writing, void *arg)
{
	(void)out;
	(void)size;
	(void)is_writing;
	(void)arg;
	return -1;
}

static bool
load_authority(SSL_CTX *ctx, const char *path, struct error *e)
{
	if (access(path, R_OK) < 0)
		return error_set(e, "cannot read the file of --redis-ca %s: %s", path,
				 strerror(errno));
	return lib.SSL_CTX_load_verify_locations(ctx, path, NULL) == 1 ||
	       error_set(e, "the file of --redis-ca %s holds no certificate in PEM",
			 path);
}

static bool
load_own(SSL_CTX *ctx, const char *cert, const char *key, struct error *e)
{
	if (access(cert, R_OK) < 0)
		return error_set(e, "cannot read the file of --redis-cert %s: %s", cert,
				 strerror(errno));
	if (lib.SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		return error_set(e, "the file of --redis-cert %s holds no certificate "
				 "in PEM", cert);
	if (!secret_ok(key, "file of --redis-cert-key", e))
		return false;
	if (lib.SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		return error_set(e, "the file of --redis-cert-key %s holds no key in PEM "
				 "for %s, or one with a passphrase", key, cert);
	return true;
}

static bool
load(SSL_CTX *ctx, const struct target *t, struct error *e)
{
	lib.SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	lib.SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	lib.SSL_CTX_ctrl(ctx, SSL_CTRL_MODE, SSL_MODE_ENABLE_PARTIAL_WRITE |
		     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER,
		     NULL);
	if (lib.SSL_CTX_ctrl(ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION,
			 NULL) != 1)
		return error_set(e, "OpenSSL has no TLS 1.2");
	return load_authority(ctx, t->ca_file, e) &&
	       (t->cert_file == NULL || load_own(ctx, t->cert_file, t->key_file, e));
}

static bool
expect_address(SSL *ssl, const struct endpoint *a)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->sa;
	const unsigned char *ip;
	size_t len;

	if (a->sa.ss_family == AF_INET6) {
		ip = in6->sin6_addr.s6_addr;
		len = sizeof(in6->sin6_addr);
	} else {
		ip = (const unsigned char *)&in->sin_addr;
		len = sizeof(in->sin_addr);
	}
	return lib.X509_VERIFY_PARAM_set1_ip(lib.SSL_get0_param(ssl), ip, len) == 1;
}

static bool
make_session(struct tls *t, const struct endpoint *a)
{
	BIO *bio = NULL;

	t->method = lib.BIO_meth_new(BIO_TYPE_SOURCE_SINK, "Redis");
	t->ssl = lib.SSL_new(t->ctx);
	if (t->method != NULL && t->ssl != NULL) {
		lib.BIO_meth_set_write(t->method, bio_write);
		lib.BIO_meth_set_read(t->method, bio_read);
		lib.BIO_meth_set_ctrl(t->method, bio_ctrl);
		bio = lib.BIO_new(t->method);
	}
	if (bio == NULL)
		return false;
	lib.BIO_set_data(bio, t);
	lib.BIO_set_init(bio, 1);
	lib.SSL_set_bio(t->ssl, bio, bio);
	lib.SSL_set_connect_state(t->ssl);
	return expect_address(t->ssl, a);
}

struct tls *
tls_new(const struct target *target, const struct endpoint *a,
	struct error *e)
{
	struct tls *t;

	if (!have_library(e))
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t != NULL)
		t->ctx = lib.SSL_CTX_new(lib.TLS_client_method());
	if (t == NULL || t->ctx == NULL)
		error_set(e, "out of memory for TLS");
	else if (load(t->ctx, target, e)) {
		if (make_session(t, a))
			return t;
		error_set(e, "out of memory for TLS");
	}
	lib.ERR_clear_error();
	tls_free(t);
	return NULL;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	lib.SSL_free(t->ssl);
	lib.SSL_CTX_free(t->ctx);
	lib.BIO_meth_free(t->method);
	free(t);
}

void
tls_begin(struct tls *t, int fd)
{
	t->fd = fd;
}

static bool
say_distrust(long why, struct error *e)
{
	const char *todo = "give the certificate of who signed it with --redis-ca";

	if (why == X509_V_ERR_IP_ADDRESS_MISMATCH)
		todo = "it must name the address of --redis as an IP in its "
		       "subjectAltName";
	else if (why == X509_V_ERR_CERT_HAS_EXPIRED ||
		 why == X509_V_ERR_CERT_NOT_YET_VALID)
		todo = "renew it, or set the clock";
	return error_set(e, "the certificate of Redis is not accepted: %s; %s",
			 lib.X509_verify_cert_error_string(why), todo);
}

/* What the peer says in an alert, and what is no TLS, stays so. */
static enum tls_result
say_failure(struct error *e)
{
	unsigned long code = lib.ERR_peek_error();
	int reason = ERR_GET_REASON(code);
	const char *text = lib.ERR_reason_error_string(code);

	switch (reason) {
	case SSL_R_WRONG_VERSION_NUMBER:
		error_set(e, "Redis does not speak TLS on this port; give the one of "
			  "tls-port in redis.conf");
		return TLS_LASTING;
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
		error_set(e, "Redis wants a certificate from us; give --redis-cert and "
			  "--redis-cert-key, or set tls-auth-clients no");
		return TLS_LASTING;
	default:
		error_set(e, "TLS: %s%s", text != NULL ? text : "an unknown error",
			  reason > SSL_AD_REASON_OFFSET ?
			  ", says Redis; look into its log" : "");
		return reason > SSL_AD_REASON_OFFSET ? TLS_LASTING : TLS_FAILED;
	}
}

/* After an operation that returned r, which is not success. */
static enum tls_result
not_done(struct tls *t, int r, short *wants, struct error *e)
{
	int error = lib.SSL_get_error(t->ssl, r);
	long distrust = lib.SSL_get_verify_result(t->ssl);
	enum tls_result result = TLS_FAILED;

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		*wants = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		return TLS_WAIT;
	}
	if (distrust != X509_V_OK) {
		say_distrust(distrust, e);
		result = TLS_LASTING;
	} else if (error == SSL_ERROR_SSL)
		result = say_failure(e);
	else if (t->err == 0 || t->err == ECONNRESET)
		error_set(e, "Redis closed the connection");
	else
		error_set(e, "the connection to Redis: %s", strerror(t->err));
	lib.ERR_clear_error();
	return result;
}

enum tls_result
tls_handshake(struct tls *t, short *wants, struct error *e)
{
	int r;

	lib.ERR_clear_error();
	r = lib.SSL_do_handshake(t->ssl);
	return r == 1 ? TLS_DONE : not_done(t, r, wants, e);
}

enum tls_result
tls_write(struct tls *t, const void *p, size_t len, size_t *n, short *wants,
	  struct error *e)
{
	int r;

	lib.ERR_clear_error();
	*wants = POLLOUT;
	r = lib.SSL_write_ex(t->ssl, p, len, n);
	return r == 1 ? TLS_DONE : not_done(t, r, wants, e);
}

enum tls_result
tls_read(struct tls *t, void *p, size_t size, size_t *n, short *wants,
	 struct error *e)
{
	int r;

	lib.ERR_clear_error();
	*wants = POLLIN;
	r = lib.SSL_read_ex(t->ssl, p, size, n);
	return r == 1 ? TLS_DONE : not_done(t, r, wants, e);
}

bool
tls_has_read(const struct tls *t)
{
	return lib.SSL_pending(t->ssl) > 0;
}
