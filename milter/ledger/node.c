/*
 * node.c - the name of this node: its host's, and a suffix made at install.
 *
 * The suffix tells two machines apart that were given one name; the ids of
 * their records must never be the same.
 */
#include "node.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#define NODE "node"
#define HOST_MAX 40

static bool
make_name(char out[RECORD_NODE_MAX + 1], struct error *e)
{
	uint8_t suffix[3];
	struct utsname u;
	size_t n = 0;

	if (uname(&u) < 0 ||
	    getrandom(suffix, sizeof(suffix), 0) != sizeof(suffix))
		return error_set(e, "cannot make a name for this node: %s",
				 strerror(errno));
	for (const char *p = u.nodename; *p != '\0' && *p != '.' && n < HOST_MAX; p++)
		out[n++] = isalnum((unsigned char)*p) ? *p : '-';
	if (n == 0)
		out[n++] = 'n';
	snprintf(out + n, RECORD_NODE_MAX + 1 - n, "-%02x%02x%02x", suffix[0],
		 suffix[1], suffix[2]);
	return true;
}

bool
node_name(const struct ledger_file *f, char out[RECORD_NODE_MAX + 1],
	  struct error *e)
{
	char id[RECORD_ID_MAX + 1], text[RECORD_NODE_MAX + 2];
	ssize_t len = ledger_file_get(f, NODE, text, sizeof(text));
	uint64_t n;

	if (len < 0 && errno == ENOENT) {
		if (!make_name(out, e))
			return false;
		snprintf(text, sizeof(text), "%s\n", out);
		if (!ledger_file_put(f, NODE, true, text, e))
			return false;
		len = ledger_file_get(f, NODE, text, sizeof(text));
	}
	if (len < 0)
		return error_set(e, "cannot read %s/" NODE ": %s", f->name,
				 strerror(errno));
	text[strcspn(text, "\n")] = '\0';
	snprintf(id, sizeof(id), "%s-1", text);
	return record_id_split(id, out, &n) ||
		error_set(e, "%s/" NODE " does not hold a node's name; it is in the "
			  "ids of %s/ledger", f->name, f->name);
}
