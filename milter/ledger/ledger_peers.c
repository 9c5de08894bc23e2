/*
 * ledger_peers.c - every node that this one has ever seen beside it.
 */
#include "ledger_peers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger_state.h"

#define NODES "nodes"
#define FILE_MAX (LEDGER_PEERS_MAX * (RECORD_NODE_MAX + 1) + 1)

/* False: it is there already, or there is no room. */
static bool
add(char name[][RECORD_NODE_MAX + 1], size_t *n, const char *text, size_t len)
{
	if (len == 0 || len > RECORD_NODE_MAX || *n == LEDGER_PEERS_MAX)
		return false;
	for (size_t i = 0; i < *n; i++)
		if (strlen(name[i]) == len && memcmp(name[i], text, len) == 0)
			return false;
	snprintf(name[(*n)++], RECORD_NODE_MAX + 1, "%.*s", (int)len, text);
	return true;
}

static bool
write_names(struct ledger *l, char name[][RECORD_NODE_MAX + 1], size_t n,
	    struct error *e)
{
	char text[FILE_MAX] = "";
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n", name[i]);
	return ledger_file_put(&l->file, NODES, false, text, e);
}

bool
ledger_peers(struct ledger *l, char name[][RECORD_NODE_MAX + 1], size_t *n,
	     struct error *e)
{
	char text[FILE_MAX];
	size_t in_file = 0;
	ssize_t len = ledger_file_get(&l->file, NODES, text, sizeof(text));

	if (len < 0 && errno != ENOENT)
		return error_set(e, "cannot read %s/" NODES ": %s", l->file.name,
				 strerror(errno));
	for (const char *p = text; len > 0 && *p != '\0'; p += *p == '\n') {
		size_t line = strcspn(p, "\n");

		add(name, n, p, line);
		in_file++;
		p += line;
	}
	/* Every name in the file is in the list now: more there means news. */
	return in_file == *n || write_names(l, name, *n, e);
}
