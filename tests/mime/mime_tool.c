/*
 * mime_tool - the room by hand, for the tests in Python.
 *
 *	mime_tool dump FILE...   a JSON object a line: what is in each mail
 *	mime_tool write          a mail of the lines of stdin, to stdout:
 *	                         command TAB arguments; a text has \n for line
 *	                         ends, \t for tabs, \\ for backslashes
 */

#include "dump.h"

#include <mailguard/mime.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static mailguard *mg;

static void must(mailguard_status st, const mailguard_error *err)
{
	if (st >= 0)
		return;
	fprintf(stderr, "%s\n", err->code);
	exit(1);
}

static void sum(mailguard_message *m, int32_t number)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[MGI_SHA256_BYTES];
	char hex[2 * sizeof(hash) + 1];
	mailguard_source *source;
	mailguard_stream *stream;
	mailguard_error err;
	mailguard_span s;
	mgi_hash *h;
	size_t i;

	must(mgi_hash_new(&h, mg, &err), &err);
	must(mailguard_message_part_source(&source, m, number, &err), &err);
	must(mailguard_source_open(&stream, source, &err), &err);
	while (mailguard_stream_next(&s, stream, &err) == MAILGUARD_OK)
		mgi_hash_add(h, s);
	must(mgi_hash_done(hash, h, &err), &err);
	for (i = 0; i < sizeof(hash); i++) {
		hex[2 * i] = digits[hash[i] >> 4];
		hex[2 * i + 1] = digits[hash[i] & 15];
	}
	hex[2 * i] = '\0';
	member("sha", hex);
	mgi_hash_free(h);
	mailguard_stream_free(stream);
	mailguard_source_free(source);
}

static void dump_part(mailguard_message *m, const mailguard_part *part)
{
	uint32_t inner = MAILGUARD_PART_MULTIPART | MAILGUARD_PART_MESSAGE;
	const mailguard_part *parent;
	mailguard_buffer *text;
	mailguard_error err;

	printf("%s{\"depth\": %d, ", part->number ? ", " : "", part->depth);
	member("charset", part->charset);
	member("read_as", part->read_as);
	parent = mailguard_message_part(m, (size_t)part->parent);
	printf("\"in_text\": %d, ",
	       parent && parent->flags & MAILGUARD_PART_TEXT ? 1 : 0);
	if (!(part->flags & inner)) {
		member("name", part->name);
		sum(m, part->number);
	}
	if (part->flags & MAILGUARD_PART_TEXT) {
		must(mailguard_buffer_new(&text, mg, &err), &err);
		must(mailguard_message_part_text(text, m, part->number, &err),
		     &err);
		printf("\"text\": ");
		json_bytes(mailguard_buffer_text(text),
		           mailguard_buffer_length(text));
		printf(", ");
		mailguard_buffer_free(text);
	}
	printf("\"type\": ");
	json_string(part->type);
	printf("}");
}

static void dump_addresses(const mailguard_message *m, const char *name)
{
	const mailguard_header *h = mailguard_message_field(m, name);
	mailguard_address_walk *walk;
	const mailguard_address *a;
	mailguard_error err;
	int first = 1;

	printf("\"%s\": [", name);
	if (h) {
		must(mailguard_address_walk_new(&walk, mg, h->value, &err),
		     &err);
		while (mailguard_address_walk_next(&a, walk, &err) ==
		       MAILGUARD_OK) {
			if (a->name[0] || a->address[0])
				mailbox(a->name, a->address, first);
			first = first && !a->name[0] && !a->address[0];
		}
		mailguard_address_walk_free(walk);
	}
	printf("], ");
}

static void dump_damage(const mailguard_message *m)
{
	const mailguard_damage *d;
	size_t i;

	printf("\"damages\": [");
	for (i = 0; (d = mailguard_message_damage(m, i)) != NULL; i++)
		printf("%s\"%s@%" PRIu64 "\"", i ? ", " : "",
		       mailguard_damage_name(d->kind), d->offset);
	printf("], ");
}

