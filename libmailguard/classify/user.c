/*
 * user.c - a user's own table becomes a set like the built-in one.
 *
 * It reads what tools/mkcodes.c and tools/mkphrases.c read, by the same
 * rules for a cell (row.h), but takes the columns in any order and says what
 * is wrong instead of stopping the build.
 */
#include "base/cursor.h"
#include "base/fail.h"
#include "classify/classifier.h"
#include "classify/row.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 16
#define PARTS_MAX 4 /* of one phrase */
#define CONFIDENCE_DEFAULT 90

typedef enum column {
	PHRASE,
	PHASE,
	REASON,
	CONFIDENCE,
	SOURCE,
	SPACE,
	CODE,
	SYMBOL,
	TEMPORARY,
	ALSO,
	EN,
	JA,
	ACTION_EN,
	ACTION_JA,
	KNOWN
} column;

static const char *const column_names[KNOWN] = {
	"phrase", "phase", "reason",    "confidence", "source",
	"space",  "code",  "symbol",    "temporary",  "also",
	"en",     "ja",    "action_en", "action_ja"
};

typedef struct table {
	mgi_arena *arena;
	mailguard *mg;
	mailguard_error *err;
	mgi_cursor in;
	uint64_t line;
	size_t columns, rows;
	int32_t at[KNOWN]; /* the cell of each known column, or -1 */
	mailguard_span cells[COLUMNS_MAX];
	mgi_set *set;
	mgi_code_row *codes;
	mgi_phrase_row *phrases;
	mgi_phrase_part *parts;
	mailguard_span *words;
} table;

/* The next line that is no comment, as cells; 0 at the end. */
static size_t next(table *t)
{
	mailguard_span line, rest;
	mgi_cursor c;
	size_t n = 0;

	do {
		if (!mgi_cursor_line(&line, &t->in))
			return 0;
		t->line++;
	} while (!line.len || line.data[0] == '#');

	c = mgi_cursor_of(line);
	while (n < COLUMNS_MAX && mgi_cursor_until(&rest, &c, '\t'))
		t->cells[n++] = rest;
	/* A tab at the very end leaves one more cell, which is empty. */
	if (n < COLUMNS_MAX && line.data[line.len - 1] == '\t')
		t->cells[n++] = mgi_span(NULL, 0);
	return n;
}

static mailguard_status head(table *t)
{
	size_t i, k;

	t->columns = next(t);
	for (k = 0; k < KNOWN; k++)
		t->at[k] = -1;
	for (i = 0; i < t->columns; i++)
		for (k = 0; k < KNOWN; k++)
			if (mgi_span_is(t->cells[i], column_names[k]))
				t->at[k] = (int32_t)i;
	if (t->at[REASON] >= 0 &&
	    (t->at[PHRASE] >= 0 || (t->at[SPACE] >= 0 && t->at[CODE] >= 0)))
		return MAILGUARD_OK;
	return mgi_fail(t->err, t->mg, MAILGUARD_EFORMAT,
	                MGI_SAY_TABLE_COLUMNS);
}

/* A cell as a string in the arena; "" where the column is not given. */
static const char *cell(table *t, column k)
{
	mailguard_span s;
	const char *copy;

	if (t->at[k] < 0)
		return "";
	s = t->cells[t->at[k]];
	copy = mgi_arena_strndup(t->arena, s.len ? (const void *)s.data : "",
	                         s.len);
	return copy ? copy : "";
}

static mailguard_status bad(table *t, column k)
{
	return mgi_fail(t->err, t->mg, MAILGUARD_EFORMAT, MGI_SAY_TABLE_VALUE,
	                "line", mgi_u64(t->line).text, "value", cell(t, k),
	                "column", column_names[k]);
}

static mailguard_status read_code(table *t)
{
	mgi_code_row *row = &t->codes[t->set->code_count];

	row->space = cell(t, SPACE);
	row->code = cell(t, CODE);
	row->symbol = cell(t, SYMBOL);
	row->meaning[0] = cell(t, EN);
	row->meaning[1] = cell(t, JA);
	row->action[0] = cell(t, ACTION_EN);
	row->action[1] = cell(t, ACTION_JA);
	row->source = cell(t, SOURCE);
	row->reason = mailguard_reason_find(cell(t, REASON));
	row->temporary = mgi_row_answer(cell(t, TEMPORARY));
	if (mgi_arena_failed(t->arena))
		return mgi_fail_nomem(t->err);
	if (!*row->space)
		return bad(t, SPACE);
	if (!*row->code)
		return bad(t, CODE);
	if (row->reason < 0)
		return bad(t, REASON);
	if (row->temporary < -1)
		return bad(t, TEMPORARY);
	if (!mgi_row_also(row->also, cell(t, ALSO)))
		return bad(t, ALSO);
	t->set->code_count++;
	return MAILGUARD_OK;
}

static const char *rule_of(table *t, const char *phrase)
{
	static const char head_text[] = "phrase/";
	size_t i, n = strlen(phrase);
	char *rule = mgi_arena_alloc(t->arena, sizeof(head_text) + n);

	if (!rule)
		return "";
	memcpy(rule, head_text, sizeof(head_text) - 1);
	memcpy(rule + sizeof(head_text) - 1, phrase, n);
	for (i = 0; rule[i]; i++)
		if (rule[i] == ' ')
			rule[i] = '-';
	return rule;
}

