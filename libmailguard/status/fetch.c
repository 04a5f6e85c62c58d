/*
 * fetch.c - ask a page by the net room, and read what came of it.
 *
 * A page that does not come is unknown: that a provider's web server is down
 * says nothing of its mail.
 */
#include <string.h>

#include "base/fail.h"
#include "status/incidents.h"

#define FIELD_MAX 512

/* The value of field `name` in the head of an answer; "" if none. */
static const char *field(char out[FIELD_MAX],
                         mailguard_span head,
                         const char *name)
{
	size_t n = strlen(name), len;

	out[0] = '\0';
	while (head.len) {
		const unsigned char *end = memchr(head.data, '\n', head.len);
		size_t line = end ? (size_t)(end - head.data) : head.len;
		mailguard_span s = mgi_span_trim(mgi_span_head(head, line));

		if (!s.len)
			break;
		head = mgi_span_from(head, end ? line + 1 : line);
		if (!mgi_span_starts_nocase(s, name) || s.len <= n ||
		    s.data[n] != ':')
			continue;
		s = mgi_span_trim(mgi_span_from(s, n + 1));
		len = mgi_utf8_cut(s, FIELD_MAX - 1);
		memcpy(out, s.data, len);
		out[len] = '\0';
	}
	return out;
}

/* The step with the last answer; NULL if none came. */
static const mailguard_step *answer_of(const mailguard_transcript *t)
{
	const mailguard_step *s, *last = NULL;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++)
		if (s->phase == MAILGUARD_PHASE_COMMAND && s->code)
			last = s;
	return last;
}

/* The phase that was not gone through, as people call it. */
static const char *lost_in(const mailguard *mg, const mailguard_transcript *t)
{
	const mailguard_step *s;
	mailguard_phase phase = MAILGUARD_PHASE_NONE;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++)
		if (s->phase != MAILGUARD_PHASE_QUIT)
			phase = s->phase;
	return mailguard_phase_text(mg, phase);
}

/* The body was cut off: the connection broke, or it was too long. */
static bool is_cut(const mailguard_step *s, mailguard_span body)
{
	return s->timed_out || s->sys || s->closed || s->note ||
	       body.len > MAILGUARD_INCIDENTS_BYTES_MAX;
}

typedef struct facts {
	char type[FIELD_MAX], etag[FIELD_MAX], modified[FIELD_MAX],
		age[FIELD_MAX];
} facts;

static void facts_read(mailguard_incidents_options *o,
                       facts *f,
                       const mailguard_step *s)
{
	uint64_t age;

	o->http_status = s->code;
	o->content_type = field(f->type, s->heard, "content-type");
	o->etag = field(f->etag, s->heard, "etag");
	o->last_modified = field(f->modified, s->heard, "last-modified");
	field(f->age, s->heard, "age");
	if (mgi_span_u64(&age, mgi_span_of(f->age), INT32_MAX)) {
		o->age = (int64_t)age;
		o->age_known = 1;
	}
}

mailguard_status mailguard_incidents_read(
	mailguard_incidents **out,
	mailguard *mg,
	const mailguard_transcript *from,
	const mailguard_incidents_options *opts,
	mailguard_error *err)
{
	mailguard_incidents_options o;
	mgi_input in = { { NULL, 0 }, &o, NULL };
	const mailguard_step *s;
	mailguard_status st;
	facts f;

	*out = NULL;
	if (!mg || !from)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                "mg, transcript");
	st = mgi_options_copy(&o, sizeof(o), opts, mg, err);
	if (st < 0)
		return st;
	o.fetched_at = mailguard_transcript_begin(from);
	s = answer_of(from);
	if (s) {
		facts_read(&o, &f, s);
		in.bytes = mailguard_transcript_body(from);
	}
	if (!s || (s->code == 200 && is_cut(s, in.bytes)))
		in.lost = lost_in(mg, from);
	return mgi_incidents_make(out, mg, &in, err);
}

/* The one talk to its end. */
static mailguard_status talk(mailguard_transcript **out,
                             mailguard_net *net,
                             const mailguard_endpoint *to,
                             mailguard_error *err)
{
	mailguard_ask ask = { .size = sizeof(ask),
		              .to = to,
		              .until = MAILGUARD_PHASE_COMMAND };
	const mailguard_event *event;
	mailguard_talk *talk;
	mailguard_status st = mailguard_net_ask(&talk, net, &ask, err);

	*out = NULL;
	while (st >= 0 && !*out) {
		st = mailguard_net_next(&event, net, -1, err);
		if (st == MAILGUARD_ITEROVER)
			break;
		if (st == MAILGUARD_OK && event->kind == MAILGUARD_EVENT_DONE)
			*out = mailguard_transcript_ref(event->transcript);
	}
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status ask_page(mailguard_transcript **out,
                                 mailguard *mg,
                                 const mailguard_endpoint *to,
                                 const mailguard_net_options *opts,
                                 mailguard_error *err)
{
	mailguard_net *net;
	mailguard_status st = mailguard_net_new(&net, mg, opts, err);

	*out = NULL;
	if (st < 0)
		return st;
	st = talk(out, net, to, err);
	mailguard_net_free(net);
	return st;
}

mailguard_status mailguard_incidents_fetch(
	mailguard_incidents **out,
	mailguard *mg,
	const char *url,
	const mailguard_incidents_options *opts,
	mailguard_error *err)
{
	mailguard_incidents_options o;
	mailguard_endpoint *to = NULL;
	mailguard_transcript *t = NULL;
	mailguard_status st;

	*out = NULL;
	if (!mg || !url)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg, url");
	st = mgi_options_copy(&o, sizeof(o), opts, mg, err);
	if (st == MAILGUARD_OK)
		st = mailguard_endpoint_parse(&to, mg, url, err);
	if (st != MAILGUARD_OK)
		return st;
	o.url = url;
	if (to->protocol != MAILGUARD_PROTOCOL_HTTP)
		st = mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_INCIDENTS_URL,
		              "url", url);
	else
		st = ask_page(&t, mg, to, o.net, err);
	if (st == MAILGUARD_OK)
		st = mailguard_incidents_read(out, mg, t, &o, err);
	mailguard_transcript_free(t);
	mailguard_endpoint_free(to);
	return st;
}
