/*
 * run_dns.c - a talk with DNS: all questions of an ask at once, a step each,
 * in the order they were put.
 *
 * Without commands A and AAAA of the host are asked for. With an address in
 * the endpoint that server is asked, not the net's resolvers.
 */
#include <errno.h>
#include <stdio.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"
#include "net/wire/dns.h"
#include "net/wire/dns_config.h"

#define QUESTIONS_MAX 64

typedef struct run run;

/* One question, and what came of it, kept until it is its turn. */
typedef struct row {
	run *run;
	mgi_asking *asking; /* NULL once it was told */
	mgi_dns_question question;
	const char *said;
	mailguard_step step;
	mailguard_span answer; /* empty if there are no records */
} row;

struct run {
	mailguard_talk *talk;
	mgi_dns *own; /* for the endpoint's address */
	mailguard_time begun;
	int64_t ticks;
	size_t count, waiting;
	row rows[];
};

static mailguard_span keep(mailguard_talk *talk, mailguard_span s)
{
	const char *own = mgi_arena_strndup(talk->arena, s.data, s.len);

	if (!own)
		talk->no_memory = true;
	return mgi_span(own, own ? s.len : 0);
}

static void records_tell(mailguard_talk *talk, row *w)
{
	mgi_dns_message m;
	mailguard_buffer text;
	mgi_dns_record r;
	mailguard_status st = MAILGUARD_ITEROVER;

	mgi_buf_init(&text, talk->mg);
	if (mgi_dns_message_open(&m, w->answer))
		while ((st = mgi_dns_message_next(&r, &m, &text)) ==
		       MAILGUARD_OK)
			mgi_dns_record_tell(talk->script, &r);
	if (st == MAILGUARD_ENOMEM)
		talk->no_memory = true;
	mgi_buf_done(&text);
}

/* Is the answer readable to its end? */
static bool whole(mailguard_talk *talk, const mgi_dns_message *message)
{
	mgi_dns_message m = *message;
	mailguard_buffer text;
	mailguard_status st;
	mgi_dns_record r;

	mgi_buf_init(&text, talk->mg);
	do
		st = mgi_dns_message_next(&r, &m, &text);
	while (st == MAILGUARD_OK);
	mgi_buf_done(&text);
	return st != MAILGUARD_EFORMAT;
}

static void finish(run *n)
{
	mailguard_talk *talk = n->talk;
	bool all = true;
	size_t i;

	mgi_script_begun_at(talk->script, n->begun);
	for (i = 0; i < n->count; i++) {
		row *w = &n->rows[i];

		mgi_script_add(talk->script, &w->step);
		records_tell(talk, w);
		all &= !w->step.sys && !w->step.timed_out;
	}
	if (all)
		mgi_script_reached(talk->script, MAILGUARD_PHASE_DNS);
	mgi_talk_done(talk);
}

static void on_told(void *owner, const mgi_dns_result *result)
{
	row *w = owner;
	run *n = w->run;
	mailguard_talk *talk = n->talk;
	mailguard_step *step = &w->step;

	step->phase = MAILGUARD_PHASE_DNS;
	step->end = mgi_ticks(talk->mg) - n->ticks;
	step->said = w->said;
	step->heard = keep(talk, result->heard);
	step->heard_bytes = result->bytes;
	step->code = result->rcode > 0 ? result->rcode : 0;
	step->sys = result->sys;
	step->timed_out = result->timed_out;
	talk->no_memory |= result->sys == ENOMEM;
	if (result->message) {
		w->answer = keep(talk, result->message->bytes);
		if (!whole(talk, result->message))
			step->sys = EBADMSG;
	}
	if (step->sys == EBADMSG)
		step->note = MAILGUARD_NOTE_GARBAGE;
	mgi_asking_free(w->asking);
	w->asking = NULL;
	if (--n->waiting == 0)
		finish(n);
}

static void drop(mailguard_talk *talk)
{
	run *n = talk->own;
	size_t i;

	talk->own = NULL;
	for (i = 0; i < n->count; i++)
		mgi_asking_free(n->rows[i].asking);
	mgi_dns_free(n->own);
}

