#ifndef TSV_H
#define TSV_H
/*
 * tsv.h - read a table of data/ in a host tool: UTF-8, tabs between cells, a
 * header line that names the columns, '#' lines and empty lines skipped.
 *
 * A host tool that finds something wrong says where and exits with 1, so the
 * build stops at the row to mend.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TSV_COLUMNS = 16, TSV_TABLES = 64 };

typedef struct tsv {
	const char *path;
	char *text, *at;
	size_t line, columns;
	char *cell[TSV_COLUMNS];
} tsv;

static inline void tsv_die(const tsv *t, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%zu: ", t->path, t->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* Split the next line that is no comment into cells; 0 at the end. */
static inline size_t tsv_split(tsv *t)
{
	char *end;
	size_t n;

	do {
		if (!*t->at)
			return 0;
		t->line++;
		end = t->at + strcspn(t->at, "\n");
		t->cell[0] = t->at;
		t->at = *end ? end + 1 : end;
		*end = '\0';
	} while (t->cell[0][0] == '\0' || t->cell[0][0] == '#');

	for (n = 1; n < TSV_COLUMNS; n++) {
		char *tab = strchr(t->cell[n - 1], '\t');

		if (!tab)
			break;
		*tab = '\0';
		t->cell[n] = tab + 1;
	}
	return n;
}

/* Open a table whose header must be `header`, columns joined by spaces. */
static inline void tsv_open(tsv *t, const char *path, const char *header)
{
	FILE *f = fopen(path, "rb");
	size_t i, size;

	memset(t, 0, sizeof(*t));
	t->path = path;
	if (!f || fseek(f, 0, SEEK_END))
		tsv_die(t, "cannot be read");
	size = (size_t)ftell(f);
	rewind(f);
	t->text = malloc(size + 1);
	if (!t->text || fread(t->text, 1, size, f) != size)
		tsv_die(t, "cannot be read");
	fclose(f);
	t->text[size] = '\0';
	t->at = t->text;
	t->columns = tsv_split(t);
	for (i = 0; i < t->columns; i++) {
		size_t n = strcspn(header, " ");

		if (strlen(t->cell[i]) != n || memcmp(header, t->cell[i], n))
			tsv_die(t, "column %zu must be %.*s", i + 1, (int)n,
			        header);
		header += n + (header[n] == ' ');
	}
	if (*header || !t->columns)
		tsv_die(t, "columns are missing: %s", header);
}

/* The next row into t->cell; 0 at the end. */
static inline int tsv_row(tsv *t)
{
	size_t n = tsv_split(t);

	if (n && n != t->columns)
		tsv_die(t, "%zu cells instead of %zu", n, t->columns);
	return n != 0;
}

/* The cells of its rows stay valid until this. */
static inline void tsv_close(tsv *t)
{
	free(t->text);
}

/* A C string literal, bytes above ASCII as octal escapes. */
static inline void tsv_literal(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\' || c == '?')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* "file.un-readable" as "FILE_UN_READABLE". */
static inline void tsv_macro(FILE *out, const char *s)
{
	for (; *s; s++) {
		char c = *s;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			c = '_';
		fputc(c, out);
	}
}

/* `folder`/`name`, to be written. */
static inline FILE *tsv_output(const char *folder, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

/* A half-written table must not compile. */
static inline void tsv_finish(FILE *f, const char *name)
{
	if (ferror(f) || fclose(f)) {
		perror(name);
		exit(1);
	}
}

#endif
