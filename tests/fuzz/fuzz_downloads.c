/*
 * fuzz_downloads.c - any bytes as a list of what was fetched by POP3: by its
 * first byte Outlook's or Thunderbird's. No entry is without a name.
 */
#include <stdlib.h>

#include "store/downloads.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const mailguard_download *one;
	mailguard_downloads *d;
	mailguard *mg;
	size_t i;

	if (!n || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	if (mgi_downloads_new(&d, mg, NULL) < 0)
		abort();
	if (data[0] == 'O')
		mgi_downloads_outlook(d, "", mgi_span(data + 1, n - 1));
	else
		mgi_downloads_popstate(d, mgi_span(data + 1, n - 1));
	for (i = 0; (one = mailguard_downloads_at(d, i)) != NULL; i++)
		if (!one->uid[0] || !one->state || !one->account || !one->host)
			abort();
	mailguard_downloads_free(d);
	mailguard_free(mg);
	return 0;
}
