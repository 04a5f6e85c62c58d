/*
 * mktext - the words for people: data/text/<room>.tsv into say_ids.h and
 * say_table.c.
 *
 * Refuses a text whose slots differ between the languages, an id that stands
 * twice, and one that does not fit into an error's `code`.
 */
#include "tsv.h"

enum { MAX_ROWS = 4096, MAX_ID = 47, MAX_SLOTS = 16 };

static struct row {
	const char *id, *en, *ja;
} rows[MAX_ROWS];
static size_t count;

/* Bytes of the slot "{name}" at `s`, 0 if none begins there. */
static size_t slot_at(const char *s)
{
	size_t n;

	if (*s != '{')
		return 0;
	n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
	return n && s[n + 1] == '}' ? n + 2 : 0;
}

static int has_slot(const char *text, const char *slot, size_t n)
{
	for (; *text; text++)
		if (slot_at(text) == n && memcmp(text, slot, n) == 0)
			return 1;
	return 0;
}

static void same_slots(const tsv *t, const char *a, const char *b)
{
	for (; *a; a++) {
		size_t n = slot_at(a);

		if (n && !has_slot(b, a, n))
			tsv_die(t, "%.*s is not in both languages", (int)n, a);
	}
}

/* "\\n" stands for a line end; the text only gets shorter. */
static const char *with_lines(char *text)
{
	char *to = text, *at;

	for (at = text; *at; at++)
		if (at[0] == '\\' && at[1] == 'n') {
			*to++ = '\n';
			at++;
		} else {
			*to++ = *at;
		}
	*to = '\0';
	return text;
}

static void read_row(const tsv *t)
{
	size_t i;

	if (count == MAX_ROWS)
		tsv_die(t, "too many texts");
	if (strlen(t->cell[0]) > MAX_ID)
		tsv_die(t, "the id is longer than %d bytes", MAX_ID);
	if (!t->cell[1][0] || !t->cell[2][0])
		tsv_die(t, "a language is missing");
	same_slots(t, t->cell[1], t->cell[2]);
	same_slots(t, t->cell[2], t->cell[1]);
	for (i = 0; i < count; i++)
		if (strcmp(rows[i].id, t->cell[0]) == 0)
			tsv_die(t, "%s stands twice", t->cell[0]);
	rows[count].id = t->cell[0];
	rows[count].en = with_lines(t->cell[1]);
	rows[count++].ja = with_lines(t->cell[2]);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->id, ((const struct row *)b)->id);
}

static void write_ids(const char *folder)
{
	FILE *f = tsv_output(folder, "say_ids.h");
	size_t i;

	fputs("/* Made by mktext from data/text. */\n#ifndef MGI_SAY_IDS_H\n"
	      "#define MGI_SAY_IDS_H\ntypedef enum mgi_say_id {\n",
	      f);
	for (i = 0; i < count; i++) {
		fputs("\tMGI_SAY_", f);
		tsv_macro(f, rows[i].id);
		fprintf(f, " = %zu,\n", i);
	}
	fprintf(f, "\tMGI_SAY_COUNT = %zu\n} mgi_say_id;\n#endif\n", count);
	tsv_finish(f, "say_ids.h");
}

static void write_table(const char *folder)
{
	FILE *f = tsv_output(folder, "say_table.c");
	size_t i;

	fputs("/* Made by mktext from data/text; sorted by id. */\n"
	      "#include \"base/say_table.h\"\n\n"
	      "const mgi_say_row mgi_say_table[] = {\n",
	      f);
	for (i = 0; i < count; i++) {
		fputs("\t{ ", f);
		tsv_literal(f, rows[i].id);
		fputs(", { ", f);
		tsv_literal(f, rows[i].en);
		fputs(",\n\t    ", f);
		tsv_literal(f, rows[i].ja);
		fputs(" } },\n", f);
	}
	fputs("};\n", f);
	tsv_finish(f, "say_table.c");
}

int main(int argc, char **argv)
{
	static tsv tables[TSV_TABLES];
	int i;

	if (argc < 3 || argc > TSV_TABLES)
		return 2;
	for (i = 2; i < argc; i++) {
		tsv_open(&tables[i], argv[i], "id en ja");
		while (tsv_row(&tables[i]))
			read_row(&tables[i]);
	}
	qsort(rows, count, sizeof(rows[0]), by_id);
	write_ids(argv[1]);
	write_table(argv[1]);
	for (i = 2; i < argc; i++)
		tsv_close(&tables[i]);
	return 0;
}
