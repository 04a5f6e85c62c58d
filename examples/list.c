/*
 * list - every message of a mail store.
 *
 *	$ mailguard list old.mbox
 *	    1  2026-01-13 09:00  Ann <ann@example.org>      Invoice
 *
 *	$ mailguard list --downloads outlook.pst
 *	2026-01-13 09:00  fetched    ann@example.org  4a1b-77
 *
 *	$ mailguard list --properties outlook.pst
 *	    1  item           0037001f  Invoice
 *
 * Exits 0 if all could be read, 2 if not; 1 if a list of downloads is torn.
 */
#include "examples.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

/* `as_told`: it is of no zone. */
static void date_print(mailguard_time at, bool as_told)
{
	time_t seconds = (time_t)(at / 1000000);
	char text[32] = "----------------";
	struct tm tm;

	if (at &&
	    (as_told ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm)))
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
		date_print(mailguard_message_date(msg), false);
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

/* -- properties of Outlook's items ----------------------------------------- */

static void property_name_print(const mailguard_property *one)
{
	static const char *const of[] = { "", "item", "recipient",
		                          "attachment" };

	printf("  %s", of[one->of]);
	if (one->which)
		printf(" %" PRIu32, one->which);
	printf("  %08" PRIx32, one->tag);
	if (one->set && one->name)
		printf(" %s %s", one->set, one->name);
	else if (one->set)
		printf(" %s %04" PRIx32, one->set, one->lid);
	if (one->elements > 1)
		printf(" [%" PRIu32 "]", one->element);
}

static void property_value_print(const mailguard_property *one)
{
	switch (one->kind) {
	case MAILGUARD_PROPERTY_NUMBER:
		printf("  %" PRId64, one->number);
		break;
	case MAILGUARD_PROPERTY_REAL:
		printf("  %g", one->real);
		break;
	case MAILGUARD_PROPERTY_TIME:
		printf("  ");
		date_print(one->number, false);
		break;
	case MAILGUARD_PROPERTY_TEXT:
	case MAILGUARD_PROPERTY_GUID:
		printf("  %.*s",
		       one->bytes.len < 200 ? (int)one->bytes.len : 200,
		       (const char *)one->bytes.data);
		break;
	default:
		printf("  (%" PRIu64 ")", one->size);
	}
	printf("%s\n", one->torn ? "  ?" : "");
}

static int property_print(ex_call *call,
                          const mailguard_item *item,
                          const mailguard_property *one,
                          mailguard_buffer *buf)
{
	mailguard_error err;

	if (call->format == EX_TEXT) {
		printf("%5" PRIu64, item->index);
		property_name_print(one);
		property_value_print(one);
		return EX_FINE;
	}
	mailguard_buffer_clear(buf);
	if (mailguard_properties_json(buf, one, &err) < 0)
		return ex_fail(call, &err);
	printf("{\"message\":%" PRIu64 ",", item->index);
	printf("%s\n", mailguard_buffer_text(buf) + 1);
	return EX_FINE;
}

static int properties_print(ex_call *call,
                            mailguard_walk *walk,
                            const mailguard_item *item,
                            mailguard_buffer *buf)
{
	const mailguard_property *one;
	mailguard_properties *p;
	mailguard_status st;
	mailguard_error err;
	int rc = EX_FINE;

	if (mailguard_walk_properties(&p, walk, &err) < 0)
		return ex_fail(call, &err);
	while (rc == EX_FINE && (st = mailguard_properties_next(
					 &one, p, &err)) != MAILGUARD_ITEROVER)
		rc = st < 0 ? ex_fail(call, &err)
		            : property_print(call, item, one, buf);
	mailguard_properties_free(p);
	return rc;
}

typedef int (*item_fn)(ex_call *call,
                       mailguard_walk *walk,
                       const mailguard_item *item,
                       mailguard_buffer *buf);

