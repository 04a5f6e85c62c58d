#ifndef SCAN_EMIT_H
#define SCAN_EMIT_H
/*
 * scan_emit.h - write the tables of scan_build.h as C, for host tools.
 *
 * The tool compiles libmailguard/base/scan_build.c with itself (SOURCES of
 * mg_table), builds with scan_memory() and emits:
 *
 *	mgi_scan_memory memory = scan_memory();
 *	if (mgi_scan_build(&parts, &words, &memory, &bad) < 0) ...
 *	scan_emit(f, "mgi_phrase_scan", &parts);
 *
 * What is written is `const mgi_scan mgi_phrase_scan`; its header says
 * `extern`. The file it is written to must include "base/scan.h".
 */
#include "base/scan_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void *scan_resize(void *p, size_t n, void *payload)
{
	(void)payload;
	if (n > 0)
		return realloc(p, n);
	free(p);
	return NULL;
}

static inline mgi_scan_memory scan_memory(void)
{
	return (mgi_scan_memory){ scan_resize, NULL };
}

static inline void scan_emit(FILE *f, const char *name, const mgi_scan_parts *p)
{
	int32_t i;

	fprintf(f, "static const mgi_scan_slot %s_slots[] = {\n", name);
	for (i = 0; i < p->slot_count; i++)
		fprintf(f,
		        "{%" PRId32 ",%" PRId32 ",%" PRId32 ",%" PRId32 "},\n",
		        p->slots[i].base, p->slots[i].check, p->slots[i].fail,
		        p->slots[i].out);
	fprintf(f, "};\nstatic const mgi_scan_end %s_ends[] = {\n", name);
	for (i = 0; i < p->end_count; i++)
		fprintf(f, "{%" PRId32 ",%" PRId32 "},\n", p->ends[i].length,
		        p->ends[i].next);
	if (p->end_count == 0)
		fputs("{0,-1},\n", f);
	fprintf(f, "};\nstatic const uint8_t %s_classes[256] = {\n", name);
	for (i = 0; i < 256; i++)
		fprintf(f, "%d,%s", p->classes[i], i % 16 == 15 ? "\n" : "");
	fprintf(f,
	        "};\nconst mgi_scan %s = { %s_slots, %s_ends, %s_classes, "
	        "%" PRId32 ", %" PRId32 " };\n",
	        name, name, name, name, p->slot_count, p->end_count);
}

#endif
