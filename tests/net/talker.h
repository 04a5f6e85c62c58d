#ifndef TALKER_H
#define TALKER_H
/*
 * talker.h - a dialogue without a network: a server that is a list of turns,
 * fed whole or byte by byte.
 */
#include "support/ok.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/base64.h"
#include "net/dialogue.h"
#include "net/transcript_own.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "s3cr\"et pass"

/* Turns that are no words. */
#define RESET "\1"
#define SILENCE "\2"
#define NO_TLS "\3"
#define TURNS 16

typedef struct talker {
	const char *why;
	int32_t protocol, tls;
	const char *user, *mechanism, *secret;
	int32_t until;
	uint32_t flags;
	const char *commands[4];
	const char *mail_from, *rcpt_to, *body;
	int bad_certificate, stop;
	const char *turns[TURNS]; /* then the connection ends */
	const char *steps;        /* "greeting ok 220, login !unsafe" */
	const char *said;         /* lines, "|" for a line end; NULL: any */
	int32_t reached;
} talker;

/* What came of it; free with talked_free(). */
typedef struct talked {
	mailguard_transcript *t;
	mailguard_buffer said, steps, text;
	mailguard_status st;
	mgi_want want;
} talked;

static int64_t no_ticks(void *payload)
{
	(void)payload;
	return 7;
}

static mailguard_time one_time(void *payload)
{
	(void)payload;
	return 1767225600000000;
}

static int zero_random(void *out, size_t n, void *payload)
{
	(void)payload;
	memset(out, 0, n);
	return 0;
}

static mailguard *talker_handle(const mailguard_options *base)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard *mg;

	if (base)
		opts = *base;
	opts.ticks = no_ticks;
	opts.now = one_time;
	opts.random = zero_random;
	return mailguard_new(&mg, &opts, NULL) == MAILGUARD_OK ? mg : NULL;
}

static mailguard_status talker_ask(mailguard_ask *ask,
                                   mailguard_endpoint *to,
                                   const talker *k,
                                   mailguard *mg)
{
	mailguard_span body = mgi_span_of(k->body);
	mailguard_endpoint init = MAILGUARD_ENDPOINT_INIT;

	*to = init;
	to->host = "mail.example.org";
	to->protocol = k->protocol;
	to->tls = k->tls;
	to->user = k->user;
	to->mechanism = k->mechanism;
	memset(ask, 0, sizeof(*ask));
	ask->size = sizeof(*ask);
	ask->to = to;
	ask->commands = (const char *const *)k->commands;
	ask->mail_from = k->mail_from;
	ask->rcpt_to = k->rcpt_to;
	ask->until = k->until;
	ask->flags = k->flags;
	ask->secret = mgi_span_of(k->secret ? k->secret
	                          : k->user ? SECRET
	                                    : NULL);
	if (!k->body)
		return MAILGUARD_OK;
	return mailguard_source_memory(&ask->body, mg, body, NULL, NULL, NULL);
}

/* The server's side: what it has said and what it will. */
typedef struct server {
	const talker *k;
	size_t turn, at, piece;
	mailguard_buffer heard; /* by us, not consumed */
	bool tls_done;
} server;

static void tls_facts(mgi_script *script, const talker *k)
{
	mailguard_tls_facts facts = { "TLSv1.3", "X", "", 1, 1, 0, 0, 0, 0 };

	facts.verified = !k->bad_certificate;
	mgi_script_tls_begin(script);
	mgi_script_tls(script, &facts);
}

/* The next bytes, or the end; false once the dialogue was told of the end. */
static bool serve(server *s, mgi_dialogue *d)
{
	const char *turn = s->k->turns[s->turn];
	mailguard_span heard = mgi_buf_span(&s->heard);
	size_t n;

	if (!turn) {
		mgi_dialogue_lost(d, heard, 0, false);
		return false;
	}
	if (turn[0] > 0 && turn[0] <= 2) {
		mgi_dialogue_lost(d, heard, turn[0] == 1 ? ECONNRESET : 0,
		                  turn[0] == 2);
		return false;
	}
	n = strlen(turn) - s->at;
	if (n > s->piece)
		n = s->piece;
	mgi_buf_add(&s->heard, turn + s->at, n);
	s->at += n;
	if (!turn[s->at]) {
		s->at = 0;
		s->turn++;
	}
	return true;
}

