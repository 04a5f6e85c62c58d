/*
 * fuzz_endpoint.c - any text as a URL, any fields as an endpoint: what is
 * written parses to equal fields and is written the same again.
 *
 * Input: a URL; or an "=" with protocol, TLS mode and port as bytes, then host,
 * user, mechanism, address and path, one a line, an empty one for none.
 */
#include "base/cursor.h"
#include "base/text.h"

#include <mailguard/proto.h>

#include <stdlib.h>
#include <string.h>

enum { SIZE_MOST = 20000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool equal(const mailguard_endpoint *a, const mailguard_endpoint *b)
{
	bool http = a->protocol == MAILGUARD_PROTOCOL_HTTP;

	return same(a->host, b->host) && same(a->user, b->user) &&
	       same(a->address, b->address) &&
	       same(a->mechanism, b->mechanism) &&
	       same(http && !a->path ? "/" : a->path, b->path) &&
	       a->protocol == b->protocol && a->tls == b->tls &&
	       a->port == b->port;
}

static void there_and_back(const mailguard_endpoint *e, mailguard *mg)
{
	mailguard_buffer *first, *second;
	mailguard_endpoint *back;

	if (mailguard_buffer_new(&first, mg, NULL) < 0 ||
	    mailguard_buffer_new(&second, mg, NULL) < 0)
		abort();
	if (mailguard_endpoint_text(first, e, NULL) == MAILGUARD_OK) {
		const char *url = mailguard_buffer_text(first);

		if (mailguard_endpoint_parse(&back, mg, url, NULL) < 0 ||
		    !equal(e, back) ||
		    mailguard_endpoint_text(second, back, NULL) < 0 ||
		    strcmp(url, mailguard_buffer_text(second)) != 0)
			abort();
		mailguard_endpoint_free(back);
	} else if (mailguard_buffer_length(first)) {
		abort();
	}
	mailguard_buffer_free(first);
	mailguard_buffer_free(second);
}

/* The next line of `text`, closed by a NUL; NULL for an empty one. */
static const char *field(char **text)
{
	char *line = *text;
	char *end = strchr(line, '\n');

	if (end)
		*end = '\0';
	*text = end ? end + 1 : line + strlen(line);
	return *line ? line : NULL;
}

static void try_fields(char *text, const uint8_t *head, mailguard *mg)
{
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;

	e.protocol = head[1] & 7;
	e.tls = head[2] & 3;
	e.port = head[3];
	e.host = field(&text);
	e.user = field(&text);
	e.mechanism = field(&text);
	e.address = field(&text);
	e.path = field(&text);
	there_and_back(&e, mg);
}

static void try_url(const char *url, mailguard *mg)
{
	mailguard_endpoint *e;
	mailguard_error err;
	mailguard_status st = mailguard_endpoint_parse(&e, mg, url, &err);

	if (st < 0) {
		if (e || !err.code[0])
			abort();
		return;
	}
	there_and_back(e, mg);
	mailguard_endpoint_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard *mg;
	char *text;

	if (size > SIZE_MOST || mailguard_new(&mg, NULL, NULL) < 0)
		return 0;
	text = malloc(size + 1);
	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (size >= 4 && data[0] == '=')
		try_fields(text + 4, data, mg);
	else
		try_url(text, mg);
	free(text);
	mailguard_free(mg);
	return 0;
}
