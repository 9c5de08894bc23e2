/*
 * check_network.c - a network that means another than it looks like.
 */
#include "check.h"

#include <string.h>

#include "../identity/identity.h"
#include "../language/words.h"

void
check_network(struct check *k, const struct ast_value *v)
{
	struct policy_address net = identity_network(&v->net, v->prefix);
	char network[IDENTITY_NETWORK_MAX], host[IDENTITY_NETWORK_MAX];

	if (memcmp(&net, &v->net, sizeof(net)) == 0)
		return;
	diag_warning(k->d, v->word.at, "'%.*s' is a host with the size of a "
		     "network: write '%s' for the network, or '%s' for the "
		     "host", QUOTE(v->word.text),
		     identity_network_text(&net, v->prefix, network),
		     identity_client_text(&v->net, host));
}
