/*
 * mkmarks - data/server_marks.tsv as C.
 *
 *	$ mkmarks OUT_FOLDER data/server_marks.tsv
 */
#include "tsv.h"

enum { KIND, WORDS, NAME, SOURCE, CHECKED };

static void put_rows(FILE *out, const char *path, const char *kind)
{
	size_t n = 0;
	tsv t;

	tsv_open(&t, path, "kind words name source checked");
	fprintf(out, "\nconst mgi_mark mgi_marks_%s[] = {\n", kind);
	while (tsv_row(&t)) {
		if (strlen(t.cell[WORDS]) < 2 || !t.cell[NAME][0] ||
		    (t.cell[CHECKED][0] && strlen(t.cell[CHECKED]) != 10))
			tsv_die(&t, "words, a name and a day or none");
		if (strcmp(t.cell[KIND], "greeting") &&
		    strcmp(t.cell[KIND], "issuer"))
			tsv_die(&t, "\"%s\" is no kind", t.cell[KIND]);
		if (strcmp(t.cell[KIND], kind))
			continue;
		fputs("\t{ ", out);
		tsv_literal(out, t.cell[WORDS]);
		fputs(", ", out);
		tsv_literal(out, t.cell[NAME]);
		fputs(" },\n", out);
		n++;
	}
	fputs("\t{ 0, 0 },\n};\n", out);
	if (!n)
		tsv_die(&t, "no row of kind \"%s\"", kind);
	tsv_close(&t);
}

int main(int argc, char **argv)
{
	FILE *out;

	if (argc != 3) {
		fprintf(stderr, "usage: mkmarks OUT_FOLDER MARKS.tsv\n");
		return 2;
	}
	out = tsv_output(argv[1], "server_marks_table.c");
	fputs("#include \"probe/marks.h\"\n", out);
	put_rows(out, argv[2], "greeting");
	put_rows(out, argv[2], "issuer");
	tsv_finish(out, "server_marks_table.c");
	return 0;
}
