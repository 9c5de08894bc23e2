/*
 * identity.h - one spelling of an identity is one key.
 *
 * Each function turns any bytes into the one normal form of what they name.
 * All are total and idempotent, write at most IDENTITY_MAX bytes of UTF-8 and a
 * NUL, and return the length. What cannot be an identity (not UTF-8, a control
 * character in it, too long) becomes IDENTITY_INVALID, one bucket of its own,
 * so that odd spellings never escape a limit; where absence is the right
 * reading (a malformed script), the length is 0. Characters that nobody sees
 * are left out, and space is at most one and never at an end.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "../policy.h"

#define IDENTITY_MAX 320
#define IDENTITY_NETWORK_MAX 64	/* bytes of one as text, NUL too */
#define IDENTITY_INVALID "(invalid)"
#define IDENTITY_NULL_SENDER "<>"
#define IDENTITY_DELIMITERS "+"	/* Postfix's recipient_delimiter, as usual */

/* Envelope address: brackets, route, comments and quotes removed, domain as
 * below, local part case folded and in NFC, the extension (VERP, too) cut at
 * the first of delimiters (ASCII, as recipient_delimiter; "": none is cut). A
 * forwarder's SRS0=... is srs0, prvs=TAG=NAME (BATV) is NAME. The empty address
 * is IDENTITY_NULL_SENDER. */
size_t identity_address(const char *raw, size_t len, const char *delimiters,
			char out[IDENTITY_MAX + 1]);

/* The domain of a normal address, borrowed from it; p NULL if it has none.
 * IDENTITY_INVALID is its own domain. */
struct policy_text identity_domain_of(const char *address, size_t len);

/* A domain by itself: lower-case A-labels (UTS 46, non-transitional), no
 * trailing dot; [192.0.2.1] and [ipv6:2001:db8::1] as addresses are printed. */
size_t identity_domain(const char *raw, size_t len, char out[IDENTITY_MAX + 1]);

/* SASL login: case folded, NFC, and then a domain in it as in an address. 0:
 * there are no bytes. */
size_t identity_login(const char *raw, size_t len, char out[IDENTITY_MAX + 1]);

/* Value of X-PHP-Originating-Script, UID:FILE: folding removed,
 * `(LINE) : eval()'d code` and its like cut. 0: malformed, which counts as no
 * script. */
size_t identity_script(const char *raw, size_t len, char out[IDENTITY_MAX + 1]);

/* Value of X-Local-Submitter, `uid=33` or `33`: decimal without leading
 * zeros. 0: malformed. */
size_t identity_uid(const char *raw, size_t len, char out[IDENTITY_MAX + 1]);

/* Value of a header that the policy names, folding removed; case is kept. 0:
 * empty, which counts as no header. */
size_t identity_header(const char *raw, size_t len, char out[IDENTITY_MAX + 1]);

/* A name that the administrator gave, as {daemon_name}: kept as it is, spaces
 * too, if it is printable ASCII. */
size_t identity_name(const char *raw, size_t len, char out[IDENTITY_MAX + 1]);

/* "192.0.2.1", "2001:db8::1", "[::1]", "IPv6:::1"; IPv4-mapped IPv6 becomes
 * IPv4. False: not an address. */
bool identity_client(const char *raw, size_t len, struct policy_address *out);

/* Bits of a whole address of that family. */
unsigned identity_bits(const struct policy_address *a);

/* The address with the bits behind the prefix cleared. */
struct policy_address identity_network(const struct policy_address *a,
				       unsigned prefix);

/* True if a lies in net/prefix. */
bool identity_in_network(const struct policy_address *a,
			 const struct policy_address *net, unsigned prefix);

/* "192.0.2.0/24", "2001:db8::1": without a prefix if it is a whole address. The
 * other: an address. Return out. */
const char *identity_network_text(const struct policy_address *net,
				  unsigned prefix,
				  char out[IDENTITY_NETWORK_MAX]);
const char *identity_client_text(const struct policy_address *a,
				 char out[IDENTITY_NETWORK_MAX]);

#endif
