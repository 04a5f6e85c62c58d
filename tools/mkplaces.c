/*
 * mkplaces - data/places.tsv as C.
 *
 *	$ mkplaces OUT_FOLDER data/places.tsv
 */
#include "tsv.h"

enum { PATTERN, WHERE, KIND, PROVIDER, NAME, RISK, SOURCE, CHECKED };

/* The C name of a word the table may use; an unknown one stops the build. */
static void put_word(FILE *out, const tsv *t, int column, const char *words)
{
	const char *cell = t->cell[column];
	size_t n = strlen(cell);
	const char *w;

	for (w = words; *w; w += strcspn(w, " "), w += *w == ' ')
		if (strcspn(w, " ") == n && !strncmp(w, cell, n)) {
			tsv_macro(out, cell);
			return;
		}
	tsv_die(t, "\"%s\" is none of: %s", cell, words);
}

static void put_row(FILE *out, const tsv *t)
{
	if (!t->cell[PATTERN][0])
		tsv_die(t, "a pattern is needed");
	if (t->cell[CHECKED][0] && strlen(t->cell[CHECKED]) != 10)
		tsv_die(t, "\"%s\" is no day", t->cell[CHECKED]);
	fputs("\t{ ", out);
	tsv_literal(out, t->cell[PATTERN]);
	fputs(", ", out);
	tsv_literal(out, t->cell[PROVIDER]);
	fputs(", ", out);
	tsv_literal(out, t->cell[NAME]);
	fputs(", MGI_PLACE_", out);
	put_word(out, t, WHERE, "any top root name copy");
	fputs(", MAILGUARD_PLACE_", out);
	if (t->cell[KIND][0])
		put_word(out, t, KIND, "cloud share usb");
	else
		fputs("UNKNOWN", out);
	fputs(", MGI_RISK_", out);
	put_word(out, t, RISK, "synced remote removable conflict temporary");
	fputs(" },\n", out);
}

int main(int argc, char **argv)
{
	FILE *out;
	tsv t;

	if (argc != 3) {
		fprintf(stderr, "usage: mkplaces OUT_FOLDER PLACES.tsv\n");
		return 2;
	}
	tsv_open(&t, argv[2],
	         "pattern where kind provider name risk source checked");
	out = tsv_output(argv[1], "places_table.c");
	fputs("#include \"base/place_table.h\"\n\n"
	      "const mgi_place_row mgi_place_rows[] = {\n",
	      out);
	while (tsv_row(&t))
		put_row(out, &t);
	fputs("};\nconst size_t mgi_place_row_count =\n"
	      "\tsizeof(mgi_place_rows) / sizeof(mgi_place_rows[0]);\n",
	      out);
	tsv_finish(out, "places_table.c");
	tsv_close(&t);
	return 0;
}
