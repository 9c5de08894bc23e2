/*
 * against.c - what one policy changes in another.
 *
 * Both are compared as they are dumped, a part for each limit, so that nothing
 * that a policy can say is left out. Jumps are numbered within their part.
 */
#include "against.h"

#include <stdlib.h>
#include <string.h>

#define LABEL_WIDTH 8		/* of an instruction's line in a dump */
#define CHARGE "charge "
#define SHOWN_MAX 160		/* bytes of a line */

struct part {
	char name[sizeof("exempt ") + POLICY_NAME_MAX];
	char *text;		/* without the name */
};

struct parts {
	char *dump;		/* all texts lie in it; what is no limit's is first */
	struct part *part;
	size_t n;
};

/* Behind the next "then L" or "else L", where a number stands; NULL: none. */
static char *
next_jump(char *at)
{
	for (; *at != '\0'; at++)
		if ((strncmp(at, "then L", 6) == 0 || strncmp(at, "else L", 6) == 0) &&
		    at[6] >= '0' && at[6] <= '9')
			return at + 6;
	return NULL;
}

/* Numbers never grow, so there is room. */
static void
renumber(char *text)
{
	unsigned long first = ~0UL;
	char digits[24], *end;

	for (char *at = text; (at = next_jump(at)) != NULL; )
		if (strtoul(at, &end, 10) < first)
			first = strtoul(at, &end, 10);
	for (char *at = text; (at = next_jump(at)) != NULL; ) {
		unsigned long n = strtoul(at, &end, 10) - first;
		size_t len = (size_t)snprintf(digits, sizeof(digits), "%lu", n);

		memcpy(at, digits, len);
		memmove(at + len, end, strlen(end) + 1);
	}
}

/* Without the labels, which stand before the instructions. Returns where the
 * name of the limit is; NULL: it is no limit's part. */
static char *
blank_labels(char *text)
{
	char *name = NULL;

	for (char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
		for (size_t i = 0; i < LABEL_WIDTH && line[i] != '\n'; i++)
			line[i] = ' ';
		if (strncmp(line + LABEL_WIDTH, CHARGE, strlen(CHARGE)) == 0)
			name = line + LABEL_WIDTH + strlen(CHARGE);
	}
	return name;
}

static bool
take_part(struct part *p, char *text)
{
	char *name;
	size_t len;

	renumber(text);
	name = blank_labels(text);
	if (name == NULL)
		return false;
	len = strcspn(name, "\n");
	snprintf(p->name, sizeof(p->name), "%.*s", (int)len, name);
	memmove(name, name + len, strlen(name + len) + 1);
	p->text = text;
	return true;
}

/* Cuts at the empty lines; the first part is the head. */
static bool
take_parts(struct parts *all)
{
	char *text = all->dump, *next;

	for (; text != NULL; text = next) {
		struct part *more = reallocarray(all->part, all->n + 1, sizeof(*more));

		if (more == NULL)
			return false;
		all->part = more;
		next = strstr(text, "\n\n");
		if (next != NULL) {
			next[1] = '\0';
			next += 2;
		}
		if (text != all->dump && take_part(&more[all->n], text))
			all->n++;
	}
	return true;
}

static bool
parts_init(struct parts *all, const struct policy *p)
{
	size_t len;
	FILE *out;

	memset(all, 0, sizeof(*all));
	out = open_memstream(&all->dump, &len);
	if (out == NULL)
		return false;
	policy_dump(p, out);
	return fclose(out) == 0 && take_parts(all);
}

static void
parts_fini(struct parts *all)
{
	free(all->part);
	free(all->dump);
}

static const struct part *
find(const struct parts *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->part[i].name, name) == 0)
			return &all->part[i];
	return NULL;
}

/* A limit that is only in other and says the same; NULL: none. */
static const struct part *
find_renamed(const struct part *p, const struct parts *mine,
	     const struct parts *other)
{
	for (size_t i = 0; i < other->n; i++)
		if (strcmp(other->part[i].text, p->text) == 0 &&
		    find(mine, other->part[i].name) == NULL)
			return &other->part[i];
	return NULL;
}

/* What the line says, without the jumps behind it. */
static size_t
said_len(const char *line)
{
	size_t len = strcspn(line, "\n");

	for (size_t i = 0; i + 7 < len; i++)
		if (strncmp(line + i, "  then L", 8) == 0 ||
		    strncmp(line + i, "  else L", 8) == 0)
			return i;
	return len;
}

