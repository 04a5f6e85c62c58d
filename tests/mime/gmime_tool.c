/*
 * gmime_tool - what GMime sees in mails, as `mime_tool dump` tells it of ours.
 *
 *	gmime_tool FILE...   a JSON object a line
 */
#include "dump.h"

#include <gmime/gmime.h>
#include <inttypes.h>
#include <string.h>

static int parts;

static void list(const char *what, InternetAddressList *all)
{
	int i, n = all ? internet_address_list_length(all) : 0, first = 1;

	printf("\"%s\": [", what);
	for (i = 0; i < n; i++) {
		InternetAddress *a = internet_address_list_get_address(all, i);
		InternetAddressList *members;
		const char *name = internet_address_get_name(a);
		int k;

		if (INTERNET_ADDRESS_IS_MAILBOX(a)) {
			mailbox(name ? name : "",
			        internet_address_mailbox_get_addr(
					INTERNET_ADDRESS_MAILBOX(a)),
			        first);
			first = 0;
			continue;
		}
		members = internet_address_group_get_members(
			INTERNET_ADDRESS_GROUP(a));
		for (k = 0; k < internet_address_list_length(members); k++) {
			a = internet_address_list_get_address(members, k);
			if (!INTERNET_ADDRESS_IS_MAILBOX(a))
				continue;
			name = internet_address_get_name(a);
			mailbox(name ? name : "",
			        internet_address_mailbox_get_addr(
					INTERNET_ADDRESS_MAILBOX(a)),
			        first);
			first = 0;
		}
	}
	printf("], ");
}

static void content(GMimePart *part)
{
	GMimeStream *mem = g_mime_stream_mem_new();
	GMimeDataWrapper *data = g_mime_part_get_content(part);
	GByteArray *bytes;
	char *sum;

	if (data)
		(void)g_mime_data_wrapper_write_to_stream(data, mem);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data,
	                                  bytes->len);
	member("sha", sum);
	g_free(sum);
	g_object_unref(mem);
}

static void leaf(GMimePart *part)
{
	const char *name = g_mime_part_get_filename(part);
	char *text = NULL;

	member("name", name ? name : "");
	content(part);
	if (GMIME_IS_TEXT_PART(part))
		text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
	member("text", text ? text : "");
	g_free(text);
}

static void part(GMimeObject *o, int depth);

static void inside(GMimeObject *o, int depth)
{
	int i, n;

	if (GMIME_IS_MULTIPART(o)) {
		n = g_mime_multipart_get_count(GMIME_MULTIPART(o));
		for (i = 0; i < n; i++)
			part(g_mime_multipart_get_part(GMIME_MULTIPART(o), i),
			     depth + 1);
	} else if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *m =
			g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));

		if (m && g_mime_message_get_mime_part(m))
			part(g_mime_message_get_mime_part(m), depth + 1);
	}
}

static void part(GMimeObject *o, int depth)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	char *mime = g_mime_content_type_get_mime_type(type);
	char *lower = g_ascii_strdown(mime, -1);

	printf("%s{", parts++ ? ", " : "");
	member("type", lower);
	if (GMIME_IS_PART(o))
		leaf(GMIME_PART(o));
	printf("\"depth\": %d}", depth);
	g_free(lower);
	g_free(mime);
	inside(o, depth);
}

static void dump(const char *path)
{
	GMimeStream *file = g_mime_stream_fs_open(path, 0, 0, NULL);
	GMimeParser *parser = g_mime_parser_new_with_stream(file);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
	GDateTime *date = m ? g_mime_message_get_date(m) : NULL;
	const char *subject = m ? g_mime_message_get_subject(m) : NULL;

	printf("{");
	member("path", path);
	member("subject", subject ? subject : "");
	list("from", m ? g_mime_message_get_from(m) : NULL);
	list("to", m ? g_mime_message_get_to(m) : NULL);
	printf("\"date\": %" PRId64 ", \"parts\": [",
	       date ? (int64_t)g_date_time_to_unix(date) : 0);
	parts = 0;
	if (m && g_mime_message_get_mime_part(m))
		part(g_mime_message_get_mime_part(m), 0);
	printf("]}\n");
	if (m)
		g_object_unref(m);
	g_object_unref(parser);
	g_object_unref(file);
}

int main(int argc, char **argv)
{
	int i;

	g_mime_init();
	for (i = 1; i < argc; i++)
		dump(argv[i]);
	g_mime_shutdown();
	return 0;
}
