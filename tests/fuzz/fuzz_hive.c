/*
 * fuzz_hive.c - any bytes as a registry file: what is Outlook's of it is an
 * export that can be read, and reading ends.
 */
#define _GNU_SOURCE
#include "profile/import.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mailguard_profile *p = NULL;
	mailguard_buffer text;
	mailguard *mg;
	char path[32];
	int fd;

	fd = memfd_create("hive", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, n) != (ssize_t)n ||
	    mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	mgi_buf_init(&text, mg);
	if (mailguard_profile_new(&p, mg, NULL) >= 0 &&
	    mgi_hive_text(&text, p, path, NULL) >= 0)
		(void)mgi_import_outlook.read(p, mgi_buf_span(&text), path,
		                              NULL, NULL);
	mgi_buf_done(&text);
	mailguard_profile_free(p);
	mailguard_free(mg);
	close(fd);
	return 0;
}
