/*
 * mkbounce - the tables of data/bounce/ into bounce_table.c: one row a wording,
 * and the automaton that finds them all.
 *
 * A "^" before and a "$" behind a wording stand for the ends of a line.
 */
#include "classify/row.h"
#include "classify/bounce_table.h"
#include "scan_emit.h"
#include "tsv.h"

enum { MAX_ROWS = 8192 };

static struct row {
	char *phrase;
	int means, points, where;
	const char *file;
} rows[MAX_ROWS];
static mailguard_span words[MAX_ROWS];
static size_t count;

static int where_of(const char *cell)
{
	static const struct {
		const char *name;
		int where;
	} all[] = {
		{ "from", MGI_IN_FROM },
		{ "subject", MGI_IN_SUBJECT },
		{ "field", MGI_IN_FIELD },
		{ "text", MGI_IN_TEXT },
		{ "words", MGI_IN_TEXT | MGI_IN_SUBJECT },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, cell) == 0)
			return all[i].where;
	return -1;
}

static int means_of(const char *cell)
{
	static const char *const names[] = {
		"none",     "failed",     "delayed",  "delivered", "relayed",
		"expanded", "auto-reply", "vacation", "receipt",   "feedback"
	};
	static const struct {
		const char *name;
		int means;
	} more[] = {
		{ "machine", MGI_MEANS_MACHINE },
		{ "human", MGI_MEANS_HUMAN },
		{ "returned", MGI_MEANS_RETURNED },
		{ "at-returned", MGI_MEANS_AT_RETURNED },
		{ "who", MGI_MEANS_WHO },
		{ "quiet", MGI_MEANS_QUIET },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], cell) == 0)
			return (int)i;
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (strcmp(more[i].name, cell) == 0)
			return more[i].means;
	if (mgi_row_phase(cell) > 0)
		return MGI_MEANS_PHASE + mgi_row_phase(cell);
	return -1;
}

/* "^a b$" as it is looked for: line ends in place of the marks. */
static char *anchored(char *phrase)
{
	size_t n = strlen(phrase);

	if (phrase[0] == '^')
		phrase[0] = '\n';
	if (n > 1 && phrase[n - 1] == '$')
		phrase[n - 1] = '\n';
	return phrase;
}

static void read_table(tsv *t, const char *path)
{
	tsv_open(t, path, "where wording means points source checked");
	while (tsv_row(t)) {
		struct row *r = &rows[count];

		if (count == MAX_ROWS)
			tsv_die(t, "too many rows");
		r->where = where_of(t->cell[0]);
		r->means = means_of(t->cell[2]);
		r->points = atoi(t->cell[3]);
		if (r->where < 0 || r->means < 0 || !*t->cell[1])
			tsv_die(t, "where, wording or means is not one");
		if (r->means == MGI_MEANS_WHO && r->where == MGI_IN_TEXT &&
		    !strchr(t->cell[1], '@'))
			tsv_die(t, "a recipient's row needs its \"@\"");
		r->phrase = anchored(t->cell[1]);
		words[count].data = (const unsigned char *)r->phrase;
		words[count++].len = strlen(r->phrase);
	}
}

static void write_rule(FILE *f, const char *phrase)
{
	char rule[512];
	size_t i;

	snprintf(rule, sizeof(rule), "bounce/%s", phrase + (phrase[0] == '\n'));
	for (i = 0; rule[i]; i++)
		if (rule[i] == ' ' || rule[i] == '\n')
			rule[i] = rule[i] == '\n' ? '\0' : '-';
	tsv_literal(f, rule);
}

int main(int argc, char **argv)
{
	mgi_scan_words scanned = { words, 0, false };
	mgi_scan_memory memory = scan_memory();
	static tsv tables[TSV_TABLES];
	mgi_scan_parts built;
	size_t bad, i;
	FILE *f;

	if (argc < 3 || argc - 2 > TSV_TABLES)
		return 2;
	for (i = 2; i < (size_t)argc; i++)
		read_table(&tables[i - 2], argv[i]);
	f = tsv_output(argv[1], "bounce_table.c");
	fputs("/* Made by mkbounce from data/bounce/. */\n"
	      "#include \"classify/bounce_table.h\"\n\n"
	      "const mgi_bounce_row mgi_bounce_rows[] = {\n",
	      f);
	for (i = 0; i < count; i++) {
		fputs("\t{ ", f);
		tsv_literal(f, rows[i].phrase);
		fputs(",\n\t  ", f);
		write_rule(f, rows[i].phrase);
		fprintf(f, ", %d, %d, %d },\n", rows[i].means, rows[i].points,
		        rows[i].where);
	}
	fprintf(f, "};\nconst uint32_t mgi_bounce_row_count = %zu;\n", count);
	scanned.count = count;
	if (mgi_scan_build(&built, &scanned, &memory, &bad) < 0) {
		fputs("mkbounce: the automaton cannot be built\n", stderr);
		return 1;
	}
	scan_emit(f, "mgi_bounce_scan", &built);
	mgi_scan_parts_free(&built, &memory);
	tsv_finish(f, "bounce_table.c");
	return 0;
}
