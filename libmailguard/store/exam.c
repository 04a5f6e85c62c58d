/*
 * exam.c - one message looked through as its bytes pass.
 */
#include "store/exam.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "mime/parser.h"
#include "store/times.h"
#include "store/tnef.h"

void mgi_exam_init(mgi_exam *e, mailguard *mg, bool decode, bool hashed)
{
	memset(e, 0, sizeof(*e));
	e->mg = mg;
	e->decode = decode;
	e->hashed = hashed;
}

void mgi_exam_done(mgi_exam *e)
{
	mailguard_parser_free(e->parser);
	mgi_digest_free(e->digest);
	mgi_free(e->mg, e->damages);
}

void mgi_exam_begin(mgi_exam *e)
{
	mailguard_parser_options opts = MAILGUARD_PARSER_OPTIONS_INIT;

	e->damage_count = 0;
	e->size = e->attachments = e->lone = 0;
	e->cr = e->tnef = false;
	e->date = e->arrived = 0;
	e->id[0] = '\0';
	mgi_cues_begin(&e->cues);
	opts.flags = e->decode ? MAILGUARD_PARSER_DECODE : 0;
	e->st = MAILGUARD_OK;
	if (e->parser)
		mgi_parser_again(e->parser);
	else
		e->st = mailguard_parser_new(&e->parser, e->mg, NULL, &opts,
		                             &e->error);
	if (e->st >= 0 && e->hashed && !e->digest)
		e->st = mgi_digest_new(&e->digest, e->mg, &e->error);
}

static void damage_keep(mgi_exam *e, const mailguard_damage *d)
{
	if (e->damage_count == e->damage_room) {
		size_t room = e->damage_room ? e->damage_room * 2 : 16;
		mailguard_damage *more =
			mgi_resize(e->mg, e->damages, room * sizeof(*more));

		if (!more) {
			e->st = mgi_fail_nomem(&e->error);
			return;
		}
		e->damages = more;
		e->damage_room = room;
	}
	e->damages[e->damage_count++] = *d;
}

static void id_keep(mgi_exam *e, mailguard_span value)
{
	mailguard_span id;
	size_t at = 0, i;

	if (mailguard_header_id(&id, value, &at) != MAILGUARD_OK)
		return;
	id = mgi_span_head(id, MGI_EXAM_ID_MAX);
	for (i = 0; i < id.len; i++)
		e->id[i] = id.data[i] > ' ' && id.data[i] < 0x7f
		                   ? (char)id.data[i]
		                   : '?';
	e->id[id.len] = '\0';
}

/* The first of each counts. */
static void field_look(mgi_exam *e, const mailguard_header *h)
{
	switch (h->name.len) {
	case 4:
		if (!e->date && mailguard_header_is(h, "Date"))
			e->date = mailguard_header_date(NULL, h->value);
		break;
	case 8:
		if (!e->arrived && mailguard_header_is(h, "Received"))
			e->arrived = mgi_times_arrival(h->value);
		break;
	case 10:
		if (!e->id[0] && mailguard_header_is(h, "Message-ID"))
			id_keep(e, h->value);
		break;
	default:
		break;
	}
}

/* Is it in a message that is itself a part? */
static bool is_forwarded(const mgi_exam *e, const mailguard_part *part)
{
	while (part->parent >= 0) {
		part = mailguard_parser_part(e->parser, (size_t)part->parent);
		if (part->flags & MAILGUARD_PART_MESSAGE)
			return true;
	}
	return false;
}

static void event_look(mgi_exam *e, const mailguard_parser_event *ev)
{
	switch (ev->kind) {
	case MAILGUARD_PARSER_HEADER:
		if (!ev->part->number)
			field_look(e, &ev->header);
		break;
	case MAILGUARD_PARSER_HEADERS_END:
		e->attachments +=
			(ev->part->flags & MAILGUARD_PART_ATTACHMENT) &&
			!is_forwarded(e, ev->part);
		e->tnef |= mgi_tnef_named(ev->part);
		break;
	case MAILGUARD_PARSER_BODY:
		if (!ev->aside)
			mgi_cues_feed(&e->cues, ev->part, ev->raw, ev->offset);
		break;
	case MAILGUARD_PARSER_DAMAGE:
		damage_keep(e, &ev->damage);
		break;
	default:
		break;
	}
}

static void parse(mgi_exam *e, mailguard_span bytes)
{
	const mailguard_parser_event *ev;

	e->st = mailguard_parser_feed(e->parser, bytes, &e->error);
	while (e->st == MAILGUARD_OK) {
		e->st = mailguard_parser_next(&ev, e->parser, &e->error);
		if (e->st == MAILGUARD_OK)
			event_look(e, ev);
	}
	if (e->st > 0)
		e->st = MAILGUARD_OK;
}

static void ends_count(mgi_exam *e, mailguard_span s)
{
	const unsigned char *at = s.data, *end = s.data + s.len;

	for (; at < end; at++) {
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			break;
		e->lone += at > s.data ? at[-1] != '\r' : !e->cr;
	}
	e->cr = end[-1] == '\r';
}

void mgi_exam_feed(mgi_exam *e, mailguard_span bytes)
{
	if (e->st < 0 || !bytes.len)
		return;
	e->size += bytes.len;
	if (e->counts)
		ends_count(e, bytes);
	if (e->digest)
		mgi_digest_add(e->digest, bytes);
	parse(e, bytes);
}

mailguard_status mgi_exam_end(mgi_exam *e, mailguard_error *err)
{
	if (e->st >= 0)
		parse(e, mgi_span("", 0));
	if (e->st >= 0 && e->digest)
		e->st = mgi_digest_done(&e->digests, e->digest, &e->error);
	if (e->st < 0 && err)
		*err = e->error;
	return e->st < 0 ? e->st : MAILGUARD_OK;
}

bool mgi_exam_has(const mgi_exam *e, mailguard_damage_kind kind)
{
	size_t i;

	for (i = 0; i < e->damage_count; i++)
		if (e->damages[i].kind == kind)
			return true;
	return false;
}
