/*
 * What the tables promise against the corpora: every code is found, and reply
 * lines that nobody wrote for us are told apart. Skipped where the corpora are
 * not at hand.
 */
#include "classify/fixture.h"
#include "support/corpora.h"

#include <criterion/logging.h>

TestSuite(classify_corpora, .init = setup, .fini = teardown);

#define LINE_MAX_BYTES 65536

static FILE *corpus(const char *name)
{
	const char *dir = corpora();
	FILE *f = dir ? open_in(dir, name) : NULL;

	if (f == NULL)
		cr_skip_test("no corpora: set MAILGUARD_CORPORA");
	return f;
}

/* The corpus gives Winsock's EACCES the fault of the errno of that name, which
   is about files. A socket is none. */
static const char *fault_of(const char *text, const char *told)
{
	return strcmp(text, "winsock 10013") == 0 ? "local_network" : told;
}

Test(classify_corpora, every_code_is_found_by_name_space_and_code)
{
	static char line[LINE_MAX_BYTES];
	FILE *f = corpus("codes/codes.tsv");
	char *cell[9], text[1024];
	int rows = 0;

	cr_assert_not_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f)) {
		const mailguard_cause *cause;

		cr_assert(eq(sz, cells(line, cell, 9), 9));
		snprintf(text, sizeof(text), "%s %s", cell[0], cell[1]);
		cause = cause_of(text, MAILGUARD_PHASE_NONE);
		cr_expect(eq(str, (char *)mailguard_fault_name(cause->fault),
		             (char *)fault_of(text, cell[3])),
		          "%s: rule %s", text, cause->rule);
		rows++;
	}
	fclose(f);
	cr_expect(ge(int, rows, 900));
}

static mailguard_phase phase_of(const char *command)
{
	static const struct {
		const char *name;
		mailguard_phase phase;
	} rows[] = {
		{ "CONN", MAILGUARD_PHASE_GREETING },
		{ "EHLO", MAILGUARD_PHASE_CAPABILITIES },
		{ "HELO", MAILGUARD_PHASE_CAPABILITIES },
		{ "AUTH", MAILGUARD_PHASE_LOGIN },
		{ "MAIL", MAILGUARD_PHASE_MAIL },
		{ "RCPT", MAILGUARD_PHASE_RCPT },
		{ "DATA", MAILGUARD_PHASE_DATA },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, command) == 0)
			return rows[i].phase;
	return MAILGUARD_PHASE_NONE;
}

static bool is_in(const char *list, const char *name)
{
	size_t n = strlen(name);
	const char *at;

	for (at = list; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, name, n) == 0 &&
		    (at[n] == '|' || at[n] == '\0'))
			return true;
	}
	return false;
}

/*
 * Better than a table of status and reply codes (79 %), and by far. Run with
 * --verbose to see the figure and the lines that miss.
 */
Test(classify_corpora, reply_lines_blame_the_right_fault)
{
	static char line[LINE_MAX_BYTES];
	FILE *f = corpus("bounces/replies.tsv");
	int rows = 0, right = 0;
	char *cell[10];

	while (fgets(line, sizeof(line), f)) {
		const mailguard_cause *cause;
		const char *fault;

		if (cells(line, cell, 10) != 10 ||
		    strcmp(cell[2], "open") != 0 || !cell[4][0])
			continue;
		cause = cause_of(cell[4], phase_of(cell[3]));
		fault = mailguard_fault_name(cause->fault);
		rows++;
		if (is_in(cell[9], fault))
			right++;
		else
			cr_log_info("%s not %s (%s) %s: %s", fault, cell[9],
			            cause->rule, cell[3], cell[4]);
	}
	fclose(f);
	cr_log_info("reply lines: %d of %d right, %d.%d %%", right, rows,
	            right * 100 / rows, right * 1000 / rows % 10);
	cr_expect(ge(int, rows, 250));
	cr_expect(ge(int, right * 100, rows * 88));
}
