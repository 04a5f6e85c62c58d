/*
 * check_file.c - what a file shows without its messages being read.
 */
#include "store/check.h"

#define TAIL 4096

/* Zero bytes at a file's end or beginning: a write that never arrived. */
void mgi_check_ends(mailguard_check *c, mgi_file *file)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_LOSS, 0,   0, 0, 0, NULL,
		                mgi_file_path(file),     NULL };
	uint64_t size = mgi_file_size(file), at;
	mailguard_span s;
	size_t n;

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
}

void mgi_check_file(mailguard_check *c, size_t i)
{
	mgi_file *file;

	/* A file of one message is looked at while it is open for that. */
	if (c->store->reader->next == mgi_files_next &&
	    c->opts.quick != MAILGUARD_CHECK_QUICK)
		return;
	if (mgi_file_open(&file, c->store->mg, c->store->files[i].path, NULL) <
	    0)
		return; /* the walk says it with its reason */
	mgi_check_ends(c, file);
	mgi_file_close(file);
}
