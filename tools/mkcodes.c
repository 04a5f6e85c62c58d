/*
 * mkcodes - data/reasons.tsv and data/codes/ (one table a name space) into
 * codes_table.c, sorted by code, with an index by symbol.
 */
#include "classify/row.h"
#include "reason_names.h"

enum { MAX_ROWS = 8192 };

static struct row {
	const char *space, *code, *symbol, *text[2], *action[2], *source;
	int reason, temporary;
	int32_t also[3];
} rows[MAX_ROWS];
static size_t count;
static reason_names names;

static void read_row(const tsv *t)
{
	struct row *r = &rows[count];

	if (count == MAX_ROWS)
		tsv_die(t, "too many codes");
	r->space = t->cell[0];
	r->code = t->cell[1];
	r->symbol = t->cell[2];
	r->reason = reason_number(&names, t, t->cell[3]);
	r->temporary = mgi_row_answer(t->cell[4]);
	r->text[0] = t->cell[6];
	r->text[1] = t->cell[7];
	r->action[0] = t->cell[8];
	r->action[1] = t->cell[9];
	r->source = t->cell[10];
	if (!*r->space || !*r->code)
		tsv_die(t, "a code without name space or without code");
	if (r->temporary < -1)
		tsv_die(t, "temporary is yes, no or maybe");
	if (!mgi_row_also(r->also, t->cell[5]))
		tsv_die(t, "\"%s\" names no fault domains", t->cell[5]);
	count++;
}

static int compare(const char *a, const char *b)
{
	return mgi_row_compare(a, strlen(a), b, strlen(b));
}

static int by_code(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int d = compare(x->code, y->code);

	return d ? d : compare(x->space, y->space);
}

static int by_symbol(const void *a, const void *b)
{
	const struct row *x = &rows[*(const size_t *)a];
	const struct row *y = &rows[*(const size_t *)b];
	int d = compare(x->symbol, y->symbol);

	return d ? d : compare(x->space, y->space);
}

static void write_row(FILE *f, const struct row *r)
{
	const char *const cells[] = { r->space,     r->code,    r->symbol,
		                      r->text[0],   r->text[1], r->action[0],
		                      r->action[1], r->source };
	static const char *const close[] = { ", ",          ", ",
		                             ",\n\t  { ",   ",\n\t    ",
		                             " },\n\t  { ", ",\n\t    ",
		                             " },\n\t  ",   ",\n" };
	size_t i;

	fputs("\t{ ", f);
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		tsv_literal(f, cells[i]);
		fputs(close[i], f);
	}
	fprintf(f, "\t  %d, %d, { %d, %d, %d }, 0 },\n", r->reason,
	        r->temporary, (int)r->also[0], (int)r->also[1],
	        (int)r->also[2]);
}

static void write_symbols(FILE *f)
{
	static size_t order[MAX_ROWS];
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		if (*rows[i].symbol)
			order[n++] = i;
	qsort(order, n, sizeof(order[0]), by_symbol);
	fputs("const uint32_t mgi_codes_by_symbol[] = {\n", f);
	for (i = 0; i < n; i++)
		fprintf(f, "\t%zu,\n", order[i]);
	fprintf(f, "};\nconst uint32_t mgi_code_symbol_count = %zu;\n", n);
}

static void write_table(const char *folder)
{
	FILE *f = tsv_output(folder, "codes_table.c");
	size_t i;

	fputs("/* Made by mkcodes from data/codes. */\n"
	      "#include \"classify/table.h\"\n\n"
	      "const mgi_code_row mgi_codes[] = {\n",
	      f);
	for (i = 0; i < count; i++)
		write_row(f, &rows[i]);
	fprintf(f, "};\nconst uint32_t mgi_code_count = %zu;\n", count);
	write_symbols(f);
	tsv_finish(f, "codes_table.c");
}

int main(int argc, char **argv)
{
	static tsv tables[TSV_TABLES];
	int i;

	if (argc < 4 || argc > TSV_TABLES)
		return 2;
	reason_names_read(&names, argv[2]);
	for (i = 3; i < argc; i++) {
		tsv_open(&tables[i], argv[i],
		         "space code symbol reason temporary also en ja "
		         "action_en action_ja source checked");
		while (tsv_row(&tables[i]))
			read_row(&tables[i]);
	}
	qsort(rows, count, sizeof(rows[0]), by_code);
	write_table(argv[1]);
	for (i = 3; i < argc; i++)
		tsv_close(&tables[i]);
	tsv_close(&names.t);
	return 0;
}
