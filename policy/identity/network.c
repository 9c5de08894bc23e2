/*
 * network.c - one spelling of an identity is one key: networks.
 */
#include "identity.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

_Static_assert(IDENTITY_NETWORK_MAX >= INET6_ADDRSTRLEN + sizeof("/128") - 1,
	       "every network fits");

unsigned
identity_bits(const struct policy_address *a)
{
	return a->family == 4 ? 32 : 128;
}

struct policy_address
identity_network(const struct policy_address *a, unsigned prefix)
{
	struct policy_address net = { .family = a->family };

	for (unsigned i = 0; i < sizeof(net.bytes); i++) {
		unsigned bits = prefix < 8 ? prefix : 8;

		net.bytes[i] = (uint8_t)(a->bytes[i] & 0xff00 >> bits);
		prefix -= bits;
	}
	return net;
}

bool
identity_in_network(const struct policy_address *a, const struct policy_address *net,
		    unsigned prefix)
{
	unsigned whole = prefix / 8, rest = prefix % 8;

	if (a->family == 0 || a->family != net->family ||
	    memcmp(a->bytes, net->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}

const char *
identity_network_text(const struct policy_address *net, unsigned prefix,
		      char out[IDENTITY_NETWORK_MAX])
{
	size_t len;

	inet_ntop(net->family == 4 ? AF_INET : AF_INET6, net->bytes, out,
		  IDENTITY_NETWORK_MAX);
	len = strlen(out);
	if (prefix < identity_bits(net))
		snprintf(out + len, IDENTITY_NETWORK_MAX - len, "/%u", prefix);
	return out;
}

const char *
identity_client_text(const struct policy_address *a,
		     char out[IDENTITY_NETWORK_MAX])
{
	return identity_network_text(a, identity_bits(a), out);
}
