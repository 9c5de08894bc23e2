/*
 * head.c - how long the ledger was when it was last safe on disk.
 */
#include "head.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEAD "ledger.head"
#define HEAD_MAX 256

/* A record begins with another word, so no MAC of one serves the other. */
static void
format(const struct head *h, const struct keys *k, char out[HEAD_MAX])
{
	char hex[RECORD_MAC_HEX + 1];
	uint8_t mac[MAC_LEN];
	int n = snprintf(out, HEAD_MAX, "head count=%zu last=%s", h->count,
			 h->count == 0 ? "none" : h->last);

	keys_mac(k, out, (size_t)n, mac);
	record_mac_hex(mac, hex);
	snprintf(out + n, HEAD_MAX - (size_t)n, " mac=%s\n", hex);
}

enum head_answer
head_read(const struct ledger_file *f, const struct keys *k, struct head *h,
	  struct error *e)
{
	char text[HEAD_MAX], want[HEAD_MAX];
	ssize_t len = ledger_file_get(f, HEAD, text, sizeof(text));

	*h = (struct head){ 0 };
	if (len < 0 && errno == ENOENT)
		return HEAD_MISSING;
	if (len < 0) {
		error_set(e, "cannot read %s/" HEAD ": %s", f->name, strerror(errno));
		return HEAD_BAD;
	}
	if (sscanf(text, "head count=%zu last=%64[0-9a-f]", &h->count, h->last) >= 1) {
		format(h, k, want);
		if (strcmp(text, want) == 0)
			return HEAD_THERE;
	}
	error_set(e, "%s/" HEAD " is damaged or signed with another key", f->name);
	return HEAD_BAD;
}

bool
head_write(const struct ledger_file *f, const struct keys *k,
	   const struct head *h, struct error *e)
{
	char text[HEAD_MAX];

	format(h, k, text);
	return ledger_file_put(f, HEAD, false, text, e);
}
