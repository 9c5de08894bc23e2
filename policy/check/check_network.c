/*
 * check_network.c - a network that means another than it looks like.
 */
#include "check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../language/words.h"

/* The network's own address. */
static struct policy_address
base(const struct ast_value *v)
{
	struct policy_address a = v->net;
	unsigned bits = v->net.family == 4 ? 32 : 128;

	for (unsigned i = v->prefix; i < bits; i++)
		a.bytes[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	return a;
}

void
check_network(struct check *k, const struct ast_value *v)
{
	struct policy_address a = base(v);
	char net[INET6_ADDRSTRLEN], host[INET6_ADDRSTRLEN];
	int family = a.family == 4 ? AF_INET : AF_INET6;

	if (memcmp(a.bytes, v->net.bytes, sizeof(a.bytes)) == 0)
		return;
	inet_ntop(family, a.bytes, net, sizeof(net));
	inet_ntop(family, v->net.bytes, host, sizeof(host));
	diag_warning(k->d, v->word.at, "'%.*s' is a host with the size of a "
		     "network: write '%s/%u' for the network, or '%s' for the "
		     "host", QUOTE(v->word.text), net, v->prefix, host);
}
