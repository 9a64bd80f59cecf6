// SPDX-License-Identifier: MIT
/*
 * All of check_trie.c once more, with tables so small that there are branches
 * everywhere, which come and go.
 */
#define TABLE_MAX 6
#include "names/trie.c"

#include "check_trie.c"
