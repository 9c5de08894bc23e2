/*
 * wire.h - a socket to a milter, and the packets that go over it.
 *
 * A packet is a length of four bytes in network order, a command of one, and
 * its data. Functions return false once the connection is of no more use; why
 * then says what happened.
 */
#ifndef LOAD_WIRE_H
#define LOAD_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define WIRE_CHUNK 65535	/* bytes of body in one packet, as Postfix sends */

struct wire_target {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
	} addr;
	socklen_t len;
};

struct wire {
	int fd;			/* -1: not open */
	char stage;		/* the command that is being answered */
	char why[96];
	size_t out_len, in_pos, in_len;
	unsigned char out[WIRE_CHUNK + 4096];
	unsigned char in[4096];
};

/* unix:/path, local:/path, /path, inet:port@host or host:port (IPv4). */
bool wire_target(struct wire_target *t, const char *spec);

/* Empties w and connects; timeout_s bounds each read and write. */
bool wire_dial(struct wire *w, const struct wire_target *t, double timeout_s);
void wire_close(struct wire *w);

/* Queue a packet; sent by wire_flush, or when the buffer is full. */
bool wire_put(struct wire *w, char cmd, const void *data, size_t len);

/* The same with NUL-terminated strings as data, after an optional first byte
 * (0: none); NULL ends the list. */
bool wire_put_strings(struct wire *w, char cmd, int first, ...)
	__attribute__((sentinel));
bool wire_flush(struct wire *w);

/* Reads one packet; *len says what was kept of it, at most size. */
bool wire_read(struct wire *w, char *cmd, char *data, size_t size, size_t *len);

/* Keeps the reason; returns false. */
bool wire_fail(struct wire *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
