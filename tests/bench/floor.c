/*
 * floor.c - a milter that does nothing: what libmilter itself costs.
 *
 * It negotiates as milter/daemon/milter.c does, and answers the end of each
 * message with "go on". What sluiced takes beyond this is its own.
 */
#include <stdio.h>

#include <libmilter/mfapi.h>

#define ACTIONS (SMFIF_QUARANTINE | SMFIF_CHGHDRS | SMFIF_SETSYMLIST)
#define STEPS (SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_NOEOH | \
	       SMFIP_NOBODY | SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_RCPT | \
	       SMFIP_NR_HDR | SMFIP_SKIP)

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
	     unsigned long unused2, unsigned long unused3, unsigned long *my_actions,
	     unsigned long *my_steps, unsigned long *my2, unsigned long *my3)
{
	(void)unused2;
	(void)unused3;
	*my_actions = ACTIONS & actions;
	*my_steps = STEPS & steps;
	*my2 = *my3 = 0;
	smfi_setsymlist(ctx, SMFIM_CONNECT,
			"j {daemon_name} {daemon_port} {client_addr} {client_port}");
	smfi_setsymlist(ctx, SMFIM_ENVFROM, "i {auth_type} {auth_authen} {mail_addr}");
	smfi_setsymlist(ctx, SMFIM_ENVRCPT, "{rcpt_addr}");
	smfi_setsymlist(ctx, SMFIM_EOM, "i");
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *sa)
{
	(void)ctx;
	(void)host;
	(void)sa;
	return SMFIS_NOREPLY;
}

static sfsistat
on_address(SMFICTX *ctx, char **argv)
{
	(void)ctx;
	(void)argv;
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
on_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static struct smfiDesc description = {
	.xxfi_name = "floor",
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = ACTIONS,
	.xxfi_negotiate = on_negotiate,
	.xxfi_connect = on_connect,
	.xxfi_envfrom = on_address,
	.xxfi_envrcpt = on_address,
	.xxfi_header = on_header,
	.xxfi_eom = on_end,
	.xxfi_abort = on_end,
	.xxfi_close = on_end,
};

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: floor unix:/path\n");
		return 2;
	}
	return smfi_register(description) == MI_SUCCESS &&
	       smfi_setconn(argv[1]) == MI_SUCCESS && smfi_main() == MI_SUCCESS ? 0 : 1;
}
