/*
 * mkphrases - data/reasons.tsv and data/phrases.tsv into phrases_table.c: the
 * rows, the parts between their gaps, and the automaton that finds these.
 */
#include "classify/row.h"
#include "reason_names.h"
#include "scan_emit.h"

enum { MAX_ROWS = 16384, MAX_PARTS = 32768, MAX_GAPS = 4 };

static struct row {
	const char *phrase, *source;
	int reason, phase, confidence;
} rows[MAX_ROWS];
static struct part {
	size_t row;
	int index, last;
	int open;
} parts[MAX_PARTS];
static mailguard_span words[MAX_PARTS];
static size_t count, part_count;
static reason_names names;

static void split(const tsv *t, const char *phrase)
{
	const char *at = phrase, *word;
	size_t n, first = part_count;
	bool open;

	while (mgi_row_part(&word, &n, &open, &at)) {
		if (part_count == MAX_PARTS || part_count - first == MAX_GAPS)
			tsv_die(t, "too many parts");
		if (n == 0)
			tsv_die(t, "\"%s\" has an empty part", phrase);
		words[part_count].data = (const unsigned char *)word;
		words[part_count].len = n;
		parts[part_count].row = count;
		parts[part_count].index = (int)(part_count - first);
		parts[part_count++].open = open;
	}
	for (n = first; n < part_count; n++)
		parts[n].last = (int)(part_count - first - 1);
}

static void read_row(const tsv *t)
{
	struct row *r = &rows[count];
	const char *p;

	if (count == MAX_ROWS)
		tsv_die(t, "too many phrases");
	r->phrase = t->cell[0];
	r->phase = mgi_row_phase(t->cell[1]);
	r->reason = reason_number(&names, t, t->cell[2]);
	r->confidence = mgi_row_percent(t->cell[3]);
	r->source = t->cell[5];
	if (r->phase < 0 || !r->confidence)
		tsv_die(t, "phase or confidence is not one");
	for (p = r->phrase; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			tsv_die(t, "write phrases in small letters");
	split(t, r->phrase);
	count++;
}

static void write_rule(FILE *f, const char *phrase)
{
	char rule[512];
	size_t i;

	snprintf(rule, sizeof(rule), "phrase/%s", phrase);
	for (i = 0; rule[i]; i++)
		if (rule[i] == ' ')
			rule[i] = '-';
	tsv_literal(f, rule);
}

static void write_rows(FILE *f)
{
	size_t i;

	fputs("const mgi_phrase_row mgi_phrases[] = {\n", f);
	for (i = 0; i < count; i++) {
		fputs("\t{ ", f);
		tsv_literal(f, rows[i].phrase);
		fputs(",\n\t  ", f);
		write_rule(f, rows[i].phrase);
		fputs(",\n\t  ", f);
		tsv_literal(f, rows[i].source);
		fprintf(f, ", %d, %d, %d, 0 },\n", rows[i].reason,
		        rows[i].phase, rows[i].confidence);
	}
	fprintf(f, "};\nconst uint32_t mgi_phrase_count = %zu;\n", count);
	fputs("const mgi_phrase_part mgi_phrase_parts[] = {\n", f);
	for (i = 0; i < part_count; i++)
		fprintf(f, "\t{ %zu, %d, %d, %d },\n", parts[i].row,
		        parts[i].index, parts[i].last, parts[i].open);
	fprintf(f, "};\nconst uint32_t mgi_phrase_part_count = %zu;\n",
	        part_count);
}

static void write_table(const char *folder)
{
	mgi_scan_words scanned = { words, part_count, false };
	mgi_scan_memory memory = scan_memory();
	FILE *f = tsv_output(folder, "phrases_table.c");
	mgi_scan_parts built;
	size_t bad;

	fputs("/* Made by mkphrases from data/phrases.tsv. */\n"
	      "#include \"classify/table.h\"\n\n",
	      f);
	write_rows(f);
	if (mgi_scan_build(&built, &scanned, &memory, &bad) < 0) {
		fputs("mkphrases: the automaton cannot be built\n", stderr);
		exit(1);
	}
	scan_emit(f, "mgi_phrase_scan", &built);
	mgi_scan_parts_free(&built, &memory);
	tsv_finish(f, "phrases_table.c");
}

int main(int argc, char **argv)
{
	tsv t;

	if (argc != 4)
		return 2;
	reason_names_read(&names, argv[2]);
	tsv_open(&t, argv[3],
	         "phrase phase reason confidence lang source checked");
	while (tsv_row(&t))
		read_row(&t);
	write_table(argv[1]);
	tsv_close(&t);
	tsv_close(&names.t);
	return 0;
}
