/*
 * offers.c - what a server said it can do: the last list it gave, and what is
 * odd about an earlier one that anybody could read and change.
 */
#include "base/text.h"
#include "probe/mail.h"

/* Does this step's answer hold a list? */
static bool lists(const mailguard_step *s, mailguard_protocol protocol)
{
	if (protocol == MAILGUARD_PROTOCOL_IMAP)
		return true;
	return s->phase == MAILGUARD_PHASE_CAPABILITIES &&
	       s->answer == MAILGUARD_REPLY_OK;
}

/* The lists of a talk; `size` is 0 where there is none. */
typedef struct lists_of {
	mailguard_reply last;
	mailguard_reply clear; /* the first that came in clear */
	bool sealed;           /* the last one came encrypted */
} lists_of;

static bool has_list(const mailguard_reply *r)
{
	mailguard_capability c;
	size_t at = 0;

	return mailguard_reply_capability(&c, r, &at) == MAILGUARD_OK;
}

static void lists_find(lists_of *out, const mailguard_transcript *t)
{
	mailguard_protocol protocol =
		mailguard_transcript_endpoint(t)->protocol;
	const mailguard_step *s;
	mailguard_reply reply;
	size_t i, at;

	out->last.size = out->clear.size = 0;
	out->sealed = false;
	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++) {
		if (!lists(s, protocol))
			continue;
		for (at = 0; mgi_mail_reply(&reply, s, protocol, &at);) {
			if (!has_list(&reply))
				continue;
			out->last = reply;
			out->sealed = s->tls;
			if (!s->tls && !out->clear.size)
				out->clear = reply;
		}
	}
}

bool mgi_offers(const mailguard_transcript *t, const char *name)
{
	lists_of l;

	lists_find(&l, t);
	return l.last.size && mailguard_reply_has(&l.last, name);
}

static size_t put_shown(char *to, mailguard_span s, size_t room)
{
	size_t i;

	for (i = 0; i < s.len && i < room; i++)
		to[i] = s.data[i] < 0x20 || s.data[i] > 0x7e ? '?'
		                                             : (char)s.data[i];
	return i;
}

/* "AUTH" and "PLAIN LOGIN" as one text. */
static const char *told(mailguard_answer *a, const mailguard_capability *c)
{
	size_t n = c->name.len + c->params.len + 1;
	char *text;

	if (n > MGI_ANSWER_WORDS)
		n = MGI_ANSWER_WORDS;
	text = mgi_arena_alloc(a->arena, n + 1); /* all zeros */
	if (!text)
		return NULL;
	n -= put_shown(text, c->name, n);
	if (!n || !c->params.len)
		return text;
	text += c->name.len;
	*text = ' ';
	(void)put_shown(text + 1, c->params, n - 1);
	return text - c->name.len;
}

/* "250-XXXXXXXA": a device on the way hid the word from us. */
static bool hidden(mailguard_span name)
{
	size_t i, x = 0;

	for (i = 0; i < name.len; i++)
		x += name.data[i] == 'X' || name.data[i] == '*';
	return name.len >= 5 && x + 1 >= name.len;
}

/* "PLAIN LOGIN" */
static bool by_password(mailguard_span mechanisms)
{
	while (mechanisms.len) {
		mailguard_span word = mgi_span_word(&mechanisms);

		if (mgi_span_is_nocase(word, "PLAIN") ||
		    mgi_span_is_nocase(word, "LOGIN"))
			return true;
	}
	return false;
}

static bool takes_passwords(const mailguard_capability *c,
                            mailguard_protocol protocol)
{
	if (protocol == MAILGUARD_PROTOCOL_POP3)
		return mgi_span_is_nocase(c->name, "USER") ||
		       (mgi_span_is_nocase(c->name, "SASL") &&
		        by_password(c->params));
	return mgi_span_is_nocase(c->name, "AUTH") && by_password(c->params);
}

/* A list in clear: whoever listens may also have changed it. */
static void look_in_clear(mailguard_answer *a, const mailguard_reply *reply)
{
	bool imap = reply->protocol == MAILGUARD_PROTOCOL_IMAP;
	bool veiled = false, starttls = false, disabled = false;
	bool passwords = imap; /* LOGIN is no capability of its own */
	mailguard_capability c;
	size_t at = 0;

	while (mailguard_reply_capability(&c, reply, &at) == MAILGUARD_OK) {
		veiled = veiled || hidden(c.name);
		starttls = starttls || mgi_span_is_nocase(c.name, "STARTTLS") ||
		           mgi_span_is_nocase(c.name, "STLS");
		disabled =
			disabled || mgi_span_is_nocase(c.name, "LOGINDISABLED");
		passwords = passwords || takes_passwords(&c, reply->protocol);
	}
	if (veiled)
		mgi_answer_note(a, MAILGUARD_SEVERITY_LOSS,
		                MGI_SAY_STARTTLS_STRIPPED, NULL, NULL);
	if (passwords && !(imap && disabled))
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_LOGIN_OFFERED_IN_CLEAR, NULL, NULL);
	if (starttls && mailguard_answer_endpoint(a)->tls == MAILGUARD_TLS_NONE)
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_STARTTLS_UNUSED, NULL, NULL);
}

static void list_take(mgi_offered *out,
                      mailguard_answer *a,
                      const mailguard_reply *reply)
{
	mailguard_capability c;
	size_t at = 0, room = 0;

	while (room < MGI_ANSWER_CAPABILITIES &&
	       mailguard_reply_capability(&c, reply, &at) == MAILGUARD_OK)
		room++;
	out->at = mgi_arena_array(a->arena, room, sizeof(*out->at));
	at = 0;
	while (out->at && out->count < room &&
	       mailguard_reply_capability(&c, reply, &at) == MAILGUARD_OK)
		out->at[out->count++] = told(a, &c);
}

void mgi_read_offers(const mgi_reader *r)
{
	mailguard_answer *a = r->a;
	lists_of l;

	lists_find(&l, r->t);
	if (l.clear.size)
		look_in_clear(a, &l.clear);
	if (l.last.size)
		list_take(&a->offered, a, &l.last);
	/* What was told in clear and then asked anew. */
	if (l.clear.size && l.sealed)
		list_take(&a->offered_in_clear, a, &l.clear);
}
