/*
 * mkisolation - the isolation model: data/isolation*.tsv into
 * isolation_ids.h and isolation_table.c, with the logarithms the library
 * needs as integers, so that it never computes one.
 */
#include "tsv.h"

#include <math.h>

enum { TABLES = 4, MAX_NAMES = 64, MILLI = 10000, EXP = 2200 };

static struct names {
	const char *at[MAX_NAMES];
	size_t count;
} kinds, stages, weights;
static tsv table[TABLES];
static FILE *ids, *out;

static size_t name_find(const struct names *n, const char *s)
{
	size_t i;

	for (i = 0; i < n->count && strcmp(n->at[i], s) != 0; i++)
		;
	return i;
}

static void name_add(const tsv *t, struct names *n, const char *s)
{
	if (n->count == MAX_NAMES)
		tsv_die(t, "more than %d names", MAX_NAMES);
	n->at[n->count++] = s;
}

static void put_list(const char *prefix, const char *words, const char *none)
{
	const char *at = words;

	if (strcmp(words, "-") == 0) {
		fputs(none, out);
		return;
	}
	while (*at) {
		size_t n = strcspn(at, " ");
		char word[MAX_NAMES];

		snprintf(word, sizeof(word), "%.*s", (int)n, at);
		fputs(prefix, out);
		tsv_macro(out, word);
		fputs(strcmp(none, "0") == 0 ? ") | " : ", ", out);
		at += n + (at[n] == ' ');
	}
	fputs(none, out);
}

static long number(const tsv *t, const char *s, long low, long high)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*end || end == s || n < low || n > high)
		tsv_die(t, "%s is no number of %ld to %ld", s, low, high);
	return n;
}

static void read_kinds(tsv *t)
{
	fputs("const mgi_kind mgi_kinds[MGI_KIND_COUNT] = {\n", out);
	while (tsv_row(t)) {
		long prior = number(t, t->cell[3], 1, 999);
		long detect = number(t, t->cell[4], 1, 990);

		if (name_find(&kinds, t->cell[0]) < kinds.count)
			tsv_die(t, "%s stands twice", t->cell[0]);
		name_add(t, &kinds, t->cell[0]);
		fprintf(out, "\t{ \"%s\", MAILGUARD_FAULT_", t->cell[0]);
		tsv_macro(out, t->cell[1]);
		fputs(", MGI_SCOPE_", out);
		tsv_macro(out, t->cell[2]);
		fprintf(out, ", %ld, %ld, ",
		        lround(100 * log((double)prior / 1000)), detect);
		put_list("MGI_FAULT_BIT(MAILGUARD_FAULT_", t->cell[5], "0");
		fprintf(out, ", %ld, MGI_SAY_PART_",
		        number(t, t->cell[6], 0, 1));
		tsv_macro(out, t->cell[0]);
		fputs(", MGI_SAY_DO_", out);
		tsv_macro(out, t->cell[0]);
		fputs(", MGI_SAY_CALL_", out);
		tsv_macro(out, t->cell[7]);
		fputs(", { ", out);
		put_list("MGI_SAY_AVOID_", t->cell[8], "-1");
		fputs(" } },\n", out);
	}
	fputs("};\n", out);
}

static void read_stages(tsv *t)
{
	size_t rows = 0;

	fputs("const mgi_need mgi_needs[] = {\n", out);
	for (; tsv_row(t); rows++) {
		const char *dir = t->cell[3];

		if (name_find(&kinds, t->cell[1]) == kinds.count)
			tsv_die(t, "no kind %s", t->cell[1]);
		if (name_find(&stages, t->cell[0]) == stages.count)
			name_add(t, &stages, t->cell[0]);
		fputs("\t{ MGI_STAGE_", out);
		tsv_macro(out, t->cell[0]);
		fputs(", MGI_KIND_", out);
		tsv_macro(out, t->cell[1]);
		fprintf(out, ", %d, %d, %ld, %ld },\n",
		        strcmp(t->cell[2], "here") == 0,
		        strcmp(dir, "in") == 0    ? 1
		        : strcmp(dir, "out") == 0 ? 2
		                                  : 0,
		        number(t, t->cell[4], 0, 1000),
		        number(t, t->cell[5], 0, 1000));
	}
	fprintf(out, "};\nconst size_t mgi_needs_count = %zu;\n", rows);
}

