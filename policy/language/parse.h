/*
 * parse.h - tokens to tree, by recursive descent.
 *
 * The production stands above each function; policy(5) has them all.
 */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "ast.h"
#include "cursor.h"

/* The tree of what could be read; mistakes are in d. Borrows text. A tree with
 * holes when the arena is full: ask it. NULL: that, or nothing that is worth a
 * check, and d says why. files NULL: there are none. */
struct ast_policy *parse_policy(const char *name, const char *text, size_t len,
				const struct policy_files *files,
				struct arena *a, struct diags *d);

/* Each of these takes the tokens of one production. False or NULL: it could
 * not be read, and why has been reported, or the arena is full. */

/* parse_value.c */
bool parse_value(struct cursor *c, struct ast_value *v);
bool parse_network(struct policy_text text, struct ast_value *v);
struct ast_value *parse_values(struct cursor *c);

/* parse_expr.c */
struct ast_expr *parse_expr(struct cursor *c);

/* parse_answer.c */
bool parse_answer(struct cursor *c, struct ast_answer *answer);
void parse_frozen(struct cursor *c, struct ast_frozen *frozen);

/* parse_limit.c */
bool parse_limit(struct cursor *c, struct ast_limit *limit);

#endif
