/*
 * milter.c - libmilter's callbacks: what Postfix says goes to the session,
 * what the session decides goes to Postfix.
 *
 * Only the end of a message is ever answered with anything but "go on": a
 * charge cannot be given back, and an early accept would take the rest of the
 * connection past the gate. A session is made when the first callback needs
 * one, since a close may come without a connect. Where there is no memory for
 * one, mail goes on to its end and is deferred there.
 */
#include "milter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "../log.h"

#define NAME "sluice"
#define ACTIONS (SMFIF_QUARANTINE | SMFIF_CHGHDRS | SMFIF_SETSYMLIST)
#define STEPS (SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NOEOH | \
	       SMFIP_NOBODY | SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_RCPT | \
	       SMFIP_NR_HDR | SMFIP_SKIP)

static const struct site *site;

/* The macros that are asked for, whatever main.cf lists (F3). {auth_author} is
 * what the client says of itself: never (F16). */
static const struct {
	int stage;
	char *macros;
} symlists[] = {
	{ SMFIM_CONNECT, "j {daemon_name} {daemon_port} {client_addr} {client_port}" },
	{ SMFIM_ENVFROM, "i {auth_type} {auth_authen} {mail_addr}" },
	{ SMFIM_ENVRCPT, "{rcpt_addr}" },
	{ SMFIM_EOM, "i" },
};

/* One SMTP session as libmilter sees it. */
struct peer {
	struct session *session;
	unsigned long steps;		/* what was negotiated */
	bool can_change_headers;
};

/* NULL: out of memory. */
static struct peer *
peer_of(SMFICTX *ctx)
{
	struct peer *p = smfi_getpriv(ctx);

	if (p != NULL)
		return p;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->session = session_new(site);
	if (p->session == NULL || smfi_setpriv(ctx, p) != MI_SUCCESS) {
		session_free(p->session);
		free(p);
		return NULL;
	}
	atomic_fetch_add(&site->counters->sessions, 1);
	return p;
}

