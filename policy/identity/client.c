/*
 * client.c - one spelling of an identity is one key: addresses of clients.
 */
#include "identity.h"

#include <arpa/inet.h>
#include <string.h>

bool
identity_client(const char *raw, size_t len, struct policy_address *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const char prefix[] = "IPv6:";
	char text[sizeof(prefix) + INET6_ADDRSTRLEN];
	const char *p = text;

	memset(out, 0, sizeof(*out));
	if (len >= 2 && raw[0] == '[' && raw[len - 1] == ']') {
		raw++;
		len -= 2;
	}
	if (len >= sizeof(text) || memchr(raw, '\0', len) != NULL)
		return false;
	memcpy(text, raw, len);
	text[len] = '\0';
	if (strncasecmp(text, prefix, sizeof(prefix) - 1) == 0)
		p += sizeof(prefix) - 1;
	if (p == text && inet_pton(AF_INET, p, out->bytes) == 1) {
		out->family = 4;
		return true;
	}
	if (inet_pton(AF_INET6, p, out->bytes) != 1)
		return false;
	out->family = 6;
	if (memcmp(out->bytes, mapped, sizeof(mapped)) == 0) {
		memcpy(out->bytes, out->bytes + sizeof(mapped), 4);
		memset(out->bytes + 4, 0, 12);
		out->family = 4;
	}
	return true;
}
