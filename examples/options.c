/*
 * options.c - read a verb's own options, and tell of them.
 */
#include "options.h"

#include "examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_COLUMNS = 26 };

static bool put(void *into, const ex_opt *o, const char *value)
{
	void *to = (char *)into + o->at;
	bool yes = true;

	if (o->take)
		return o->take(into, o, value);
	if (o->value)
		memcpy(to, &value, sizeof(value));
	else
		memcpy(to, &yes, sizeof(yes));
	return true;
}

/* Is argv[*i] this one? Its value is taken along; `*fine` is false if it has
   none, or one too many. */
static bool match(const char **value,
                  bool *fine,
                  const ex_call *call,
                  int *i,
                  const ex_opt *o)
{
	*value = NULL;
	if (o->value) {
		if (!ex_option(value, call, i, o->name))
			return false;
		*fine = *value != NULL;
		return true;
	}
	*fine = true;
	return strcmp(call->argv[*i], o->name) == 0;
}

int ex_option_take(const ex_call *call, int *i, const ex_opt *opts, void *into)
{
	const char *value, *name = call->argv[*i];
	bool fine;

	for (; opts->name && *i < call->plain; opts++) {
		if (!match(&value, &fine, call, i, opts))
			continue;
		if (fine && put(into, opts, value))
			return 1;
		(void)ex_fail_text(
			call,
			"the value is missing or wrong; --help tells what it "
			"takes",
			"値がないか、正しくありません。--help で指定のしかたを"
			"表示します",
			name);
		return -1;
	}
	return 0;
}

int ex_options_read(ex_call *call, const ex_opt *opts, void *into)
{
	int i, kept = 0, plain = 0;

	for (i = 0; i < call->argc; i++) {
		int took = ex_option_take(call, &i, opts, into);

		if (took < 0)
			return ex_cannot_tell(call);
		if (took)
			continue;
		plain += i < call->plain;
		call->argv[kept++] = call->argv[i];
	}
	call->argc = kept;
	call->plain = plain;
	return ex_stray_option(call) ? ex_cannot_tell(call) : EX_FINE;
}

static void name_tell(const ex_opt *o)
{
	int n = printf("  %s%s%s", o->name, o->value ? " " : "",
	               o->value ? o->value : "");

	if (n >= NAME_MAX_COLUMNS)
		printf("\n%*s", NAME_MAX_COLUMNS, "");
	else
		printf("%*s", NAME_MAX_COLUMNS - n, "");
}

bool ex_values_take(void *into, const ex_opt *o, const char *value)
{
	ex_values *v = (ex_values *)(void *)((char *)into + o->at);
	const char **more = realloc(v->at, (v->count + 1) * sizeof(*more));

	if (!more)
		return false;
	v->at = more;
	v->at[v->count++] = value;
	return true;
}

void ex_values_free(ex_values *v)
{
	free(v->at);
	v->at = NULL;
	v->count = 0;
}

void ex_options_tell(const ex_opt *opts, bool japanese)
{
	for (; opts && opts->name; opts++) {
		name_tell(opts);
		printf("%s\n", japanese ? opts->ja : opts->en);
	}
}
