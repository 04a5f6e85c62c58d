/*
 * drain.c - the one loop over a source.
 */
#include "store/drain.h"

mailguard_status mgi_drain(mailguard_source *src,
                           void (*put)(void *to, mailguard_span bytes),
                           void *to,
                           mailguard_error *err)
{
	mailguard_stream *stream;
	mailguard_status st;
	mailguard_span s;

	st = mailguard_source_open(&stream, src, err);
	if (st < 0)
		return st;
	while ((st = mailguard_stream_next(&s, stream, err)) == MAILGUARD_OK)
		put(to, s);
	mailguard_stream_free(stream);
	return st < 0 ? st : MAILGUARD_OK;
}
