/*
 * head.c - the header of a mail: the one it came with, and from properties
 * what that lacks. A mail that never left (sent, drafted) came with none.
 */
#include "store/mapi/plan.h"

#include <string.h>

#include "base/base64.h"
#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"
#include "mime/date.h"
#include "store/mapi/tags.h"
#include "store/mapi/who.h"

/* What the header that was kept has, so that it is not made again. */
enum {
	HAS_FROM = 1,
	HAS_TO = 2, /* To, Cc or Bcc */
	HAS_SUBJECT = 4,
	HAS_DATE = 8,
	HAS_ID = 16,
	HAS_REFERENCES = 32,
	HAS_ANY = 128
};

static const struct {
	const char *name;
	unsigned bit;
} known[] = {
	{ "From", HAS_FROM },
	{ "To", HAS_TO },
	{ "Cc", HAS_TO },
	{ "Bcc", HAS_TO },
	{ "Subject", HAS_SUBJECT },
	{ "Date", HAS_DATE },
	{ "Message-ID", HAS_ID },
	{ "References", HAS_REFERENCES },
	{ "In-Reply-To", HAS_REFERENCES },
	{ "Received", 0 },
};

/* -- the header it came with ----------------------------------------------- */

/* The name of a field; empty if the line is none. */
static mailguard_span name_of(mailguard_span line)
{
	size_t i = 0;

	while (i < line.len && line.data[i] > ' ' && line.data[i] < 0x7f &&
	       line.data[i] != ':')
		i++;
	if (!i || i == line.len || line.data[i] != ':')
		return mgi_span(NULL, 0);
	return mgi_span_head(line, i);
}

/* MIME's own fields told of parts that are made anew. */
static bool is_mimes(mailguard_span name)
{
	return mgi_span_starts_nocase(name, "Content-") ||
	       mgi_span_is_nocase(name, "MIME-Version");
}

static unsigned bit_of(mailguard_span name)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (mgi_span_is_nocase(name, known[i].name))
			return known[i].bit | HAS_ANY;
	return 0;
}

/* Without what would end the header here, or for another reader. */
static void line_put(mailguard_buffer *out, mailguard_span line)
{
	size_t i;

	if (!mgi_span_trim(line).len)
		return;
	for (i = 0; i < line.len; i++)
		if (line.data[i] != '\r' && line.data[i])
			mgi_buf_putc(out, (char)line.data[i]);
	mgi_buf_putc(out, '\n');
}

/*
 * Up to the blank line: what some write behind it are the headers of parts.
 * Lines that are no field are left out ("Microsoft Mail Internet Headers
 * Version 2.0").
 */
static unsigned kept_put(mailguard_buffer *out, mailguard_span text)
{
	mgi_cursor c = mgi_cursor_of(text);
	mailguard_span line, name;
	unsigned has = 0;
	bool keep = false;

	while (mgi_cursor_line(&line, &c) && line.len) {
		if (line.data[0] != ' ' && line.data[0] != '\t') {
			name = name_of(line);
			keep = name.len && !is_mimes(name);
			has |= keep ? bit_of(name) : 0;
		}
		if (keep)
			line_put(out, line);
	}
	return has;
}

static mailguard_status kept(unsigned *has, mgi_plan *p, mailguard_error *err)
{
	size_t before = p->ready.len;
	mailguard_buffer text;
	mailguard_status st;

	*has = 0;
	mgi_buf_init(&text, p->mg);
	st = mgi_mapi_text(&text, p->message, MGI_TAG_TRANSPORT_HEADERS, err);
	if (st == MAILGUARD_OK) {
		*has = kept_put(&p->ready, mgi_buf_span(&text));
		if (!(*has & HAS_ANY))
			mgi_buf_cut(&p->ready, before);
	}
	mgi_plan_failed(p, &text);
	mgi_buf_done(&text);
	return mgi_who_only_memory(st, err);
}

/* -- what is made of properties -------------------------------------------- */

static mailguard_status field_put(mgi_plan *p,
                                  mgi_field_kind kind,
                                  const char *name,
                                  const char *value,
                                  mailguard_error *err)
{
	mgi_field f = { .kind = kind, .name = name, .value = value };

	return mgi_who_field(p, &f, err);
}

static mailguard_status subject_put(mgi_plan *p, mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;
	const char *s;

	mgi_buf_init(&text, p->mg);
	st = mgi_who_text(&text, p->message, MGI_TAG_SUBJECT, err);
	s = mgi_buf_text(&text);
	if (st == MAILGUARD_OK && text.len)
		st = field_put(p, MGI_FIELD_TEXT, "Subject", s, err);
	mgi_plan_failed(p, &text);
	mgi_buf_done(&text);
	return mgi_who_only_memory(st, err);
}

