/*
 * list - every message of a mail store.
 *
 *	$ mailguard list old.mbox
 *	    1  2026-01-13 09:00  Ann <ann@example.org>      Invoice
 *
 * Exits 0 if all could be read, 2 if not.
 */
#include "examples.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static void date_print(mailguard_time at)
{
	time_t seconds = (time_t)(at / 1000000);
	char text[32] = "----------------";
	struct tm tm;

	if (at && localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	printf("%s", text);
}

static int item_print(ex_call *call,
                      mailguard_walk *walk,
                      const mailguard_item *item,
                      mailguard_buffer *buf)
{
	mailguard_message *msg;
	mailguard_error err;
	int rc = EX_FINE;

	if (mailguard_walk_message(&msg, walk, &err) < 0)
		return ex_fail(call, &err);
	if (call->format == EX_TEXT) {
		printf("%5" PRIu64 "  ", item->index);
		date_print(mailguard_message_date(msg));
		printf("  %-32.32s  %s\n", mailguard_message_from(msg),
		       mailguard_message_subject(msg));
	} else {
		mailguard_buffer_clear(buf);
		if (mailguard_walk_json(buf, walk, msg, &err) < 0)
			rc = ex_fail(call, &err);
		else
			ex_print(buf);
	}
	mailguard_message_free(msg);
	return rc;
}

/* One message that cannot be read is told; the walk goes on behind it. */
static int walk_print(ex_call *call,
                      mailguard_walk *walk,
                      mailguard_buffer *buf)
{
	const mailguard_item *item;
	mailguard_status st;
	mailguard_error err;
	int rc = EX_FINE;

	while ((st = mailguard_walk_next(&item, walk, &err)) !=
	       MAILGUARD_ITEROVER) {
		if (st == MAILGUARD_OK) {
			if (item_print(call, walk, item, buf) != EX_FINE)
				rc = EX_CANNOT_TELL;
			continue;
		}
		rc = ex_fail(call, &err);
		if (st != MAILGUARD_EIO)
			break;
	}
	return rc;
}

int ex_list(ex_call *call)
{
	mailguard_store *store = NULL;
	mailguard_walk *walk = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	int rc;

	if (call->argc != 1)
		return ex_usage(call);
	if (mailguard_store_open(&store, call->mg, call->argv[0], &err) < 0 ||
	    mailguard_store_walk(&walk, store, NULL, &err) < 0 ||
	    mailguard_buffer_new(&buf, call->mg, &err) < 0)
		rc = ex_fail(call, &err);
	else
		rc = walk_print(call, walk, buf);
	mailguard_buffer_free(buf);
	mailguard_walk_free(walk);
	mailguard_store_free(store);
	return rc;
}
