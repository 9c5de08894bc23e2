/*
 * tree_text.h - the tree of a policy as text, for tests that compare it.
 */
#ifndef TESTS_TREE_TEXT_H
#define TESTS_TREE_TEXT_H

#include <stdio.h>

#include "../../policy/language/ast.h"

/* All that was read, one statement a line; spans are left out. */
void tree_text(const struct ast_policy *tree, FILE *out);

#endif
