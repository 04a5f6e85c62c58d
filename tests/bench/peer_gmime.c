/*
 * peer_gmime - what GMime makes of an mbox: every message parsed, and then
 * every part decoded. Built where GMime is there; see bench_store.c.
 *
 *	peer_gmime parse|decode FILE
 */
#include <gmime/gmime.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void part_decode(GMimeObject *parent, GMimeObject *part, gpointer none)
{
	GMimeDataWrapper *content;

	(void)parent;
	if (!GMIME_IS_PART(part))
		return;
	content = g_mime_part_get_content(GMIME_PART(part));
	if (content)
		(void)g_mime_data_wrapper_write_to_stream(content, none);
}

int main(int argc, char **argv)
{
	GMimeStream *stream, *nowhere;
	GMimeParser *parser;
	unsigned long count = 0;
	int fd, decode;

	if (argc != 3)
		return 2;
	decode = strcmp(argv[1], "decode") == 0;
	fd = open(argv[2], O_RDONLY);
	if (fd < 0)
		return 1;
	g_mime_init();
	stream = g_mime_stream_fs_new(fd);
	nowhere = g_mime_stream_null_new();
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_format(parser, GMIME_FORMAT_MBOX);
	while (!g_mime_parser_eos(parser)) {
		GMimeMessage *msg =
			g_mime_parser_construct_message(parser, NULL);

		if (!msg)
			continue;
		count++;
		if (decode)
			g_mime_message_foreach(msg, part_decode, nowhere);
		g_object_unref(msg);
	}
	g_object_unref(parser);
	g_object_unref(nowhere);
	g_object_unref(stream);
	printf("%lu\n", count);
	return 0;
}
