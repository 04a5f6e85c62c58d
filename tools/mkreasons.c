/*
 * mkreasons - data/reasons.tsv into reasons.h, which is also committed as
 * include/mailguard/reasons.h, and reasons_table.c.
 *
 * Refuses a number that does not belong to its fault, and a number or name
 * that stands twice.
 */
#include "classify/row.h"
#include "tsv.h"

enum { MAX_ROWS = 1024 };

static struct row {
	const char *name, *sisimai, *text[2], *action[2];
	int number, temporary, hard;
} rows[MAX_ROWS];
static size_t count;

static void read_row(const tsv *t)
{
	struct row *r = &rows[count];
	int fault = mgi_row_fault(t->cell[2], strlen(t->cell[2]));
	size_t i;

	if (count == MAX_ROWS)
		tsv_die(t, "too many reasons");
	r->number = atoi(t->cell[0]);
	r->name = t->cell[1];
	r->temporary = mgi_row_answer(t->cell[3]);
	r->hard = mgi_row_answer(t->cell[4]);
	r->sisimai = t->cell[5];
	r->text[0] = t->cell[6];
	r->text[1] = t->cell[7];
	r->action[0] = t->cell[8];
	r->action[1] = t->cell[9];
	if (fault < 0 || r->number / 100 != fault)
		tsv_die(t, "number and fault do not fit");
	if (r->temporary < -1 || r->hard < -1)
		tsv_die(t, "temporary and hard are yes, no or maybe");
	for (i = 0; i < count; i++)
		if (rows[i].number == r->number ||
		    strcmp(rows[i].name, r->name) == 0)
			tsv_die(t, "%s stands twice", r->name);
	count++;
}

static int by_number(const void *a, const void *b)
{
	return ((const struct row *)a)->number -
	       ((const struct row *)b)->number;
}

static void write_header(const char *folder)
{
	FILE *f = tsv_output(folder, "reasons.h");
	size_t i;

	fputs("/**\n * @file mailguard/reasons.h\n * @brief Fault domains and "
	      "reasons, by number.\n *\n * Made by mkreasons from "
	      "data/reasons.tsv; do not edit. A number is 100 times\n * its "
	      "fault plus a part of its own, and is never used again.\n */\n"
	      "#ifndef MAILGUARD_REASONS_H\n#define MAILGUARD_REASONS_H\n"
	      "/* clang-format off */\n\n/** Whose fault it is. */\nenum {\n",
	      f);
	for (i = 0; i < MGI_FAULTS; i++) {
		fputs("\tMAILGUARD_FAULT_", f);
		tsv_macro(f, mgi_fault_names[i]);
		fprintf(f, " = %zu%s\n", i, i + 1 < MGI_FAULTS ? "," : "");
	}
	fputs("};\n\n/** What it is. Later versions know more. */\nenum {\n",
	      f);
	for (i = 0; i < count; i++) {
		fputs("\tMAILGUARD_REASON_", f);
		tsv_macro(f, rows[i].name);
		fprintf(f, " = %d%s /**< %s */\n", rows[i].number,
		        i + 1 < count ? "," : "", rows[i].text[0]);
	}
	fputs("};\n\n#endif\n", f);
	tsv_finish(f, "reasons.h");
}

static void write_pair(FILE *f, const char *const text[2])
{
	fputs("\n\t  { ", f);
	tsv_literal(f, text[0]);
	fputs(", ", f);
	tsv_literal(f, text[1]);
	fputs(" }", f);
}

static void write_table(const char *folder)
{
	FILE *f = tsv_output(folder, "reasons_table.c");
	size_t i;

	fputs("/* Made by mkreasons from data/reasons.tsv. */\n"
	      "#include \"classify/table.h\"\n\n"
	      "const mgi_reason_row mgi_reasons[] = {\n",
	      f);
	for (i = 0; i < count; i++) {
		fprintf(f, "\t{ %d, %d, %d, 0, ", rows[i].number,
		        rows[i].temporary, rows[i].hard);
		tsv_literal(f, rows[i].name);
		fputs(", ", f);
		tsv_literal(f, rows[i].sisimai);
		fputc(',', f);
		write_pair(f, rows[i].text);
		fputc(',', f);
		write_pair(f, rows[i].action);
		fputs(" },\n", f);
	}
	fprintf(f, "};\nconst size_t mgi_reason_count = %zu;\n", count);
	tsv_finish(f, "reasons_table.c");
}

int main(int argc, char **argv)
{
	tsv t;

	if (argc != 3)
		return 2;
	tsv_open(&t, argv[2],
	         "number name fault temporary hard sisimai en ja action_en "
	         "action_ja");
	while (tsv_row(&t))
		read_row(&t);
	qsort(rows, count, sizeof(rows[0]), by_number);
	write_header(argv[1]);
	write_table(argv[1]);
	tsv_close(&t);
	return 0;
}
