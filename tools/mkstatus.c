/*
 * mkstatus - data/status_enums.tsv, status_words.tsv, status_labels.tsv as C.
 *
 *	$ mkstatus OUT_FOLDER ENUMS.tsv WORDS.tsv LABELS.tsv
 */
#include "tsv.h"

enum { HINTS_MAX = 4096 };

enum { SPACE, ENUM_WORD, PHASE, IMPACT, KIND };
enum { WORD, WHERE, HINT_KIND, HINT_PHASE, SERVICES };
enum { LABEL, FIELD };

static const char kinds[] = "incident maintenance info";
static const char phases[] = "scheduled in_progress investigating identified "
			     "monitoring resolved completed";
static const char impacts[] = "none minor major critical";
static const char bits[] = "smtp pop imap webmail dns other partly";
static const char fields[] = "start period expected ended next posted hosts "
			     "service impact state title other";

/* Stop the build unless the `n` bytes at `cell` are one of `words`. */
static void need(const tsv *t, const char *cell, size_t n, const char *words)
{
	const char *w;

	for (w = words; *w; w += strcspn(w, " "), w += *w == ' ')
		if (strcspn(w, " ") == n && !strncmp(w, cell, n))
			return;
	tsv_die(t, "\"%.*s\" is none of: %s", (int)n, cell, words);
}

/* MAILGUARD_INCIDENT_<what>_<CELL>, or `none` for an empty cell. */
static void put_enum(FILE *out,
                     const tsv *t,
                     int column,
                     const char *what,
                     const char *none)
{
	const char *cell = t->cell[column];

	if (!cell[0]) {
		fprintf(out, ", %s", none);
		return;
	}
	need(t, cell, strlen(cell),
	     what[0] == 'K'   ? kinds
	     : what[0] == 'P' ? phases
	                      : impacts);
	fprintf(out, ", MAILGUARD_INCIDENT_%s_", what);
	tsv_macro(out, cell);
}

static void put_enums(FILE *out, const char *path)
{
	tsv t;

	tsv_open(&t, path, "space word phase impact kind source");
	fputs("const mgi_enum_row mgi_enum_rows[] = {\n", out);
	while (tsv_row(&t)) {
		const char *w = t.cell[ENUM_WORD];

		if (!w[0] ||
		    strspn(w, "abcdefghijklmnopqrstuvwxyz0123456789") !=
		            strlen(w))
			tsv_die(&t, "\"%s\" is not small letters, digits", w);
		fputs("\t{ ", out);
		tsv_literal(out, t.cell[SPACE]);
		fputs(", ", out);
		tsv_literal(out, w);
		put_enum(out, &t, PHASE, "PHASE", "-1");
		put_enum(out, &t, IMPACT, "IMPACT", "-1");
		put_enum(out, &t, KIND, "KIND", "-1");
		fputs(" },\n", out);
	}
	fputs("};\nconst size_t mgi_enum_row_count =\n"
	      "\tsizeof(mgi_enum_rows) / sizeof(mgi_enum_rows[0]);\n",
	      out);
	tsv_close(&t);
}

typedef struct hint {
	char *cell[TSV_COLUMNS];
} hint;

static int by_bytes(const void *a, const void *b)
{
	return strcmp(((const hint *)a)->cell[WORD],
	              ((const hint *)b)->cell[WORD]);
}

/* "smtp,pop" as bits joined; "partly" is told apart. */
static void put_services(FILE *out, const tsv *t)
{
	const char *s = t->cell[SERVICES];
	int partly = 0;

	fputs(", 0", out);
	while (*s) {
		size_t n = strcspn(s, ","), i;

		need(t, s, n, bits);
		if (*s == 'p' && n == 6) {
			partly = 1;
		} else {
			fputs(" | MAILGUARD_INCIDENT_", out);
			for (i = 0; i < n; i++)
				fputc(s[i] - 'a' + 'A', out);
		}
		s += n + (s[n] == ',');
	}
	fprintf(out, ", %s", partly ? "true" : "false");
}

static void put_hint(FILE *out, tsv *t, const hint *h)
{
	memcpy(t->cell, h->cell, sizeof(h->cell));
	need(t, t->cell[WHERE], strlen(t->cell[WHERE]), "any title");
	fputs("\t{ ", out);
	tsv_literal(out, t->cell[WORD]);
	fprintf(out, ", %s", t->cell[WHERE][0] == 't' ? "true" : "false");
	put_enum(out, t, HINT_KIND, "KIND", "0");
	put_enum(out, t, HINT_PHASE, "PHASE", "0");
	put_services(out, t);
	fputs(" },\n", out);
}

static void put_hints(FILE *out, const char *path)
{
	static hint rows[HINTS_MAX];
	size_t n = 0, i, byte, at = 0;
	tsv t;

	tsv_open(&t, path, "word where kind phase services source");
	while (tsv_row(&t)) {
		if (n == HINTS_MAX || !t.cell[WORD][0])
			tsv_die(&t, "too many words, or an empty one");
		memcpy(rows[n++].cell, t.cell, sizeof(t.cell));
	}
	qsort(rows, n, sizeof(rows[0]), by_bytes);
	fputs("const mgi_hint_row mgi_hint_rows[] = {\n", out);
	for (i = 0; i < n; i++) {
		if (i && !by_bytes(&rows[i - 1], &rows[i]))
			tsv_die(&t, "\"%s\" stands twice", rows[i].cell[WORD]);
		put_hint(out, &t, &rows[i]);
	}
	fputs("};\nconst uint16_t mgi_hint_first[257] = {\n", out);
	for (byte = 0; byte <= 256; byte++) {
		while (at < n && (unsigned char)rows[at].cell[WORD][0] < byte)
			at++;
		fprintf(out, "\t%zu,\n", at);
	}
	fputs("};\n", out);
	tsv_close(&t);
}

static void put_labels(FILE *out, const char *path)
{
	tsv t;

	tsv_open(&t, path, "label field source");
	fputs("const mgi_label_row mgi_label_rows[] = {\n", out);
	while (tsv_row(&t)) {
		need(&t, t.cell[FIELD], strlen(t.cell[FIELD]), fields);
		fputs("\t{ ", out);
		tsv_literal(out, t.cell[LABEL]);
		fputs(", MGI_LABEL_", out);
		tsv_macro(out, t.cell[FIELD]);
		fputs(" },\n", out);
	}
	fputs("};\nconst size_t mgi_label_row_count =\n"
	      "\tsizeof(mgi_label_rows) / sizeof(mgi_label_rows[0]);\n",
	      out);
	tsv_close(&t);
}

int main(int argc, char **argv)
{
	FILE *out;

	if (argc != 5) {
		fprintf(stderr,
		        "usage: mkstatus OUT_FOLDER ENUMS WORDS LABELS\n");
		return 2;
	}
	out = tsv_output(argv[1], "status_table.c");
	fputs("#include \"status/table.h\"\n\n", out);
	put_enums(out, argv[2]);
	put_hints(out, argv[3]);
	put_labels(out, argv[4]);
	tsv_finish(out, "status_table.c");
	return 0;
}
