/*
 * explain_json.c - what `sluice explain` found out, for programs.
 *
 *   { "policy": { "file": "..", "digest": "..", "running": null | ".." },
 *     "facts": { "class": "..", "script": "..", ... },
 *     "frozen": null | bool, "exempt_from_freeze": bool,
 *     "freeze": null | { "scope": "..", "id": "..", "by": "..", "reason": ".." },
 *     "limits": [ { "name": "..", "exempt": bool, "key": "..", "action": "..",
 *                   "warn": null | PERCENT, "freeze_after": null | WINDOW,
 *                   "budget": null | WINDOW, "windows": [ WINDOW, ... ] }, ... ],
 *     "unknown": null | "why no level is known",
 *     "verdict": null | "..", "cause": null | "..", "limit": null | "..",
 *     "wait_us": null | N, "reply": null | ".." }
 *
 *   WINDOW: { "text": "30/minute", "burst": N, "level": null | N }
 */
#include "explain.h"

#include "show.h"

static void
add_fact(const char *word, const char *value, void *facts)
{
	json_object_set_new(facts, word, show_json(value));
}

static json_t *
window_json(const struct explain *x, const struct policy_window *w,
	    unsigned place, unsigned which)
{
	char text[64];

	if (w == NULL)
		return json_null();
	policy_window_text(w, text, sizeof(text));
	return json_pack("{s:s, s:I, s:o}", "text", text, "burst", (json_int_t)w->burst,
			 "level", explain_has_levels(x) ?
			 json_integer(explain_level(x, w, place, which)) : json_null());
}

static json_t *
limit_json(const struct explain *x, unsigned place)
{
	struct policy_limit l = explain_limit(x, place);
	json_t *windows = json_array();
	char key[POLICY_KEY_MAX];

	policy_key_text(x->policy, x->d.plan.limit[place], &x->facts.f, key,
			sizeof(key));
	for (unsigned k = 0; k < l.n_windows; k++)
		json_array_append_new(windows, window_json(x, &l.window[k], place, k));
	return json_pack("{s:s, s:b, s:o, s:s, s:o, s:o, s:o, s:o}", "name", l.name,
			 "exempt", l.kind != POLICY_LIMIT, "key", show_json(key),
			 "action", policy_action_word(l.action),
			 "warn", l.warn_percent > 0 ?
			 json_integer(l.warn_percent) : json_null(),
			 "freeze_after", window_json(x, l.strikes, place, CHARGE_STRIKES),
			 "budget", window_json(x, l.budget, place, CHARGE_BUDGET),
			 "windows", windows);
}

static json_t *
limits_json(const struct explain *x)
{
	json_t *limits = json_array();

	for (unsigned i = 0; i < x->d.plan.n; i++)
		json_array_append_new(limits, limit_json(x, i));
	return limits;
}

static json_t *
freeze_json(const struct explain *x)
{
	char scope[SCOPE_TEXT_MAX + 1];

	if (x->freeze == NULL)
		return json_null();
	scope_text(&x->freeze->scope, scope);
	return json_pack("{s:o, s:s, s:o, s:o}", "scope", show_json(scope),
			 "id", x->freeze->id, "by", show_json(x->freeze->by),
			 "reason", show_json(x->freeze->reason));
}

static void
add_verdict(const struct explain *x, json_t *all)
{
	const struct decision *d = &x->d;
	bool is_limit = d->cause == CAUSE_LIMIT || d->cause == CAUSE_NEVER;
	bool is_known = explain_has_verdict(x);
	struct verdict_reply reply;
	char text[sizeof(reply.text) + 16];

	verdict_reply(&reply, d->verdict, d->cause, d->text);
	if (reply.code != NULL)
		snprintf(text, sizeof(text), "%s %s %s", reply.code, reply.dsn,
			 reply.text);
	json_object_set_new(all, "verdict",
			    show_json(is_known ? verdict_word(d->verdict) : NULL));
	json_object_set_new(all, "cause",
			    show_json(is_known ? cause_word(d->cause) : NULL));
	json_object_set_new(all, "limit", show_json(is_limit ?
			    explain_limit(x, d->bucket).name : NULL));
	json_object_set_new(all, "wait_us", d->cause == CAUSE_LIMIT ?
			    json_integer((json_int_t)d->outcome.wait_us) : json_null());
	json_object_set_new(all, "reply",
			    show_json(is_known && reply.code != NULL ? text : NULL));
}

void
explain_print_json(const struct explain *x)
{
	json_t *facts = json_object(), *all;

	facts_each(&x->facts, x->policy, add_fact, facts);
	all = json_pack("{s:{s:o, s:s, s:o}, s:o, s:o, s:b, s:o, s:o, s:o}",
			"policy", "file", show_json(x->settings->policy),
			"digest", x->digest,
			"running", show_json(x->running[0] != '\0' ? x->running : NULL),
			"facts", facts,
			"frozen", x->state.ledger == NULL ? json_null() :
			json_boolean(x->is_frozen),
			"exempt_from_freeze", x->d.is_exempt,
			"freeze", freeze_json(x), "limits", limits_json(x),
			"unknown", show_json(explain_no_levels(x)));
	add_verdict(x, all);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}
