/*
 * mkclients - data/client_places.tsv as C.
 *
 *	$ mkclients OUT_FOLDER data/client_places.tsv
 */
#include "tsv.h"

enum { CLIENT, SYSTEM, PATTERN, KIND, SOURCE, CHECKED };

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
	if (t->cell[CLIENT][0])
		tsv_literal(out, t->cell[CLIENT]);
	else
		fputs("NULL", out);
	fputs(", ", out);
	tsv_literal(out, t->cell[PATTERN]);
	fputs(", MGI_CLIENT_ON_", out);
	put_word(out, t, SYSTEM, "windows mac unix");
	fputs(", MGI_CLIENT_", out);
	put_word(out, t, KIND, "settings export hive mail near");
	fputs(" },\n", out);
}

int main(int argc, char **argv)
{
	FILE *out;
	tsv t;

	if (argc != 3) {
		fprintf(stderr, "usage: mkclients OUT_FOLDER CLIENTS.tsv\n");
		return 2;
	}
	tsv_open(&t, argv[2], "client system pattern kind source checked");
	out = tsv_output(argv[1], "client_places_table.c");
	fputs("#include \"checkup/client_places.h\"\n\n"
	      "const mgi_client_place mgi_client_places[] = {\n",
	      out);
	while (tsv_row(&t))
		put_row(out, &t);
	fputs("};\nconst size_t mgi_client_place_count =\n"
	      "\tsizeof(mgi_client_places) / sizeof(mgi_client_places[0]);\n",
	      out);
	tsv_finish(out, "client_places_table.c");
	tsv_close(&t);
	return 0;
}