/* When it was sent; else when it came; else when it was made. */
static mailguard_status date_put(mgi_plan *p, mailguard_error *err)
{
	static const uint16_t ids[] = { MGI_TAG_CLIENT_SUBMIT_TIME,
		                        MGI_TAG_DELIVERY_TIME,
		                        MGI_TAG_CREATION_TIME,
		                        MGI_TAG_LAST_MODIFICATION_TIME };
	mailguard_buffer text;
	mailguard_time t = 0;
	mailguard_status st;
	size_t i;

	for (i = 0; !t && i < sizeof(ids) / sizeof(ids[0]); i++)
		t = mgi_mapi_time(p->message, ids[i]);
	if (!t)
		return MAILGUARD_OK;
	mgi_buf_init(&text, p->mg);
	mgi_date_put(&text, t, 0);
	st = field_put(p, MGI_FIELD_PLAIN, "Date", mgi_buf_text(&text), err);
	mgi_plan_failed(p, &text);
	mgi_buf_done(&text);
	return st;
}

/* Identifiers and words in ASCII; anything else would be no such field. */
static mailguard_status plain_put(mgi_plan *p,
                                  const char *name,
                                  uint16_t id,
                                  mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;

	mgi_buf_init(&text, p->mg);
	st = mgi_who_text(&text, p->message, id, err);
	if (st == MAILGUARD_OK && text.len &&
	    mgi_who_is_plain(mgi_buf_text(&text)))
		st = field_put(p, MGI_FIELD_PLAIN, name, mgi_buf_text(&text),
		               err);
	mgi_plan_failed(p, &text);
	mgi_buf_done(&text);
	return mgi_who_only_memory(st, err);
}

static mailguard_status thread_put(mgi_plan *p, mailguard_error *err)
{
	mailguard_buffer text;
	mgi_mapi_value v;
	mailguard_status st;

	st = mgi_mapi_get(
		&v, p->message,
		MGI_MAPI_TAG(MGI_TAG_CONVERSATION_INDEX, MGI_MAPI_BINARY), err);
	if (st != MAILGUARD_OK || !v.bytes.len || v.bytes.len > 512)
		return mgi_who_only_memory(st, err);
	mgi_buf_init(&text, p->mg);
	mgi_base64_put(&text, v.bytes);
	st = field_put(p, MGI_FIELD_PLAIN, "Thread-Index", mgi_buf_text(&text),
	               err);
	mgi_plan_failed(p, &text);
	mgi_buf_done(&text);
	return st;
}

/* Numbers that have words in a mail (RFC 2156); the usual one has none. */
static const struct {
	uint16_t id;
	int32_t value;
	const char *name, *word;
} words[] = {
	{ MGI_TAG_IMPORTANCE, 0, "Importance", "low" },
	{ MGI_TAG_IMPORTANCE, 2, "Importance", "high" },
	{ MGI_TAG_SENSITIVITY, 1, "Sensitivity", "Personal" },
	{ MGI_TAG_SENSITIVITY, 2, "Sensitivity", "Private" },
	{ MGI_TAG_SENSITIVITY, 3, "Sensitivity", "Company-Confidential" },
};

static mailguard_status words_put(mgi_plan *p, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < sizeof(words) / sizeof(words[0]); i++)
		if (mgi_mapi_number(p->message, words[i].id, -1) ==
		    words[i].value)
			st = field_put(p, MGI_FIELD_PLAIN, words[i].name,
			               words[i].word, err);
	return st;
}

static mailguard_status made(mgi_plan *p, unsigned has, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	if (!(has & HAS_FROM))
		st = mgi_who_from(p, err);
	if (st >= 0 && !(has & HAS_TO))
		st = mgi_who_to(p, err);
	if (st >= 0 && !has)
		st = mgi_who_reply_to(p, err);
	if (st >= 0 && !(has & HAS_SUBJECT))
		st = subject_put(p, err);
	if (st >= 0 && !(has & HAS_DATE))
		st = date_put(p, err);
	if (st >= 0 && !(has & HAS_ID))
		st = plain_put(p, "Message-ID", MGI_TAG_INTERNET_MESSAGE_ID,
		               err);
	if (st >= 0 && !(has & HAS_REFERENCES))
		st = plain_put(p, "In-Reply-To", MGI_TAG_IN_REPLY_TO, err);
	if (st >= 0 && !(has & HAS_REFERENCES))
		st = plain_put(p, "References", MGI_TAG_INTERNET_REFERENCES,
		               err);
	return st;
}

mailguard_status mgi_head_put(mgi_plan *p, mailguard_error *err)
{
	mailguard_status st;
	unsigned has;

	st = kept(&has, p, err);
	if (st >= 0)
		st = made(p, has, err);
	if (st >= 0 && !has)
		st = words_put(p, err);
	if (st >= 0 && !has)
		st = thread_put(p, err);
	return st < 0 ? st : mgi_buf_status(&p->ready, err);
}
