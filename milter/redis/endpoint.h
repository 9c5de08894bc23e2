/*
 * endpoint.h - where a server is, as people write it.
 *
 *   unix:/path   /path   127.0.0.1:6379   [::1]:6379   inet:6379@127.0.0.1
 */
#ifndef MILTER_ENDPOINT_H
#define MILTER_ENDPOINT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "../error.h"

struct endpoint {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* Numeric addresses only: looking up a name would block. False: e says why. */
bool endpoint_parse(const char *text, struct endpoint *a, struct error *e);

#endif
