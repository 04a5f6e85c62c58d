/*
 * check_file.c - what a file shows without its messages being read.
 */
#include "store/check.h"

#define TAIL 4096

/* Zero bytes at a file's end or beginning: a write that never arrived. */
static void ends_look(mailguard_check *c, const mgi_store_file *sf)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, sf->path, NULL
	};
	uint64_t size, at;
	mailguard_span s;
	mgi_file *file;
	size_t n;

	if (mgi_file_open(&file, c->store->mg, sf->path, NULL) < 0)
		return; /* the walk says it with its reason */
	size = mgi_file_size(file);
	(void)mgi_file_window(&s, file, 0, TAIL, NULL);
	for (n = 0; n < s.len && s.data[n] == '\0'; n++)
		;
	f.length = n;
	if (n >= 16)
		mgi_check_note(c, &f, MGI_SAY_STORE_ZERO_HEAD);
	at = size > TAIL ? size - TAIL : 0;
	(void)mgi_file_window(&s, file, at, TAIL, NULL);
	for (n = 0; n < s.len && s.data[s.len - n - 1] == '\0'; n++)
		;
	f.offset = at + s.len - n;
	f.length = n;
	if (n >= 16)
		mgi_check_note(c, &f, MGI_SAY_STORE_ZERO_TAIL);
	mgi_file_close(file);
}

void mgi_check_file(mailguard_check *c, size_t i)
{
	ends_look(c, &c->store->files[i]);
}
