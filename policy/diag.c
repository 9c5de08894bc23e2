/*
 * diag.c - collect messages about a text; print each with its place.
 *
 * Kept in the order of the text, whatever phase found them. A message may quote
 * anything that the author wrote, so nothing goes out that is not printable.
 */
#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define MESSAGE_MAX 512
#define LINE_BEFORE 60		/* bytes shown of a long line, */
#define LINE_AFTER 120		/* before and after the place */

enum severity { ERROR, WARNING, NOTE };

struct source {
	struct source *next;
	uint32_t base;			/* where its spans begin */
	const char *name, *text;
	size_t len;
};

struct message {
	struct message *next;
	struct message *notes;		/* ERROR, WARNING: what belongs to it */
	struct span at;
	enum severity severity;
	const char *text;
};

struct diags {
	struct arena *arena;
	struct source *sources;		/* the last first */
	uint32_t end;			/* where the spans of the next begin */
	struct message *first;
	struct message *head;		/* takes the notes; NULL: not kept */
	unsigned errors, warnings, trials;
};

struct diags *
diags_new(void)
{
	struct diags *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->arena = arena_new(SIZE_MAX);
	if (d->arena == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

void
diags_free(struct diags *d)
{
	if (d == NULL)
		return;
	arena_free(d->arena);
	free(d);
}

uint32_t
diags_source(struct diags *d, const char *name, const char *text, size_t len)
{
	struct source *s = arena_alloc(d->arena, sizeof(*s));
	uint32_t base = d->end;

	/* The place just behind a text is one of that text, too. */
	d->end += (uint32_t)len + 1;
	if (s == NULL)
		return base;
	s->base = base;
	s->name = arena_copy(d->arena, name, strlen(name) + 1);
	s->text = arena_copy(d->arena, text, len);
	s->len = len;
	if (s->name != NULL && s->text != NULL) {
		s->next = d->sources;
		d->sources = s;
	}
	return base;
}

/* NULL: its text is not known. */
static const struct source *
find_source(const struct diags *d, struct span at)
{
	const struct source *s = d->sources;

	while (s != NULL && s->base > at.at)
		s = s->next;
	return s;
}

/* After the messages that begin no later. */
static void
insert(struct diags *d, struct message *m)
{
	struct message **at = &d->first;

	while (*at != NULL && (*at)->at.at <= m->at.at)
		at = &(*at)->next;
	m->next = *at;
	*at = m;
}

static void
append_note(struct diags *d, struct message *m)
{
	struct message **at = &d->head->notes;

	while (*at != NULL)
		at = &(*at)->next;
	*at = m;
}

static void __attribute__((format(printf, 4, 0)))
add(struct diags *d, enum severity severity, struct span at, const char *fmt,
    va_list ap)
{
	char text[MESSAGE_MAX];
	struct message m = { .at = at, .severity = severity };
	struct message *kept;

	vsnprintf(text, sizeof(text), fmt, ap);
	m.text = arena_copy(d->arena, text, strlen(text) + 1);
	kept = m.text != NULL ? arena_copy(d->arena, &m, sizeof(m)) : NULL;
	if (severity != NOTE)
		d->head = kept;
	if (kept == NULL)
		return;
	if (severity == NOTE)
		append_note(d, kept);
	else
		insert(d, kept);
}

void
diag_error(struct diags *d, struct span at, const char *fmt, ...)
{
	va_list ap;

	d->head = NULL;
	if (d->errors++ >= DIAG_MAX)
		return;
	va_start(ap, fmt);
	add(d, ERROR, at, fmt, ap);
	va_end(ap);
}

void
diag_warning(struct diags *d, struct span at, const char *fmt, ...)
{
	va_list ap;

	d->head = NULL;
	if (d->warnings++ >= DIAG_MAX)
		return;
	va_start(ap, fmt);
	add(d, WARNING, at, fmt, ap);
	va_end(ap);
}

void
diag_note(struct diags *d, struct span at, const char *fmt, ...)
{
	va_list ap;

	if (d->head == NULL)
		return;
	va_start(ap, fmt);
	add(d, NOTE, at, fmt, ap);
	va_end(ap);
}

unsigned
diags_errors(const struct diags *d)
{
	return d->errors;
}

unsigned
diags_warnings(const struct diags *d)
{
	return d->warnings;
}

void
diags_tried(struct diags *d)
{
	d->trials++;
}

unsigned
diags_trials(const struct diags *d)
{
	return d->trials;
}

/* Length of the UTF-8 character at p; 1 for a byte that begins none. */
static size_t
character(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;
	size_t len = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;

	if (c >= 0xf5 || len > (size_t)(end - p))
		return 1;
	for (size_t i = 1; i < len; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 1;
	return len;
}

/* A character that a terminal would act upon, or that is none, becomes `?`. */
static void
print_text(const char *p, const char *end, FILE *out)
{
	while (p < end) {
		size_t len = character(p, end);
		unsigned char c = (unsigned char)*p;
		bool is_c1 = c == 0xc2 && len == 2 && (unsigned char)p[1] < 0xa0;

		if (c == '\t' || (c >= 0x20 && c < 0x7f) || (len > 1 && !is_c1))
			fwrite(p, 1, len, out);
		else
			fputc('?', out);
		p += len;
	}
}

/* One blank for each character, a tab for a tab. */
static void
print_blank(const char *p, const char *end, FILE *out)
{
	while (p < end) {
		fputc(*p == '\t' ? '\t' : ' ', out);
		p += character(p, end);
	}
}

/* The line of the text that holds a place. */
struct line {
	const char *from, *to;		/* without the newline */
	const char *at, *at_end;	/* the span, as far as it is in the line */
	size_t number, column;		/* from 1; columns are characters */
};

static struct line
find_line(const struct source *s, struct span at)
{
	const char *end = s->text + s->len, *next;
	struct line l = { .from = s->text, .number = 1, .column = 1 };

	l.at = at.at - s->base < s->len ? s->text + (at.at - s->base) : end;
	while ((next = memchr(l.from, '\n', (size_t)(l.at - l.from))) != NULL) {
		l.from = next + 1;
		l.number++;
	}
	l.to = memchr(l.at, '\n', (size_t)(end - l.at));
	if (l.to == NULL)
		l.to = end;
	if (l.to > l.at && l.to[-1] == '\r')
		l.to--;
	l.at_end = at.len < (size_t)(l.to - l.at) ? l.at + at.len : l.to;
	for (const char *p = l.from; p < l.at; p += character(p, l.to))
		l.column++;
	return l;
}

static bool
is_inside_character(const char *p)
{
	return ((unsigned char)*p & 0xc0) == 0x80;
}

static void
print_excerpt(struct line l, FILE *out)
{
	const char *from = l.from, *to = l.to;
	const char *more_before = "", *more_after = "";

	if (l.at - from > LINE_BEFORE + LINE_AFTER) {
		from = l.at - LINE_BEFORE;
		more_before = "...";
	}
	while (from < l.at && from > l.from && is_inside_character(from))
		from++;
	if (to - l.at > LINE_AFTER) {
		to = l.at + LINE_AFTER;
		more_after = "...";
	}
	while (to < l.to && is_inside_character(to))
		to++;
	fprintf(out, "%5zu | %s", l.number, more_before);
	print_text(from, to, out);
	fprintf(out, "%s\n      | %*s", more_after, (int)strlen(more_before), "");
	print_blank(from, l.at, out);
	fputc('^', out);
	if (l.at_end > to)
		l.at_end = to;
	for (const char *p = l.at; p < l.at_end; p += character(p, l.to))
		if (p > l.at)
			fputc('~', out);
	fputc('\n', out);
}

static void
print_message(const struct diags *d, const struct message *m, FILE *out)
{
	static const char *const words[] = { "error", "warning", "note" };
	const struct source *s = find_source(d, m->at);
	struct line l = { 0 };

	if (s != NULL) {
		l = find_line(s, m->at);
		fprintf(out, "%s:%zu:%zu: ", s->name, l.number, l.column);
	}
	fprintf(out, "%s: ", words[m->severity]);
	print_text(m->text, m->text + strlen(m->text), out);
	fputc('\n', out);
	if (s != NULL && s->len != 0)
		print_excerpt(l, out);
	for (m = m->notes; m != NULL; m = m->next)
		print_message(d, m, out);
}

void
diags_print(const struct diags *d, FILE *out)
{
	for (const struct message *m = d->first; m != NULL; m = m->next)
		print_message(d, m, out);
	if (arena_is_full(d->arena))
		fputs("error: out of memory; some messages are lost\n", out);
	if (d->errors >= DIAG_MAX)
		fprintf(out, "%d errors: what else is wrong is not shown\n",
			DIAG_MAX);
	if (d->warnings > DIAG_MAX)
		fprintf(out, "%u more warnings are not shown\n",
			d->warnings - DIAG_MAX);
}