static void drop(mailguard_buffer *b, size_t n)
{
	if (!n)
		return;
	memmove(b->at, b->at + n, b->len - n);
	mgi_buf_cut(b, b->len - n);
}

static void tls_now(server *s, mgi_dialogue *d, mgi_script *script)
{
	const char *turn = s->k->turns[s->turn];
	bool up = !turn || turn[0] != NO_TLS[0];

	if (s->at) { /* the rest of the turn came in clear */
		(void)serve(s, d);
		return;
	}
	mgi_script_begin(script, MAILGUARD_PHASE_TLS);
	tls_facts(script, s->k);
	mgi_dialogue_tls(d, up);
}

/* One round; false when the driver has nothing more to do. */
static bool round_on(talked *out,
                     server *s,
                     mgi_dialogue *d,
                     mgi_script *script)
{
	mailguard_buffer said;
	size_t used;

	mgi_buf_init(&said, s->heard.mg);
	out->want = mgi_dialogue_step(d, mgi_buf_span(&s->heard), &used, &said);
	cr_assert(le(sz, used, s->heard.len), "%s", s->k->why);
	drop(&s->heard, used);
	mgi_buf_add(&out->said, mgi_buf_text(&said), said.len);
	mgi_buf_done(&said);
	switch (out->want) {
	case MGI_WANT_READ:
		return serve(s, d);
	case MGI_WANT_TLS:
		tls_now(s, d, script);
		return true;
	case MGI_WANT_GATE:
		mgi_dialogue_gate(d, !s->k->stop);
		return true;
	case MGI_WANT_BODY:
		return true;
	default:
		return false;
	}
}

static void steps_of(talked *out)
{
	const mailguard_step *s;
	size_t i;

	if (!out->t)
		return;
	for (i = 0; (s = mailguard_transcript_step(out->t, i)) != NULL; i++) {
		mgi_buf_printf(&out->steps, "%s%s", i ? ", " : "",
		               mailguard_phase_name(s->phase));
		if (s->answer)
			mgi_buf_printf(&out->steps, " %s",
			               mailguard_reply_kind_name(s->answer));
		if (s->code)
			mgi_buf_printf(&out->steps, " %d", s->code);
		if (s->note)
			mgi_buf_printf(&out->steps, " !%s",
			               mgi_note_name(s->note));
		if (s->sys || s->closed || s->timed_out)
			mgi_buf_puts(&out->steps, s->timed_out     ? " timeout"
			                          : s->closed == 2 ? " reset"
			                          : s->closed      ? " end"
			                                           : " sys");
	}
	if (mailguard_transcript_text(&out->text, out->t, NULL) < 0)
		out->st = MAILGUARD_ENOMEM;
}

static void talked_init(talked *out, mailguard *mg)
{
	memset(out, 0, sizeof(*out));
	mgi_buf_init(&out->said, mg);
	mgi_buf_init(&out->steps, mg);
	mgi_buf_init(&out->text, mg);
}

static void talked_free(talked *out)
{
	mailguard_transcript_free(out->t);
	mgi_buf_done(&out->said);
	mgi_buf_done(&out->steps);
	mgi_buf_done(&out->text);
}

/* All of it, the server's turns in pieces of `piece` bytes. */
static void talk(talked *out, const talker *k, mailguard *mg, size_t piece)
{
	server s = { .k = k, .piece = piece };
	mgi_script *script = NULL;
	mgi_dialogue *d = NULL;
	mailguard_endpoint to;
	mailguard_ask ask;

	talked_init(out, mg);
	mgi_buf_init(&s.heard, mg);
	out->st = talker_ask(&ask, &to, k, mg);
	if (out->st == MAILGUARD_OK)
		out->st = mgi_script_new(&script, mg, &to, NULL, NULL);
	if (out->st == MAILGUARD_OK && k->tls == MAILGUARD_TLS_IMPLICIT) {
		mgi_script_begin(script, MAILGUARD_PHASE_TLS);
		tls_facts(script, k);
	}
	if (out->st == MAILGUARD_OK)
		out->st =
			mgi_dialogue_new(&d, script, &ask, "me.example", NULL);
	while (out->st == MAILGUARD_OK && round_on(out, &s, d, script))
		;
	mgi_dialogue_free(d);
	if (out->st == MAILGUARD_OK)
		out->st = mgi_script_finish(&out->t, script, NULL);
	else
		mgi_script_free(script);
	mailguard_source_free(ask.body);
	steps_of(out);
	/* The harness's own memory runs out, too. */
	if (out->st == MAILGUARD_OK &&
	    (s.heard.failed || out->said.failed || out->steps.failed))
		out->st = MAILGUARD_ENOMEM;
	mgi_buf_done(&s.heard);
}

