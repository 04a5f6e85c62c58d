#ifndef OPTIONS_H
#define OPTIONS_H
/*
 * options.h - the options a verb has of its own: one table, by which they are
 * read and by which --help tells of them.
 */
#include <stdbool.h>
#include <stddef.h>

typedef struct ex_call ex_call;

/* One option. A table ends with a row without a name. */
typedef struct ex_opt {
	const char *name;    /* "--file" */
	const char *value;   /* "LIST"; NULL: it has none */
	const char *en, *ja; /* what it does, in a line */
	size_t at; /* where it goes in the verb's struct: a const char *,
	              or a bool if it has no value */
	/* Put `value` (NULL if it has none) where it belongs instead; false if
	   it is no such value. */
	bool (*take)(void *into, const struct ex_opt *o, const char *value);
} ex_opt;

#define EX_OPT_END                \
 {                                \
  NULL, NULL, NULL, NULL, 0, NULL \
 }

/* The values of an option that may be given often. All 0 at first. */
typedef struct ex_values {
	const char **at;
	size_t count;
} ex_values;

/* The `take` of such an option: an ex_values stands at `at`. */
bool ex_values_take(void *into, const ex_opt *o, const char *value);
void ex_values_free(ex_values *v);

/*
 * Is argv[*i] one of them? 1: taken, and *i is at its value; 0: none; -1: its
 * value is wrong, which was said.
 */
int ex_option_take(const ex_call *call, int *i, const ex_opt *opts, void *into);
/*
 * Take the options out of the arguments; what is left stays in order. Says
 * which is unknown or has a wrong value, and returns how the verb is to end;
 * else EX_FINE.
 */
int ex_options_read(ex_call *call, const ex_opt *opts, void *into);
/* A line each on stdout, in columns. `opts` may be NULL. */
void ex_options_tell(const ex_opt *opts, bool japanese);

#endif