static bool
has_line(const char *text, const char *line, size_t len)
{
	for (; *text != '\0'; text += strcspn(text, "\n") + 1)
		if (said_len(text) == len && strncmp(text, line, len) == 0)
			return true;
	return false;
}

/* The lines of text that other has not, but `has uid`, which says no more than
 * `by uid`. Returns how many. */
static unsigned
print_lines(const char *text, const char *other, char sign, FILE *out)
{
	unsigned n = 0;

	for (; *text != '\0'; text += strcspn(text, "\n") + 1) {
		size_t len = said_len(text), blank = strspn(text, " ");

		if (has_line(other, text, len) ||
		    strncmp(text + blank, "has ", 4) == 0)
			continue;
		len -= blank;
		fprintf(out, "  %c %.*s%s\n", sign,
			(int)(len < SHOWN_MAX ? len : SHOWN_MAX), text + blank,
			len < SHOWN_MAX ? "" : " ...");
		n++;
	}
	return n;
}

static const char *
key_line(const char *text)
{
	const char *by = strstr(text, "\n            by ");

	return by != NULL ? by : "";
}

static bool
has_other_key(const char *old, const char *new)
{
	const char *a = key_line(old), *b = key_line(new);
	size_t len = strcspn(*a != '\0' ? a + 1 : a, "\n");

	return len != strcspn(*b != '\0' ? b + 1 : b, "\n") || strncmp(a, b, len) != 0;
}

static void
print_change(const char *old, const char *new, FILE *out)
{
	if (print_lines(old, new, '-', out) + print_lines(new, old, '+', out) == 0)
		fputs("    its condition is put together in another way\n", out);
	if (has_other_key(old, new))
		fputs("    another key: its counts begin anew\n", out);
}

/* Returns how many of old are gone, renamed or changed. */
static unsigned
print_old(const struct parts *old, const struct parts *new, FILE *out)
{
	unsigned n = 0;

	for (size_t i = 0; i < old->n; i++) {
		const struct part *p = &old->part[i], *q = find(new, p->name);

		if (q != NULL && strcmp(q->text, p->text) == 0)
			continue;
		n++;
		if (q != NULL) {
			fprintf(out, "changed   %s\n", p->name);
			print_change(p->text, q->text, out);
			continue;
		}
		q = find_renamed(p, old, new);
		if (q != NULL)
			fprintf(out, "renamed   %s is now %s: its counts begin anew\n",
				p->name, q->name);
		else
			fprintf(out, "gone      %s\n", p->name);
	}
	return n;
}

static unsigned
print_new(const struct parts *old, const struct parts *new, FILE *out)
{
	unsigned n = 0;

	for (size_t i = 0; i < new->n; i++) {
		const struct part *p = &new->part[i];

		if (find(old, p->name) != NULL || find_renamed(p, new, old) != NULL)
			continue;
		fprintf(out, "new       %s\n", p->name);
		n++;
	}
	return n;
}

/* Of the limits that are in both. */
static unsigned
print_moved(const struct parts *old, const struct parts *new, FILE *out)
{
	const struct part *last = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < old->n; i++) {
		const struct part *p = find(new, old->part[i].name);

		if (p != NULL && last != NULL && p < last) {
			fprintf(out, "moved     %s now stands before %s: the first in "
				"the file answers\n", p->name, last->name);
			n++;
		} else if (p != NULL) {
			last = p;
		}
	}
	return n;
}

static void
print_all(const struct parts *old, const struct parts *new, FILE *out)
{
	unsigned n = print_old(old, new, out) + print_new(old, new, out) +
		     print_moved(old, new, out);

	if (strcmp(old->dump, new->dump) != 0) {
		fputs("changed   beside the limits\n", out);
		print_lines(old->dump, new->dump, '-', out);
		print_lines(new->dump, old->dump, '+', out);
	} else if (n == 0) {
		fputs("the two policies do the same\n", out);
	}
}

bool
against_print(const struct policy *old, const struct policy *new, FILE *out)
{
	struct parts a, b;
	bool is_ok;

	is_ok = parts_init(&a, old);
	is_ok = parts_init(&b, new) && is_ok;
	if (is_ok)
		print_all(&a, &b, out);
	parts_fini(&a);
	parts_fini(&b);
	return is_ok;
}
