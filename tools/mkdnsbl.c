/*
 * mkdnsbl - data/dnsbl.tsv as C.
 *
 *	$ mkdnsbl OUT_FOLDER data/dnsbl.tsv
 */
#include "tsv.h"

enum { ZONE, KIND, CODE, EN, JA, SOURCE, CHECKED };

static const char *kind_of(const tsv *t)
{
	static const char *const kinds[][2] = {
		{ "block", "MGI_DNSBL_BLOCK" },
		{ "policy", "MGI_DNSBL_POLICY" },
		{ "allow", "MGI_DNSBL_ALLOW" },
		{ "refused", "MGI_DNSBL_REFUSED" },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(t->cell[KIND], kinds[i][0]) == 0)
			return kinds[i][1];
	tsv_die(t, "\"%s\" is no kind", t->cell[KIND]);
	return NULL;
}

static void put_row(FILE *out, const tsv *t)
{
	static const int texts[] = { ZONE, CODE, EN, JA };
	size_t i;

	if (strncmp(t->cell[CODE], "127.", 4) != 0)
		tsv_die(t, "\"%s\" is no code of a list", t->cell[CODE]);
	if (!t->cell[SOURCE][0])
		tsv_die(t, "a source is needed");
	if (t->cell[CHECKED][0] && strlen(t->cell[CHECKED]) != 10)
		tsv_die(t, "\"%s\" is no day", t->cell[CHECKED]);
	fputs("\t{ ", out);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		tsv_literal(out, t->cell[texts[i]]);
		fputs(", ", out);
	}
	fprintf(out, "%s },\n", kind_of(t));
}

int main(int argc, char **argv)
{
	FILE *out;
	tsv t;

	if (argc != 3) {
		fprintf(stderr, "usage: mkdnsbl OUT_FOLDER DNSBL.tsv\n");
		return 2;
	}
	tsv_open(&t, argv[2], "zone kind code en ja source checked");
	out = tsv_output(argv[1], "dnsbl_table.c");
	fputs("#include \"probe/dnsbl.h\"\n\n"
	      "const mgi_dnsbl_row mgi_dnsbl_rows[] = {\n",
	      out);
	while (tsv_row(&t))
		put_row(out, &t);
	fputs("};\nconst size_t mgi_dnsbl_row_count =\n"
	      "\tsizeof(mgi_dnsbl_rows) / sizeof(mgi_dnsbl_rows[0]);\n",
	      out);
	tsv_finish(out, "dnsbl_table.c");
	tsv_close(&t);
	return 0;
}
