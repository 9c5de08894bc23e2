/*
 * check.h - refuse what parses but cannot mean anything.
 */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include "../arena.h"
#include "../language/ast.h"

#define CHECK_NODES_MAX 1000
#define CHECK_PERIOD_MAX_US (UINT64_C(366) * 86400 * 1000000)

struct check {
	struct ast_policy *tree;
	struct arena *arena;
	struct diags *d;
	char delimiters[POLICY_DELIMITERS_MAX + 1];	/* that cut a sender */
};

/* Reads the tree and completes it: sets are found, values are brought to the
 * normal form of the fact they are compared with, own networks get their
 * default. A tree that passes without an error compiles, unless the arena is
 * full: ask it. */
void check_policy(struct ast_policy *tree, struct arena *a, struct diags *d);

/* The parts. Each reports what it finds. */
void check_names(struct check *k);
void check_site(struct check *k);
void check_limit(struct check *k, struct ast_limit *l);
void check_keys(struct check *k, const struct ast_limit *l);
void check_windows(struct check *k, const struct ast_limit *l);
void check_expr(struct check *k, const struct ast_limit *l, struct ast_expr *e);
void check_plans(struct check *k);
void check_trials(struct check *k);

/* True if the numbers of the window can be reckoned with. */
bool check_window(struct check *k, const struct ast_window *w);

/* What a refused message gets, and one that is refused by no limit. */
void check_answer(struct check *k, const struct ast_answer *a,
		  bool is_for_local);
void check_other_answer(struct check *k, const struct ast_answer *a,
			const char *mail, bool is_for_local);

/* Brings v to the normal form of the fact; false if it can never equal it. */
bool check_value(struct check *k, enum policy_fact fact, struct ast_value *v);

/* The form of a whole value as the fact has it; 0: it can never equal it. */
size_t check_form(const struct check *k, enum policy_fact fact,
		  struct policy_text raw, char out[]);
void check_refuse(struct check *k, enum policy_fact fact,
		  const struct ast_value *v);

/* A comparison with one text that has to hold for e to hold, whatever else is
 * so; NULL: there is none. */
const struct ast_expr *check_pinned(const struct ast_expr *e);

/* Says so if the network means another than it looks like. */
void check_network(struct check *k, const struct ast_value *v);

/* `limit` or `exemption`. */
const char *check_kind(const struct ast_limit *l);

bool check_has_class(const struct ast_limit *l, enum policy_class class);

#endif
