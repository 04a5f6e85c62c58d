/*
 * fuzz_settings.c - any text as a client's settings or a profile: what is read
 * of it can be written, and what is written can be read.
 */
#include "profile/import.h"

#include "base/json.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const mgi_importer *const importers[] = {
	&mgi_import_outlook,
	&mgi_import_prefs_js,
	&mgi_import_autoconfig,
};

static void check(mailguard *mg, const mailguard_profile *p)
{
	mailguard_buffer out;

	mgi_buf_init(&out, mg);
	if (mailguard_profile_json(&out, p, NULL) < 0)
		__builtin_trap();
	mgi_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mailguard_profile *p;
	mailguard *mg;
	size_t i;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	if (mailguard_profile_parse(&p, mg, mgi_span(data, n), NULL, NULL) >= 0)
		check(mg, p);
	mailguard_profile_free(p);
	for (i = 0; i < sizeof(importers) / sizeof(importers[0]); i++) {
		if (!importers[i]->sniff(mgi_span(data, n), "x") ||
		    mailguard_profile_new(&p, mg, NULL) < 0)
			continue;
		(void)importers[i]->read(p, mgi_span(data, n), "/x/y", "a@b.c",
		                         NULL);
		check(mg, p);
		mailguard_profile_free(p);
	}
	mailguard_free(mg);
	return 0;
}
