/*
 * fuzz_settings.c - any bytes as a client's settings or a profile: what is read
 * of them can be written, what is written can be read, and goes out again in
 * every format. The first byte chooses the reader, so each is reached.
 */
#include "profile/import.h"

#include "base/json.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const mgi_importer *const importers[] = {
	&mgi_import_outlook,     &mgi_import_prefs_js,
	&mgi_import_autoconfig,  &mgi_import_autodiscover,
	&mgi_import_oeaccount,   &mgi_import_mobileconfig,
	&mgi_import_iaf,         &mgi_import_prf,
	&mgi_import_becky,       &mgi_import_getmail,
	&mgi_import_offlineimap, &mgi_import_mbsync,
	&mgi_import_msmtp,       &mgi_import_mutt,
};

#define IMPORTERS (sizeof(importers) / sizeof(importers[0]))

static void check(mailguard *mg, const mailguard_profile *p)
{
	mailguard_profile_format f;
	mailguard_profile *again;
	mailguard_buffer out;

	mgi_buf_init(&out, mg);
	if (mailguard_profile_json(&out, p, NULL) < 0)
		__builtin_trap();
	if (mailguard_profile_parse(&again, mg, mgi_buf_span(&out), NULL,
	                            NULL) < 0)
		__builtin_trap();
	for (f = MAILGUARD_PROFILE_AUTOCONFIG; f <= MAILGUARD_PROFILE_SHEET;
	     f++) {
		const mailguard_account *a = mailguard_profile_account(p, 0);

		mgi_buf_cut(&out, 0);
		if (a && mailguard_profile_export(&out, p, f, a->id, NULL) < 0)
			__builtin_trap();
	}
	mailguard_profile_free(again);
	mgi_buf_done(&out);
}

static void read_as(mailguard *mg, const mgi_importer *by, mailguard_span text)
{
	mailguard_profile *p;

	if (mailguard_profile_new(&p, mg, NULL) < 0)
		return;
	if (by->read(p, text, "/x/y", "a@b.c", NULL) >= 0)
		check(mg, p);
	mailguard_profile_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mailguard_span text = mgi_span(data, n);
	mailguard_profile *p;
	mailguard *mg;
	size_t i;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	if (mailguard_profile_parse(&p, mg, text, NULL, NULL) >= 0)
		check(mg, p);
	mailguard_profile_free(p);
	for (i = 0; i < IMPORTERS; i++)
		if (importers[i]->sniff(text, "x"))
			read_as(mg, importers[i], text);
	if (n && data[0] < IMPORTERS)
		read_as(mg, importers[data[0]], mgi_span(data + 1, n - 1));
	mailguard_free(mg);
	return 0;
}