/* -- secrets --------------------------------------------------------------- */

static bool holds(mailguard_span text, mailguard_span word)
{
	size_t i;

	for (i = 0; word.len && i + word.len <= text.len; i++)
		if (memcmp(text.data + i, word.data, word.len) == 0)
			return true;
	return false;
}

static bool is_base64(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!mgi_is_alnum(s.data[i]) && !memchr("+/=", s.data[i], 3))
			return false;
	return s.len >= 16;
}

static void no_secret_in(mailguard_span text, const talked *t, const talker *k)
{
	mailguard_span secret = mgi_span_of(k->secret ? k->secret : SECRET);
	mailguard_span said = mgi_buf_span(&t->said);
	mailguard_buffer b64;
	size_t i, from = 0;

	mgi_buf_init(&b64, t->said.mg);
	mgi_base64_put(&b64, secret);
	if (k->user) {
		cr_expect(eq(int, holds(text, secret), 0), "%s", k->why);
		cr_expect(eq(int, holds(text, mgi_buf_span(&b64)), 0), "%s",
		          k->why);
	}
	mgi_buf_done(&b64);
	for (i = 0; i < said.len; i++) {
		mailguard_span word = mgi_span(said.data + from, i - from);

		if (said.data[i] != ' ' && said.data[i] != '\r' &&
		    said.data[i] != '\n')
			continue;
		from = i + 1;
		if (k->user && is_base64(word))
			cr_expect(eq(int, holds(text, word), 0), "%s: %.*s",
			          k->why, (int)word.len, word.data);
	}
}

/* Everything a transcript shows, raw. */
static inline void no_secret(const talked *t, const talker *k)
{
	const mailguard_step *s;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t->t, i)) != NULL; i++) {
		no_secret_in(mgi_span_of(s->said), t, k);
		no_secret_in(s->heard, t, k);
	}
}

/* -- tables ---------------------------------------------------------------- */

/* Line ends as bars. */
static inline char *bars(mailguard_buffer *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->len; i++)
		if (b->at[i] != '\r')
			b->at[n++] = b->at[i] == '\n' ? '|' : b->at[i];
	mgi_buf_cut(b, n);
	return (char *)mgi_buf_text(b);
}

static inline void talk_row(const talker *k, mailguard *mg)
{
	static const size_t pieces[] = { 1, 2, 7 };
	talked whole, part;
	size_t i;

	talk(&whole, k, mg, SIZE_MAX);
	cr_assert(MAILGUARD_OK == whole.st, "%s", k->why);
	no_secret(&whole, k);
	cr_expect(eq(str, (char *)mgi_buf_text(&whole.steps), (char *)k->steps),
	          "%s", k->why);
	cr_expect(eq(int, mailguard_transcript_reached(whole.t), k->reached),
	          "%s", k->why);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		talk(&part, k, mg, pieces[i]);
		cr_expect(eq(str, (char *)mgi_buf_text(&part.text),
		             (char *)mgi_buf_text(&whole.text)),
		          "%s, in pieces", k->why);
		cr_expect(eq(sz, part.said.len, whole.said.len), "%s", k->why);
		talked_free(&part);
	}
	if (k->said)
		cr_expect(eq(str, bars(&whole.said), (char *)k->said), "%s",
		          k->why);
	talked_free(&whole);
}

static inline void talk_rows(const talker *rows, size_t count)
{
	mailguard *mg = talker_handle(NULL);
	size_t i;

	for (i = 0; i < count; i++)
		talk_row(&rows[i], mg);
	mailguard_free(mg);
}

#endif