static void read_weights(tsv *t)
{
	fputs("const int16_t mgi_weights[MGI_WEIGHT_COUNT] = {\n", out);
	while (tsv_row(t)) {
		name_add(t, &weights, t->cell[0]);
		fprintf(out, "\t%ld, /* %s */\n",
		        number(t, t->cell[1], 1, 1000), t->cell[0]);
	}
	fputs("};\n", out);
}

static void put_enum(const char *what, const struct names *n)
{
	size_t i;

	fprintf(ids, "enum {\n");
	for (i = 0; i < n->count; i++) {
		fprintf(ids, "\tMGI_%s_", what);
		tsv_macro(ids, n->at[i]);
		fputs(",\n", ids);
	}
	fprintf(ids, "\tMGI_%s_COUNT\n};\n", what);
}

/* The logarithms. Rounded half away from zero, and never asked at a half. */
static void put_tables(void)
{
	int i;

	fputs("const int16_t mgi_neglog[1000] = {\n", out);
	for (i = 0; i < 1000; i++)
		fprintf(out, "%ld,\n",
		        lround(-1000 *
		               log(1 - (double)(i < 990 ? i : 990) / 1000)));
	fprintf(out, "};\nconst int16_t mgi_logfail[%d] = {\n-1200,\n", MILLI);
	for (i = 1; i < MILLI; i++)
		fprintf(out, "%ld,\n",
		        lround(100 * log(1 - exp(-(double)i / 1000))));
	fprintf(out, "};\nconst uint32_t mgi_exp[%d] = {\n", EXP);
	for (i = 0; i < EXP; i++)
		fprintf(out, "%ldu,\n",
		        lround(exp(-(double)i / 100) * (1 << 30)));
	fputs("};\nconst int16_t mgi_ln[1001] = {\n0,\n", out);
	for (i = 1; i <= 1000; i++)
		fprintf(out, "%ld,\n", lround(100 * log((double)i)));
	fputs("};\n", out);
}

static const char *word_or_null(const char *s)
{
	return strcmp(s, "-") == 0 ? "" : s;
}

/* Known defects of mail programs; the library only reads what is told here. */
static void read_defects(tsv *t)
{
	size_t rows = 0, i;

	fputs("const mgi_defect mgi_defects[] = {\n", out);
	for (; tsv_row(t); rows++) {
		fputs("\t{ ", out);
		for (i = 0; i < 11; i++) {
			fputs(i == 6 || i == 8 ? "{ " : "", out);
			tsv_literal(out, word_or_null(t->cell[i]));
			fputs(i == 7 || i == 9 ? " }, " : ", ", out);
		}
		fputs("},\n", out);
	}
	fprintf(out, "};\nconst size_t mgi_defects_count = %zu;\n", rows);
}

static void read_all(char **path)
{
	static const struct {
		void (*read)(tsv *t);
		const char *columns;
	} tables[TABLES] = {
		{ read_kinds, "kind fault scope prior detect kin adapts call "
		              "avoid source" },
		{ read_stages, "stage kind vantage dir ok fail" },
		{ read_weights, "name value why" },
		{ read_defects,
		  "id product since until places protocols en ja "
		  "workaround_en workaround_ja fixed_in source checked" },
	};
	size_t i;

	for (i = 0; i < TABLES; i++) {
		tsv_open(&table[i], path[i], tables[i].columns);
		tables[i].read(&table[i]);
	}
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2 + TABLES)
		return 2;
	out = tsv_output(argv[1], "isolation_table.c");
	ids = tsv_output(argv[1], "isolation_ids.h");
	fputs("/* Made by mkisolation from data/isolation*.tsv. */\n"
	      "#include \"diagnose/isolation.h\"\n\n",
	      out);
	fputs("/* Made by mkisolation. */\n#ifndef MGI_ISOLATION_IDS_H\n"
	      "#define MGI_ISOLATION_IDS_H\n",
	      ids);
	read_all(argv + 2);
	put_tables();
	put_enum("KIND", &kinds);
	put_enum("STAGE", &stages);
	put_enum("WEIGHT", &weights);
	fputs("#endif\n", ids);
	tsv_finish(out, "isolation_table.c");
	tsv_finish(ids, "isolation_ids.h");
	for (i = 0; i < TABLES; i++)
		tsv_close(&table[i]);
	return 0;
}
