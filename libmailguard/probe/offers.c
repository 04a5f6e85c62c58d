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

/* The answer of the last list; the step it came in is returned. */
static const mailguard_step *last_list(mailguard_reply *out,
                                       const mailguard_transcript *t)
{
	mailguard_protocol protocol =
		mailguard_transcript_endpoint(t)->protocol;
	const mailguard_step *s, *found = NULL;
	mailguard_capability c;
	mailguard_reply reply;
	size_t i, at, k;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++) {
		if (!lists(s, protocol))
			continue;
		for (at = 0; mgi_mail_reply(&reply, s, protocol, &at);) {
			k = 0;
			if (mailguard_reply_capability(&c, &reply, &k))
				continue;
			*out = reply;
			found = s;
		}
	}
	return found;
}

bool mgi_offers(const mailguard_transcript *t, const char *name)
{
	mailguard_reply reply;

	return last_list(&reply, t) && mailguard_reply_has(&reply, name);
}

/* "AUTH" and "PLAIN LOGIN" as one text. */
static const char *told(mailguard_answer *a, const mailguard_capability *c)
{
	char text[MGI_ANSWER_WORDS];
	mailguard_span parts[2];
	size_t i, k, n = 0;

	parts[0] = c->name;
	parts[1] = c->params;
	for (k = 0; k < 2; k++) {
		if (k && parts[k].len && n < sizeof(text))
			text[n++] = ' ';
		for (i = 0; i < parts[k].len && n < sizeof(text); i++) {
			unsigned char ch = parts[k].data[i];

			text[n++] = ch < 0x20 || ch > 0x7e ? '?' : (char)ch;
		}
	}
	return mgi_arena_strndup(a->arena, text, n);
}

/* "250-XXXXXXXA": a device on the way hid the word from us. */
static bool hidden(mailguard_span name)
{
	size_t i, x = 0;

	for (i = 0; i < name.len; i++)
		x += name.data[i] == 'X' || name.data[i] == '*';
	return name.len >= 5 && x + 1 >= name.len;
}

static bool takes_passwords(const mailguard_reply *r)
{
	switch (r->protocol) {
	case MAILGUARD_PROTOCOL_IMAP:
		return !mailguard_reply_has(r, "LOGINDISABLED");
	case MAILGUARD_PROTOCOL_POP3:
		return mailguard_reply_has(r, "USER") ||
		       mailguard_reply_has_param(r, "SASL", "PLAIN");
	default:
		return mailguard_reply_has_param(r, "AUTH", "PLAIN") ||
		       mailguard_reply_has_param(r, "AUTH", "LOGIN");
	}
}

/* A list in clear: whoever listens may also have changed it. */
static void look_in_clear(mailguard_answer *a, const mailguard_reply *reply)
{
	const mailguard_endpoint *e = mailguard_answer_endpoint(a);
	mailguard_capability c;
	bool veiled = false;
	size_t at = 0;

	while (mailguard_reply_capability(&c, reply, &at) == MAILGUARD_OK)
		veiled = veiled || hidden(c.name);
	if (veiled)
		mgi_answer_note(a, MAILGUARD_SEVERITY_LOSS,
		                MGI_SAY_STARTTLS_STRIPPED, NULL, NULL);
	if (takes_passwords(reply))
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_LOGIN_OFFERED_IN_CLEAR, NULL, NULL);
	if (e->tls == MAILGUARD_TLS_NONE &&
	    (mailguard_reply_has(reply, "STARTTLS") ||
	     mailguard_reply_has(reply, "STLS")))
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_STARTTLS_UNUSED, NULL, NULL);
}

/* The first list that came in clear. */
static void read_in_clear(const mgi_reader *r)
{
	const mailguard_endpoint *e = mailguard_transcript_endpoint(r->t);
	mailguard_capability c;
	const mailguard_step *s;
	mailguard_reply reply;
	size_t i, at, k;

	for (i = 0; (s = mailguard_transcript_step(r->t, i)) != NULL; i++) {
		if (s->tls || !lists(s, e->protocol))
			continue;
		for (at = 0; mgi_mail_reply(&reply, s, e->protocol, &at);) {
			k = 0;
			if (mailguard_reply_capability(&c, &reply, &k))
				continue;
			look_in_clear(r->a, &reply);
			return;
		}
	}
}

void mgi_read_offers(const mgi_reader *r)
{
	mailguard_answer *a = r->a;
	mailguard_capability c;
	mailguard_reply reply;
	size_t at = 0;

	read_in_clear(r);
	if (!last_list(&reply, r->t))
		return;
	a->capabilities = mgi_arena_array(a->arena, MGI_ANSWER_CAPABILITIES,
	                                  sizeof(*a->capabilities));
	while (a->capabilities &&
	       a->capability_count < MGI_ANSWER_CAPABILITIES &&
	       mailguard_reply_capability(&c, &reply, &at) == MAILGUARD_OK)
		a->capabilities[a->capability_count++] = told(a, &c);
}
