/*
 * ast.h - the tree that the parser builds; node shapes, nothing else.
 *
 * Everything lies in the arena of one compilation. Lists are linked through
 * next, in file order. Text of the source is borrowed.
 */
#ifndef POLICY_AST_H
#define POLICY_AST_H

#include "../diag.h"
#include "../policy.h"

#define AST_LIMITS_MAX (POLICY_PLAN_MAX * POLICY_CLASSES)
#define AST_SETS_MAX 256
#define AST_VALUES_MAX 1000000	/* of all sets together */
#define AST_TESTS_MAX 256	/* in one condition */
#define AST_DEPTH_MAX 64	/* of `not` and ( ) in one condition */

/* A word or a string of the source; quotes are not part of text. */
struct ast_word {
	struct span at;
	struct policy_text text;
};

enum ast_value_kind {
	AST_NAME,		/* compared whole, in normal form */
	AST_GLOB,		/* has a * or a ? */
	AST_NETWORK		/* address[/prefix] */
};

struct ast_value {
	struct ast_value *next;
	struct ast_word word;
	enum ast_value_kind kind;
	struct policy_address net;	/* AST_NETWORK */
	unsigned prefix;		/* AST_NETWORK: bits */
};

struct ast_set {
	struct ast_set *next;
	struct ast_word name;
	struct ast_value *values;
	bool is_used;
	enum policy_fact fact;		/* is_used: what it is compared with */
	struct span used_at;		/* is_used: where that was said first */
};

enum ast_op {
	AST_AND, AST_OR,	/* left, right */
	AST_NOT,		/* left */
	AST_EQUAL,		/* fact = value (number for a NUMBER fact) */
	AST_LIKE,		/* fact like value */
	AST_IN,			/* fact in set, or in a network written in place */
	AST_ABOVE, AST_BELOW	/* fact > number, fact < number */
};

struct ast_expr {
	enum ast_op op;
	struct span at;			/* the whole expression */
	struct ast_expr *left, *right;
	enum policy_fact fact;
	struct span fact_at;
	struct ast_value *value;	/* EQUAL, LIKE, IN a network */
	struct ast_word set_name;	/* IN a set */
	struct ast_set *set;		/* filled in by check */
	uint64_t number;
};

struct ast_key {
	struct ast_key *next;
	struct span at;
	enum policy_fact fact;
	uint8_t prefix4, prefix6;	/* client only; 32 and 64 by default */
};

struct ast_window {
	struct ast_window *next;
	struct span at;
	enum policy_unit unit;
	uint64_t count, burst;
	uint64_t period_us;
	struct span count_at, burst_at;
	bool has_burst;
};

struct ast_answer {
	struct span at;			/* without the text */
	enum policy_action action;
	struct ast_word text;		/* text.text.p NULL: none */
	bool is_even_local;
};

struct ast_limit {
	struct ast_limit *next;
	struct ast_word name;
	bool is_broken;			/* a clause did not parse */
	unsigned classes;		/* 1 << enum policy_class */
	struct span classes_at;
	struct ast_expr *when;		/* NULL: always */
	struct ast_key *by;		/* NULL: one bucket */
	struct ast_window *allow;
	struct ast_answer otherwise;	/* `else` */
};

struct ast_frozen {
	struct span at;
	bool is_given;
	struct ast_answer local, smtp;	/* at.len 0: not given */
};

struct ast_policy {
	struct ast_value *own_networks;
	struct span own_networks_at;	/* len 0: not given */
	struct ast_set *sets;
	struct ast_limit *limits;
	struct ast_frozen frozen;
	struct span end;		/* just after the last word */
};

#endif
