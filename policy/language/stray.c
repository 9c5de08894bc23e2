/*
 * stray.c - bytes that no word of a policy is made of.
 *
 * They come from word processors, web pages and other languages. An author
 * often cannot see them, so a message names the character.
 */
#include "stray.h"

#include <string.h>

static bool
is_utf16(const char *text, size_t len)
{
	if (len < 2)
		return false;
	return memcmp(text, "\xff\xfe", 2) == 0 ||
	       memcmp(text, "\xfe\xff", 2) == 0 ||
	       (text[0] == '\0') != (text[1] == '\0');
}

bool
stray_is_text(const char *text, size_t len, uint32_t base, struct diags *d)
{
	const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;
	const char *cr = len > 0 ? memchr(text, '\r', len) : NULL;

	if (is_utf16(text, len)) {
		diag_error(d, (struct span){ base, 0 }, "this file is in UTF-16: "
			   "save it as UTF-8");
		return false;
	}
	if (nul != NULL) {
		diag_error(d, (struct span){ base + (uint32_t)(nul - text), 1 },
			   "this is not a text file: there is a byte 0 in it");
		return false;
	}
	if (cr != NULL && memchr(text, '\n', len) == NULL &&
	    cr != text + len - 1) {
		diag_error(d, (struct span){ base + (uint32_t)(cr - text), 1 },
			   "the lines of this file end with a carriage return "
			   "only: save it with the line ends of Unix");
		return false;
	}
	return true;
}

/* The character at p and its length; 0: it is not UTF-8. */
static size_t
decode(const char *p, const char *end, unsigned long *code)
{
	unsigned char first = (unsigned char)*p;
	size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

	if (first < 0xc2 || first > 0xf4 || len > (size_t)(end - p))
		return 0;
	*code = first & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)p[i] & 0x3f);
	}
	return len;
}

/* What looks like a character of the language, or like nothing at all. */
static const struct alike {
	unsigned long from, to;
	const char *what, *instead;
} alikes[] = {
	{ 0x00a0, 0x00a0, "a no-break space", "write a plain blank" },
	{ 0x00ab, 0x00ab, "a typographic quote", "write a plain \"" },
	{ 0x00ad, 0x00ad, "a soft hyphen", "remove it" },
	{ 0x00bb, 0x00bb, "a typographic quote", "write a plain \"" },
	{ 0x2000, 0x200a, "a typographic space", "write a plain blank" },
	{ 0x200b, 0x200f, "an invisible character", "remove it" },
	{ 0x2010, 0x2015, "a typographic dash", "write a plain -" },
	{ 0x2018, 0x201f, "a typographic quote", "write a plain \"" },
	{ 0x2028, 0x202e, "an invisible character", "remove it" },
	{ 0x202f, 0x202f, "a no-break space", "write a plain blank" },
	{ 0x2039, 0x203a, "a typographic quote", "write a plain \"" },
	{ 0x2060, 0x206f, "an invisible character", "remove it" },
	{ 0x2212, 0x2212, "a minus sign", "write a plain -" },
	{ 0x2260, 0x2260, "'not equal'", "write 'not' before the test" },
	{ 0x2264, 0x2264, "'less or equal'", "write <=" },
	{ 0x2265, 0x2265, "'greater or equal'", "write >=" },
	{ 0x3000, 0x3000, "a wide space", "write a plain blank" },
	{ 0xfeff, 0xfeff, "a byte order mark", "remove it" },
	{ 0xff01, 0xff5e, "a wide letter or mark", "write the plain one" },
};

static void
report_character(const char *p, const char *end, uint32_t at, struct diags *d)
{
	unsigned long code;
	size_t len = decode(p, end, &code);
	struct span span = { at, (uint32_t)len };

	if (len == 0) {
		diag_error(d, (struct span){ at, 1 }, "byte 0x%02x is not UTF-8: "
			   "save the file as UTF-8", (unsigned char)*p);
		return;
	}
	for (size_t i = 0; i < sizeof(alikes) / sizeof(*alikes); i++) {
		const struct alike *a = &alikes[i];

		if (code < a->from || code > a->to)
			continue;
		diag_error(d, span, "this is %s (U+%04lX): %s", a->what, code,
			   a->instead);
		return;
	}
	diag_error(d, span, "unexpected '%.*s' (U+%04lX): what goes beyond ASCII "
		   "stands in double quotes", (int)len, p, code);
}

static void
report_ascii(const char *p, const char *end, struct span at, struct diags *d)
{
	char c = *p;

	if (c == '!' && end - p > 1 && p[1] == '=')
		diag_error(d, at, "unexpected '!=': write 'not' before the test, "
			   "as in 'not login = \"alice\"'");
	else if (c == '!')
		diag_error(d, at, "unexpected '!': write 'not'");
	else if (c == '&' || c == '|')
		diag_error(d, at, "unexpected '%c': write '%s'", c,
			   c == '&' ? "and" : "or");
	else if (c == ';')
		diag_error(d, at, "unexpected ';': a clause ends where the next "
			   "one begins");
	else if (c == '\'' || c == '`')
		diag_error(d, at, "unexpected %c: text stands in double quotes, "
			   "\"like this\"", c);
	else if (c == '\\')
		diag_error(d, at, "unexpected '\\': nothing is escaped here, no "
			   "line end and no '\"' in a text");
	else if (c == '[')
		diag_error(d, at, "unexpected '[': an address stands without "
			   "brackets, as 2001:db8::/32");
	else if (c >= ' ' && c <= '~')
		diag_error(d, at, "unexpected '%c': a value with such a "
			   "character stands in double quotes", c);
	else
		diag_error(d, at, "unexpected control byte 0x%02x: remove it",
			   (unsigned char)c);
}

void
stray_report(const char *p, const char *end, uint32_t at, struct diags *d)
{
	struct span span = { at, end - p > 1 && p[1] == *p ? 2 : 1 };

	if ((unsigned char)*p >= 0x80)
		report_character(p, end, at, d);
	else
		report_ascii(p, end, span, d);
}
