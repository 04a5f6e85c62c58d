/*
 * eml.c - one message in a file of its own.
 */
#include "store/driver.h"

static int eml_sniff(const mgi_store_sight *sight)
{
	mailguard_span s = sight->head;
	size_t i;

	if (sight->is_folder)
		return 0;
	for (i = 0; i < s.len && i < 77 && s.data[i] != ':'; i++)
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f)
			return 0;
	if (i == 0 || i >= s.len || s.data[i] != ':')
		return 0;
	return mgi_span_find_nocase(s, "\nfrom:") >= 0 ||
	                       mgi_span_find_nocase(s, "\nsubject:") >= 0 ||
	                       mgi_span_find_nocase(s, "\ndate:") >= 0
	               ? 60
	               : 0;
}

static mailguard_status eml_open(mailguard_store *s, mailguard_error *err)
{
	mgi_store_file f = { s->path, "", 0 };

	(void)err;
	(void)mgi_store_file_add(s, &f);
	s->folders = 1;
	return MAILGUARD_OK;
}

const mgi_store_reader mgi_store_eml = {
	.name = "eml",
	.sniff = eml_sniff,
	.open = eml_open,
	.begin = mgi_files_begin,
	.next = mgi_files_next,
};
