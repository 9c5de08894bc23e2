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

#define AST_LIMITS_MAX 4000	/* exemptions among them */
#define AST_SETS_MAX 256
#define AST_VALUES_MAX 1000000	/* of all sets together */
#define AST_TESTS_MAX 256	/* in one condition */
#define AST_TESTS_ALL_MAX 32000	/* in all conditions together */
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
	AST_ABOVE, AST_BELOW,	/* fact > number, fact < number */
	AST_AT_LEAST, AST_AT_MOST,	/* fact >= number, fact <= number */
	AST_DURING,		/* time from-to */
	AST_ON			/* day day, ... */
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
	unsigned from, to;		/* DURING: minutes; to is outside */
	unsigned days;			/* ON: a mask, sunday being bit 0 */
	unsigned test;			/* equal tests have one number: solve.h */
};

struct ast_key {
	struct ast_key *next;
	struct span at;
	enum policy_fact fact;
	uint8_t prefix4, prefix6;	/* client only; 32 and 64 by default */
	struct ast_word otherwise;	/* `or "name"`; text.p NULL: not given */
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

	/* `hold up to N unit/period then ANSWER` */
	struct ast_window *budget;	/* NULL: hold without end */
	struct ast_answer *spent;
};

struct ast_limit {
	struct ast_limit *next;
	struct ast_word name;
	enum policy_kind kind;
	bool is_broken;			/* a clause did not parse */
	unsigned classes;		/* 1 << enum policy_class */
	struct span classes_at;
	struct ast_expr *when;		/* NULL: always */
	struct ast_key *by;		/* NULL: one bucket */
	struct ast_window *allow;
	struct ast_answer otherwise;	/* `else` */
	uint64_t warn_percent;		/* `warn at`; 0: not given */
	struct span warn_at;
	struct ast_window *strikes;	/* `freeze after`; NULL: not given */
	uint64_t freeze_us;		/* `for D`; 0: until it is thawed */
	struct span freeze_at, freeze_for_at;	/* for: len 0: not given */
};

struct ast_frozen {
	struct span at;
	bool is_given;
	struct ast_answer local, smtp;	/* at.len 0: not given */
	struct ast_limit *exempts;	/* POLICY_FROM_FREEZE */
};

struct ast_outage {
	struct span at;
	bool is_given;
	struct ast_answer local, smtp;	/* at.len 0: not given */
	uint64_t lease_us;		/* 0: not given */
	struct span lease_at;
};

/* Who sends: facts of a stream of a trial, or of what an `expect` is about. */
struct ast_given {
	struct ast_given *next;
	struct span at;
	enum policy_fact fact;
	struct ast_value value;		/* a * is replaced by the number of the
					   message: each is another's */
	uint64_t number;		/* RECIPIENTS */
};

struct ast_who {
	struct span at;			/* len 0: nothing is said */
	int class;			/* enum policy_class; -1: not given */
	struct ast_given *given;
};

struct ast_stream {
	struct ast_stream *next;
	struct span at;
	uint64_t count, period_us;	/* so many messages in each period */
	uint64_t for_us;
	struct ast_who who;
};

enum ast_subject {
	AST_ACCEPTED, AST_HELD, AST_TEMPFAILED, AST_REJECTED, AST_FROZEN,
	AST_REFUSED,			/* all of them but accepted */
	AST_FIRST_REFUSAL		/* number: microseconds after the start */
};

enum ast_relation { AST_EQ, AST_LT, AST_GT, AST_LE, AST_GE };

struct ast_bound {
	struct ast_bound *next;
	struct span at;
	enum ast_subject subject;
	enum ast_relation relation;
	uint64_t number;
};

struct ast_expect {
	struct ast_expect *next;
	struct span at;
	struct ast_who who;
	struct ast_bound *bounds;
};

struct ast_trial {
	struct ast_trial *next;
	struct ast_word name;
	unsigned weekday, minute;	/* `starting`; monday 00:00 */
	bool has_start;
	struct ast_stream *streams;
	struct ast_expect *expects;
};

struct ast_policy {
	struct ast_value *own_networks;
	struct span own_networks_at;	/* len 0: not given */
	struct ast_set *sets;
	struct ast_limit *limits;
	struct ast_limit *exempts;
	struct ast_frozen frozen;
	struct ast_outage outage;
	struct ast_trial *trials;
	uint64_t nodes;			/* 0: not given */
	struct span nodes_at;
	bool is_two_person;
	struct span two_person_at;
	struct ast_word delimiters;	/* text.p NULL: not given */
	struct ast_word header[POLICY_HEADERS_MAX];	/* in lower case */
	unsigned n_headers;
	struct span end;		/* just after the last word */
};

#endif