static void dump(const char *path)
{
	char digest[MAILGUARD_DIGEST_SIZE];
	const mailguard_part *part;
	mailguard_source *source;
	mailguard_message *m;
	mailguard_error err;
	size_t i;

	must(mailguard_source_file(&source, mg, path, &err), &err);
	must(mailguard_message_parse(&m, mg, source, &err), &err);
	must(mailguard_message_digest(digest, m, &err), &err);
	printf("{");
	member("path", path);
	for (i = 0; mailguard_message_header(m, i);)
		i++;
	printf("\"headers\": %zu, ", i);
	member("subject", mailguard_message_subject(m));
	member("id", mailguard_message_id(m));
	member("digest", digest);
	dump_addresses(m, "from");
	dump_addresses(m, "to");
	dump_damage(m);
	printf("\"date\": %" PRId64 ", \"parts\": [",
	       mailguard_message_date(m) / 1000000);
	for (i = 0; (part = mailguard_message_part(m, i)) != NULL; i++)
		dump_part(m, part);
	printf("], \"attachments\": [");
	for (i = 0; (part = mailguard_message_attachment(m, i)) != NULL; i++)
		printf("%s%d", i ? ", " : "", part->number);
	printf("]}\n");
	mailguard_message_free(m);
	mailguard_source_free(source);
}

/* \n, \t and \\ become what they mean. */
static size_t unescape(char *s)
{
	char *to = s, *at = s;

	for (; *at; at++) {
		if (*at == '\\' && at[1])
			*to++ = *++at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
		else
			*to++ = *at;
	}
	*to = '\0';
	return (size_t)(to - s);
}

static char *field(char **rest)
{
	char *s = *rest, *tab = strchr(s, '\t');

	*rest = tab ? tab + 1 : s + strlen(s);
	if (tab)
		*tab = '\0';
	(void)unescape(s);
	return s;
}

static void attach(mailguard_draft *d, const char *name, const char *path)
{
	mailguard_source *source;
	mailguard_error err;

	must(mailguard_source_file(&source, mg, path, &err), &err);
	must(mailguard_draft_attach(d, name, NULL, source, &err), &err);
	mailguard_source_free(source);
}

static void obey(mailguard_draft *d, char *line)
{
	char *rest = line, *what = field(&rest), *a = field(&rest), *b, *c;
	mailguard_error err;
	mailguard_span s;

	b = field(&rest);
	c = field(&rest);
	if (strcmp(what, "header") == 0) {
		must(mailguard_draft_header(d, a, b, &err), &err);
	} else if (strcmp(what, "field") == 0) {
		must(mailguard_draft_field(d, a, b, &err), &err);
	} else if (strcmp(what, "address") == 0) {
		must(mailguard_draft_address(d, a, b, c, &err), &err);
	} else if (strcmp(what, "date") == 0) {
		must(mailguard_draft_date(d, strtoll(a, NULL, 10) * 1000000,
		                          (int32_t)strtol(b, NULL, 10), &err),
		     &err);
	} else if (strcmp(what, "attach") == 0) {
		attach(d, a, b);
	} else {
		s.data = (unsigned char *)a;
		s.len = strlen(a);
		must(mailguard_draft_text(d, s, &err), &err);
	}
}

static void write_one(const char *charset)
{
	static char line[1 << 20];
	mailguard_draft_options opts = MAILGUARD_DRAFT_OPTIONS_INIT;
	const mailguard_misfit *m;
	mailguard_buffer *out;
	mailguard_draft *d;
	mailguard_error err;
	mailguard_status st;
	size_t i;

	opts.charset = charset;
	must(mailguard_draft_new(&d, mg, &opts, &err), &err);
	must(mailguard_buffer_new(&out, mg, &err), &err);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		obey(d, line);
	}
	st = mailguard_draft_write(out, d, &err);
	for (i = 0; (m = mailguard_draft_misfit(d, i)) != NULL; i++)
		fprintf(stderr, "U+%04X %s %" PRIu64 "\n", m->c, m->where,
		        m->offset);
	must(st, &err);
	fwrite(mailguard_buffer_text(out), 1, mailguard_buffer_length(out),
	       stdout);
	mailguard_buffer_free(out);
	mailguard_draft_free(d);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2 || mailguard_new(&mg, NULL, NULL) < 0)
		return 2;
	if (strcmp(argv[1], "write") == 0)
		write_one(argc > 2 ? argv[2] : NULL);
	else
		for (i = 2; i < argc; i++)
			dump(argv[i]);
	mailguard_free(mg);
	return 0;
}
