/*
 * fuzz_dialogue.c - any bytes as a server: the conversation ends, its
 * transcript is the same however the bytes are cut, never holds the secret,
 * and can be written and read again.
 *
 * Input: a byte of options, a byte of what is asked, then what the server
 * says; a zero byte ends a turn, the end of the input the connection.
 */
#include "base/text.h"
#include "net/dialogue.h"

#include <stdlib.h>
#include <string.h>

#define SECRET "xyzzy-plugh"
#define SECRET_64 "eHl6enktcGx1Z2g="

enum { ROUNDS_MAX = 200000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static int64_t no_ticks(void *payload)
{
	(void)payload;
	return 1;
}

static int zero_random(void *out, size_t n, void *payload)
{
	(void)payload;
	memset(out, 0, n);
	return 0;
}

typedef struct server {
	mailguard_span left; /* what it will still say */
	size_t piece;
	mailguard_buffer heard;
} server;

/* The rest of the turn, or as much of it as a piece. False: it is over. */
static bool serve(server *s)
{
	size_t n = 0;

	while (n < s->left.len && n < s->piece && s->left.data[n])
		n++;
	mgi_buf_add(&s->heard, s->left.data, n);
	if (n < s->left.len && !s->left.data[n])
		n++;
	s->left = mgi_span_from(s->left, n);
	return n > 0;
}

static void drop(mailguard_buffer *b, size_t n)
{
	if (!n)
		return;
	memmove(b->at, b->at + n, b->len - n);
	mgi_buf_cut(b, b->len - n);
}

static void tls(server *s, mgi_dialogue *d, mgi_script *script)
{
	mailguard_tls_facts facts = { "", "", "", 1, 1, 0, 0, 0, 0 };

	(void)s;
	mgi_script_begin(script, MAILGUARD_PHASE_TLS);
	mgi_script_tls(script, &facts);
	mgi_dialogue_tls(d, true);
}

/* False once there is nothing more to do. */
static bool round_on(server *s, mgi_dialogue *d, mgi_script *script)
{
	mailguard_buffer out;
	mgi_want want;
	size_t used;

	mgi_buf_init(&out, s->heard.mg);
	want = mgi_dialogue_step(d, mgi_buf_span(&s->heard), &used, &out);
	must(used <= s->heard.len && !out.failed);
	drop(&s->heard, used);
	mgi_buf_done(&out);
	if (want == MGI_WANT_TLS)
		tls(s, d, script);
	else if (want == MGI_WANT_GATE)
		mgi_dialogue_gate(d, true);
	else if (want == MGI_WANT_READ && !serve(s))
		mgi_dialogue_lost(d, mgi_buf_span(&s->heard), 0, false);
	return want != MGI_WANT_CLOSE && want != MGI_WANT_KEEP;
}

static void asked(mailguard_ask *ask,
                  mailguard_endpoint *to,
                  const uint8_t options[2])
{
	static const char *const modes[] = { NULL, "LOGIN", "SCRAM-SHA-1",
		                             "XOAUTH2" };
	static const char *const commands[] = { "NOOP", "LIST", NULL };
	bool smtp = (options[0] & 3) < 2;

	to->host = "a.example";
	to->protocol = 1 + (options[0] & 3);
	to->tls = options[0] >> 2 & 3;
	if (to->tls == 3)
		to->tls = 0;
	to->user = options[0] & 16 ? "ann" : NULL;
	to->mechanism = modes[options[0] >> 5 & 3];
	ask->size = sizeof(*ask);
	ask->to = to;
	ask->commands = options[1] & 1 ? commands : NULL;
	if (smtp && options[1] & 2) {
		ask->mail_from = "a@a.example";
		ask->rcpt_to = "b@b.example";
	}
	ask->flags = options[1] >> 2 & 7;
	ask->secret = mgi_span_of(SECRET);
}

static void talk(mailguard_buffer *text,
                 mailguard *mg,
                 const mailguard_ask *ask,
                 mailguard_span says,
                 size_t piece)
{
	server s = { .left = says, .piece = piece };
	mailguard_transcript *t;
	mgi_script *script;
	mgi_dialogue *d;
	int rounds = 0;

	mgi_buf_init(&s.heard, mg);
	must(mgi_script_new(&script, mg, ask->to, NULL, NULL) == MAILGUARD_OK);
	must(mgi_dialogue_new(&d, script, ask, "me", NULL) == MAILGUARD_OK);
	while (round_on(&s, d, script))
		must(rounds++ < ROUNDS_MAX);
	mgi_dialogue_free(d);
	must(mgi_script_finish(&t, script, NULL) == MAILGUARD_OK);
	must(mailguard_transcript_text(text, t, NULL) == MAILGUARD_OK);
	mailguard_transcript_free(t);
	mgi_buf_done(&s.heard);
}

/* Where TLS begins in the middle of a turn, how much is injected hangs on how
 * it came; and what was said early to a mail's dot. */
static bool depends_on_cuts(const char *text)
{
	return strstr(text, "note=injected") || strstr(text, "step: tls") ||
	       strstr(text, "step: data");
}

static void again(mailguard *mg, const mailguard_buffer *text)
{
	mailguard_transcript *t;
	mailguard_buffer back;

	mgi_buf_init(&back, mg);
	must(mailguard_transcript_parse(&t, mg, mgi_buf_span(text), NULL) ==
	     MAILGUARD_OK);
	must(mailguard_transcript_text(&back, t, NULL) == MAILGUARD_OK);
	must(strcmp(mgi_buf_text(text), mgi_buf_text(&back)) == 0);
	mailguard_transcript_free(t);
	mgi_buf_done(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_endpoint to = MAILGUARD_ENDPOINT_INIT;
	mailguard_buffer whole, cut;
	mailguard_ask ask = { 0 };
	mailguard_span body = mgi_span_of("A: b\n\n.\n");
	mailguard_span says;
	mailguard *mg;

	opts.ticks = opts.now = no_ticks;
	opts.random = zero_random;
	if (size < 2 || mailguard_new(&mg, &opts, NULL) < 0)
		return 0;
	asked(&ask, &to, data);
	says = mgi_span(data + 2, size - 2);
	if (ask.mail_from &&
	    mailguard_source_memory(&ask.body, mg, body, NULL, NULL, NULL) < 0)
		abort();
	mgi_buf_init(&whole, mg);
	mgi_buf_init(&cut, mg);
	talk(&whole, mg, &ask, says, SIZE_MAX);
	talk(&cut, mg, &ask, says, 1 + data[0] % 7);
	must(depends_on_cuts(mgi_buf_text(&whole)) ||
	     strcmp(mgi_buf_text(&whole), mgi_buf_text(&cut)) == 0);
	if (to.user) {
		must(!strstr(mgi_buf_text(&whole), SECRET));
		must(!strstr(mgi_buf_text(&whole), SECRET_64));
	}
	again(mg, &whole);
	mgi_buf_done(&whole);
	mgi_buf_done(&cut);
	mailguard_source_free(ask.body);
	mailguard_free(mg);
	return 0;
}
