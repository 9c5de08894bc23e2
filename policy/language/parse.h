/*
 * parse.h - tokens to tree, by recursive descent.
 *
 * The production stands above each function; policy(5) has them all.
 */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "ast.h"
#include "cursor.h"

#define PARSE_FILE_MAX ((size_t)16 << 20)	/* bytes of a policy or a file */
#define PARSE_ALL_MAX ((size_t)64 << 20)	/* bytes of all of them */
#define PARSE_FILES_MAX 300			/* that one policy reads */
#define PARSE_INCLUDE_MAX 8			/* files within files */

/* The tree of what could be read; mistakes are in d. Borrows text. A tree with
 * holes when the arena is full: ask it. NULL: that, or nothing that is worth a
 * check, and d says why. files NULL: there are none. */
struct ast_policy *parse_policy(const char *name, const char *text, size_t len,
				const struct policy_files *files,
				struct arena *a, struct diags *d);

/* As files: those that the policy names are taken to be right, and not read. */
extern const struct policy_files parse_unread;

/* A text that is being parsed, and the one that includes it. */
struct parse_text {
	const struct parse_text *up;
	const char *p;
	size_t len;
	uint32_t base;		/* of its spans */
};

struct parser {
	struct cursor c;
	const char *name;	/* of the policy */
	const struct policy_files *files;
	const struct parse_text *text;
	size_t n_files, n_bytes;
	unsigned n_includes;	/* around this place */
	size_t n_sets, n_limits, n_trials;
	struct ast_set **set_tail;
	struct ast_limit **limit_tail, **exempt_tail;
	struct ast_trial **trial_tail;
	bool is_over;		/* there is too much of something */
};

/* parse.c: all statements up to the end of the text. */
void parse_statements(struct parser *p);

/* False, and that is reported once: so many limits are too many. */
bool parse_count(struct parser *p, size_t *n, size_t max, struct span at,
		 const char *what);

/* parse_file.c: the text of a file that the policy names. False: it cannot be
 * read, or it is none, and that is reported. */
bool parse_read(struct parser *p, const struct ast_word *path,
		struct parse_text *text);
void parse_include(struct parser *p);

/* The values so far, and where the next goes. */
struct parse_list {
	struct ast_value *first, **tail;
};

/* parse_set.c */
void parse_set(struct parser *p);
void parse_own(struct parser *p);
void parse_keep(struct cursor *c, struct parse_list *list,
		const struct ast_value *v);

/* parse_lines.c: what follows `from`. */
struct ast_value *parse_file_values(struct parser *p);

/* parse_frozen.c */
void parse_frozen(struct parser *p);
void parse_outage(struct parser *p);

/* parse_site.c */
void parse_nodes(struct parser *p);
void parse_two_person(struct parser *p);
void parse_recipient(struct parser *p);

/* parse_limit.c: `limit` and `exempt`; NULL: it could not be read. */
struct ast_limit *parse_limit(struct parser *p, enum policy_kind kind);

/* parse_trial.c */
void parse_trial(struct parser *p);

/* Each of these takes the tokens of one production. False or NULL: it could
 * not be read, and why has been reported, or the arena is full. */

/* parse_value.c */
bool parse_value(struct cursor *c, struct ast_value *v);

/* Completes v, whose word is given; false if it is no value at all. */
bool parse_value_of(struct cursor *c, struct ast_value *v);

/* parse_header.c: what follows `header`. */
bool parse_header(struct cursor *c, enum policy_fact *fact);

/* parse_time.c */
bool parse_clock(struct policy_text text, unsigned *minute);
bool parse_time(struct cursor *c, struct ast_expr *e);
bool parse_days(struct cursor *c, unsigned *days);
int parse_day(struct cursor *c);

/* parse_expr.c, parse_test.c */
struct ast_expr *parse_expr(struct cursor *c);
bool parse_test(struct cursor *c, struct ast_expr *e);

/* True, and reported, if what follows the relation first is another one. */
bool parse_is_odd_relation(struct cursor *c, struct token first);

/* parse_key.c */
bool parse_keys(struct cursor *c, struct ast_key **list);

/* parse_window.c */
bool parse_number(struct cursor *c, const char *expected, uint64_t *n,
		  struct span *at);
bool parse_rate(struct cursor *c, struct ast_window *w);
bool parse_windows(struct cursor *c, struct ast_window **list);
bool parse_duration(struct cursor *c, uint64_t *us);

/* The part of a token's text that lies in it. */
struct span parse_part(struct token t, struct policy_text part);

/* Cuts the text at the first slash; false, and all in head: there is none. */
bool parse_split(struct policy_text text, struct policy_text *head,
		 struct policy_text *rest);

/* parse_answer.c */
bool parse_answer(struct cursor *c, struct ast_answer *answer);

#endif