/* The phrase's parts behind those of the others; false if it is none. */
static bool split(table *t, const char *phrase)
{
	uint32_t first = t->set->part_count, n = first, i;
	const char *word, *at = phrase;
	size_t len;
	bool open;

	while (mgi_row_part(&word, &len, &open, &at)) {
		if (!len || n - first == PARTS_MAX)
			return false;
		t->words[n] = mgi_span(word, len);
		t->parts[n] = (mgi_phrase_part){
			.row = (int32_t)t->set->phrase_count,
			.index = (int16_t)(n - first),
			.open = open,
		};
		n++;
	}
	for (i = first; i < n; i++)
		t->parts[i].last = (int16_t)(n - first - 1);
	t->set->part_count = n;
	return n > first;
}

static mailguard_status read_phrase(table *t)
{
	mgi_phrase_row *row = &t->phrases[t->set->phrase_count];
	bool given = t->at[CONFIDENCE] >= 0 && *cell(t, CONFIDENCE);

	row->phrase = cell(t, PHRASE);
	row->rule = rule_of(t, row->phrase);
	row->source = cell(t, SOURCE);
	row->reason = mailguard_reason_find(cell(t, REASON));
	row->phase = mgi_row_phase(cell(t, PHASE));
	row->confidence = given ? mgi_row_percent(cell(t, CONFIDENCE))
	                        : CONFIDENCE_DEFAULT;
	if (mgi_arena_failed(t->arena))
		return mgi_fail_nomem(t->err);
	if (row->reason < 0)
		return bad(t, REASON);
	if (row->phase < 0)
		return bad(t, PHASE);
	if (!row->confidence)
		return bad(t, CONFIDENCE);
	if (!split(t, row->phrase))
		return bad(t, PHRASE);
	t->set->phrase_count++;
	return MAILGUARD_OK;
}

static int by_code(const void *a, const void *b)
{
	const mgi_code_row *x = a, *y = b;
	int d = mgi_row_compare(x->code, strlen(x->code), y->code,
	                        strlen(y->code));

	return d ? d : strcmp(x->space, y->space);
}

/* A set is small: its few symbols are put in order one by one. */
static void sort(table *t)
{
	uint32_t *symbols = mgi_arena_array(t->arena, t->set->code_count + 1,
	                                    sizeof(*symbols));
	uint32_t i, k, n = 0;

	if (t->set->code_count)
		qsort(t->codes, t->set->code_count, sizeof(*t->codes), by_code);
	for (i = 0; symbols && i < t->set->code_count; i++) {
		const char *s = t->codes[i].symbol;

		if (!*s)
			continue;
		for (k = n++; k > 0; k--) {
			const char *o = t->codes[symbols[k - 1]].symbol;

			if (mgi_row_compare(o, strlen(o), s, strlen(s)) <= 0)
				break;
			symbols[k] = symbols[k - 1];
		}
		symbols[k] = i;
	}
	t->set->symbols = symbols;
	t->set->symbol_count = n;
	t->set->codes = t->codes;
}

static bool reserve(table *t, size_t rows)
{
	if (t->at[PHRASE] < 0) {
		t->codes = mgi_arena_array(t->arena, rows, sizeof(*t->codes));
		return t->codes != NULL;
	}
	t->phrases = mgi_arena_array(t->arena, rows, sizeof(*t->phrases));
	t->parts =
		mgi_arena_array(t->arena, rows * PARTS_MAX, sizeof(*t->parts));
	t->words =
		mgi_arena_array(t->arena, rows * PARTS_MAX, sizeof(*t->words));
	t->set->phrases = t->phrases;
	t->set->parts = t->parts;
	return !mgi_arena_failed(t->arena);
}

static mailguard_status rows(table *t)
{
	mailguard_status st = MAILGUARD_OK;
	size_t n;

	while (st == MAILGUARD_OK && (n = next(t)) > 0) {
		if (n != t->columns)
			return mgi_fail(t->err, t->mg, MAILGUARD_EFORMAT,
			                MGI_SAY_TABLE_CELLS, "line",
			                mgi_u64(t->line).text, "cells",
			                mgi_u64(n).text, "columns",
			                mgi_u64(t->columns).text);
		st = t->phrases ? read_phrase(t) : read_code(t);
	}
	return st;
}

mailguard_status mgi_set_parse(mgi_set *out,
                               mgi_arena *a,
                               mailguard_span tsv,
                               mailguard_error *err)
{
	table t = { .arena = a,
		    .mg = mgi_arena_handle(a),
		    .err = err,
		    .in = mgi_cursor_of(tsv),
		    .set = out };
	mgi_scan_words words;
	mailguard_status st;
	size_t i, lines = 1;

	st = head(&t);
	if (st < 0)
		return st;
	for (i = 0; i < tsv.len; i++)
		lines += tsv.data[i] == '\n';
	if (!reserve(&t, lines))
		return mgi_fail_nomem(err);
	st = rows(&t);
	if (st < 0)
		return st;
	sort(&t);
	if (mgi_arena_failed(a))
		return mgi_fail_nomem(err);
	words = (mgi_scan_words){ t.words, out->part_count, false };
	return mgi_scan_make(&out->scan, a, &words, err);
}