/* One message that cannot be read is told; the walk goes on behind it. */
static int walk_print(ex_call *call,
                      mailguard_walk *walk,
                      item_fn print,
                      mailguard_buffer *buf)
{
	const mailguard_item *item;
	mailguard_status st;
	mailguard_error err;
	int rc = EX_FINE;

	while ((st = mailguard_walk_next(&item, walk, &err)) !=
	       MAILGUARD_ITEROVER) {
		if (st == MAILGUARD_OK) {
			if (print(call, walk, item, buf) != EX_FINE)
				rc = EX_CANNOT_TELL;
			continue;
		}
		rc = ex_fail(call, &err);
		if (st != MAILGUARD_EIO)
			break;
	}
	return rc;
}

/* -- what was fetched by POP3 ---------------------------------------------- */

static int download_print(ex_call *call,
                          const mailguard_download *one,
                          mailguard_buffer *buf)
{
	mailguard_error err;

	if (call->format == EX_TEXT) {
		date_print(one->time, !one->host[0]);
		printf("  %-9s  %s%s%s  %s\n",
		       mailguard_downloads_state_name(one->state), one->account,
		       one->host[0] ? "@" : "", one->host, one->uid);
		return EX_FINE;
	}
	mailguard_buffer_clear(buf);
	if (mailguard_downloads_json(buf, one, &err) < 0)
		return ex_fail(call, &err);
	ex_print(buf);
	return EX_FINE;
}

static int torn_tell(ex_call *call, uint64_t torn)
{
	if (!torn)
		return EX_FINE;
	fprintf(stderr,
	        call->japanese ? "%s: %s: 読み取れない項目が %" PRIu64
	                         " 件あります\n"
	                       : "%s: %s: %" PRIu64 " entries cannot be read\n",
	        call->verb, call->argv[0], torn);
	return EX_TROUBLE;
}

static int downloads_print(ex_call *call)
{
	const mailguard_download *one;
	mailguard_downloads *list;
	mailguard_buffer *buf;
	mailguard_error err;
	int rc = EX_FINE;
	size_t i;

	if (mailguard_downloads_read(&list, call->mg, call->argv[0], &err) < 0)
		return ex_fail(call, &err);
	if (mailguard_buffer_new(&buf, call->mg, &err) < 0)
		rc = ex_fail(call, &err);
	for (i = 0; rc == EX_FINE && (one = mailguard_downloads_at(list, i));
	     i++)
		rc = download_print(call, one, buf);
	if (rc == EX_FINE)
		rc = torn_tell(call, mailguard_downloads_torn(list));
	mailguard_buffer_free(buf);
	mailguard_downloads_free(list);
	return rc;
}

typedef struct list_options {
	bool downloads, properties;
} list_options;

const ex_opt ex_list_options[] = {
	{ "--downloads", NULL,
	  "what the mail program remembers of mail fetched by POP3",
	  "POP3 で受信済みとしてメールソフトが記録した一覧を示します",
	  offsetof(list_options, downloads), NULL },
	{ "--properties", NULL,
	  "every property of Outlook's items, recipients and attachments",
	  "Outlook の項目・宛先・添付ファイルのプロパティをすべて示します",
	  offsetof(list_options, properties), NULL },
	EX_OPT_END,
};

int ex_list(ex_call *call)
{
	list_options opts = { false, false };
	mailguard_store *store = NULL;
	mailguard_walk *walk = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	int rc = ex_options_read(call, ex_list_options, &opts);

	if (rc != EX_FINE)
		return rc;
	if (call->argc != 1)
		return ex_usage(call);
	if (opts.downloads)
		return downloads_print(call);
	if (mailguard_store_open(&store, call->mg, call->argv[0], &err) < 0 ||
	    mailguard_store_walk(&walk, store, NULL, &err) < 0 ||
	    mailguard_buffer_new(&buf, call->mg, &err) < 0)
		rc = ex_fail(call, &err);
	else
		rc = walk_print(call, walk,
		                opts.properties ? properties_print : item_print,
		                buf);
	mailguard_buffer_free(buf);
	mailguard_walk_free(walk);
	mailguard_store_free(store);
	return rc;
}