/* A reply that was waived must not be given, and any other must (F6). */
static sfsistat
go_on(const struct peer *p, unsigned long waiver)
{
	return p != NULL && (p->steps & waiver) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* Without this action local mail could not be held. */
static bool
can_hold(unsigned long actions)
{
	if (actions & SMFIF_QUARANTINE)
		return true;
	log_error("negotiate reason=\"the mail server does not offer quarantine; "
		  "sluiced needs Postfix 2.3 or later\"");
	return false;
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
	     unsigned long unused2, unsigned long unused3, unsigned long *my_actions,
	     unsigned long *my_steps, unsigned long *my2, unsigned long *my3)
{
	struct peer *p;

	(void)unused2;
	(void)unused3;
	if (!can_hold(actions))
		return SMFIS_REJECT;
	p = peer_of(ctx);
	if (p == NULL)
		return SMFIS_REJECT;
	/* What was not offered must not be asked for (F2). */
	*my_actions = ACTIONS & actions;
	*my_steps = STEPS & steps;
	*my2 = *my3 = 0;
	p->steps = *my_steps;
	p->can_change_headers = (*my_actions & SMFIF_CHGHDRS) != 0;
	if (*my_actions & SMFIF_SETSYMLIST)
		for (size_t i = 0; i < sizeof(symlists) / sizeof(symlists[0]); i++)
			smfi_setsymlist(ctx, symlists[i].stage, symlists[i].macros);
	return SMFIS_CONTINUE;
}

/* The client's address as text; NULL if it has none. */
static const char *
client_of(SMFICTX *ctx, const _SOCK_ADDR *sa, char out[INET6_ADDRSTRLEN])
{
	const void *address = NULL;

	if (sa != NULL && sa->sa_family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	else if (sa != NULL && sa->sa_family == AF_INET6)
		address = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
	if (address == NULL)
		return smfi_getsymval(ctx, "{client_addr}");
	return inet_ntop(sa->sa_family, address, out, INET6_ADDRSTRLEN);
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *sa)
{
	struct peer *p = peer_of(ctx);
	char client[INET6_ADDRSTRLEN];

	(void)host;
	if (p != NULL)
		session_connect(p->session, smfi_getsymval(ctx, "{daemon_name}"),
				smfi_getsymval(ctx, "{daemon_port}"),
				client_of(ctx, sa, client));
	return go_on(p, SMFIP_NR_CONN);
}

/* {mail_addr} is Postfix's reading of the address, argv[0] what the client
 * typed (F15). */
static sfsistat
on_mail(SMFICTX *ctx, char **argv)
{
	struct peer *p = peer_of(ctx);
	const char *sender = smfi_getsymval(ctx, "{mail_addr}");

	if (p != NULL)
		session_mail(p->session, sender != NULL ? sender : argv[0],
			     smfi_getsymval(ctx, "{auth_authen}"));
	return go_on(p, SMFIP_NR_MAIL);
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **argv)
{
	struct peer *p = peer_of(ctx);

	(void)argv;
	if (p != NULL)
		session_rcpt(p->session);
	return go_on(p, SMFIP_NR_RCPT);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct peer *p = peer_of(ctx);

	if (p != NULL)
		session_header(p->session, name, value);
	return go_on(p, SMFIP_NR_HDR);
}

/* From the last to the first, so that the numbers stay true. */
static void
remove_submitters(SMFICTX *ctx, const struct peer *p)
{
	if (!p->can_change_headers)
		return;
	for (unsigned i = session_submitters(p->session); i > 0; i--)
		if (smfi_chgheader(ctx, "X-Local-Submitter", (int)i, NULL) !=
		    MI_SUCCESS)
			log_error("header reason=\"X-Local-Submitter could not be removed\"");
}

/* The reason is for other mail servers: Postfix throws it away (F39). */
static sfsistat
hold(SMFICTX *ctx)
{
	if (smfi_quarantine(ctx, NAME) == MI_SUCCESS)
		return SMFIS_CONTINUE;
	log_error("hold reason=\"the message could not be held; it is deferred\"");
	return SMFIS_TEMPFAIL;
}

static sfsistat
refuse(SMFICTX *ctx, struct verdict_reply *r, sfsistat status)
{
	if (r->code != NULL && smfi_setreply(ctx, (char *)(uintptr_t)r->code,
					     (char *)(uintptr_t)r->dsn, r->text) !=
	    MI_SUCCESS)
		log_error("reply reason=\"libmilter does not take the text\"");
	return status;
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	struct peer *p = peer_of(ctx);
	struct verdict_reply reply;
	enum verdict v;

	if (p == NULL)
		return SMFIS_TEMPFAIL;
	v = session_decide(p->session, smfi_getsymval(ctx, "i"), &reply);
	session_end(p->session);
	switch (v) {
	case VERDICT_TEMPFAIL:
		return refuse(ctx, &reply, SMFIS_TEMPFAIL);
	case VERDICT_REJECT:
		return refuse(ctx, &reply, SMFIS_REJECT);
	case VERDICT_HOLD:
		remove_submitters(ctx, p);
		return hold(ctx);
	case VERDICT_ACCEPT:
	case VERDICTS:
		break;
	}
	remove_submitters(ctx, p);
	return SMFIS_CONTINUE;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct peer *p = smfi_getpriv(ctx);

	if (p != NULL)
		session_end(p->session);
	return SMFIS_CONTINUE;
}

/* May run with libmilter's pool lock held: it frees, and nothing else. */
static sfsistat
on_close(SMFICTX *ctx)
{
	struct peer *p = smfi_getpriv(ctx);

	if (p == NULL)
		return SMFIS_CONTINUE;
	smfi_setpriv(ctx, NULL);
	session_free(p->session);
	free(p);
	atomic_fetch_sub(&site->counters->sessions, 1);
	return SMFIS_CONTINUE;
}

static struct smfiDesc description = {
	.xxfi_name = NAME,
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = ACTIONS,
	.xxfi_negotiate = on_negotiate,
	.xxfi_connect = on_connect,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_header = on_header,
	.xxfi_eom = on_eom,
	.xxfi_abort = on_abort,
	.xxfi_close = on_close,
};

bool
milter_open(const char *socket, unsigned umask_bits, const struct site *s,
	    struct error *e)
{
	mode_t old;
	bool is_open;

	site = s;
	if (smfi_register(description) != MI_SUCCESS)
		return error_set(e, "libmilter does not register: out of memory, or "
				 "another version than sluiced was built with");
	if (smfi_setconn((char *)(uintptr_t)socket) != MI_SUCCESS)
		return error_set(e, "libmilter does not take the socket %s", socket);
	/* The socket's mode is 0777 without these bits (F56). */
	old = umask((mode_t)umask_bits);
	is_open = smfi_opensocket(false) == MI_SUCCESS;
	umask(old);
	return is_open || error_set(e, "cannot open the socket %s: is its directory "
				    "there, and may this user write to it?", socket);
}

bool
milter_run(void)
{
	return smfi_main() == MI_SUCCESS;
}

/* smfi_stop would wait here for a lock that the listener holds while it polls
 * (F55). libmilter's own signal thread may wait instead. */
void
milter_stop(void)
{
	kill(getpid(), SIGTERM);
}