/* The net's resolvers, or the server that the endpoint names. */
static mailguard_status resolver(mgi_dns **out, run *n, mailguard_error *err)
{
	const mailguard_endpoint *to = n->talk->ask->to;
	mailguard_net_options opts = *n->talk->opts;
	char text[MGI_DNS_SERVER_TEXT];
	mgi_dns_server_at at = { 0 };
	mailguard_status st = MAILGUARD_OK;

	if (!to->address) {
		*out = mgi_net_dns(n->talk->net, err);
		if (*out)
			return MAILGUARD_OK;
		return err && err->status < 0 ? (mailguard_status)err->status
		                              : MAILGUARD_ENOMEM;
	}
	at.port = to->port ? (uint32_t)to->port : MGI_DNS_PORT;
	if (!mgi_address_read(&at.address, to->address))
		st = mgi_fail(err, n->talk->mg, MAILGUARD_EINVAL,
		              MGI_SAY_ASK_BAD_ADDRESS, "address", to->address);
	mgi_dns_server_write(text, &at);
	opts.resolver = text;
	if (st == MAILGUARD_OK)
		st = mgi_dns_new(&n->own, n->talk->loop, &opts, err);
	if (st == MAILGUARD_OK)
		mgi_script_address(n->talk->script, to->address);
	*out = n->own;
	return st;
}

static mailguard_status questions_read(run *n, mailguard_error *err)
{
	static const uint16_t both[] = { MGI_DNS_A, MGI_DNS_AAAA };
	const mailguard_ask *ask = n->talk->ask;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; i < n->count && st == MAILGUARD_OK; i++) {
		row *w = &n->rows[i];
		char text[MGI_DNS_NAME_MAX + sizeof(mgi_dns_type)];

		w->run = n;
		if (ask->commands)
			st = mgi_dns_question_parse(&w->question, n->talk->mg,
			                            ask->commands[i], err);
		else
			st = mgi_dns_question_set(
				&w->question, n->talk->mg, both[i != 0],
				mgi_span_of(ask->to->host), err);
		(void)snprintf(text, sizeof(text), "%s %s",
		               mgi_dns_type_of(w->question.type).text,
		               w->question.name);
		w->said = mgi_arena_strdup(n->talk->arena, text);
	}
	if (st == MAILGUARD_OK && mgi_arena_failed(n->talk->arena))
		st = mgi_fail_nomem(err);
	return st;
}

static mailguard_status ask_all(run *n, mailguard_error *err)
{
	mgi_dns *dns = NULL;
	mailguard_status st = resolver(&dns, n, err);
	size_t i;

	n->begun = mgi_now(n->talk->mg);
	n->ticks = mgi_ticks(n->talk->mg);
	for (i = 0; i < n->count && st == MAILGUARD_OK; i++) {
		st = mgi_asking_new(&n->rows[i].asking, dns,
		                    &n->rows[i].question, on_told, &n->rows[i],
		                    err);
		n->waiting += st == MAILGUARD_OK;
	}
	return st;
}

static mailguard_status begin(mailguard_talk *talk, mailguard_error *err)
{
	const char *const *commands = talk->ask->commands;
	mailguard_status st;
	size_t count = 0;
	run *n;

	while (commands && commands[count])
		if (++count > QUESTIONS_MAX)
			return mgi_fail(err, talk->mg, MAILGUARD_ELIMIT,
			                MGI_SAY_DNS_TOO_MANY, "max",
			                mgi_u64(QUESTIONS_MAX).text);
	if (!commands)
		count = 2;
	n = mgi_arena_alloc(talk->arena,
	                    sizeof(*n) + count * sizeof(n->rows[0]));
	if (!n)
		return mgi_fail_nomem(err);
	n->talk = talk;
	n->count = count;
	talk->own = n;
	st = questions_read(n, err);
	if (st == MAILGUARD_OK)
		st = ask_all(n, err);
	if (st != MAILGUARD_OK)
		drop(talk);
	else if (count == 0)
		finish(n);
	return st;
}

const mgi_runner mgi_run_dns = {
	.begin = begin,
	.drop = drop,
};
