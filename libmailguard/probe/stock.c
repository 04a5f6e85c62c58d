/*
 * stock.c - what an ordinary client's login came to, beside ours. It decides
 * nothing: where the two disagree that is a note, for people to look into.
 */
#include "probe/answer.h"

/* libcurl's words, else why there are none. */
static const char *words(const mailguard_answer *a, const mailguard_step *s)
{
	mgi_lang lang = mgi_answer_lang(a);

	if (s->note == MAILGUARD_NOTE_NOT_OFFERED)
		return mgi_say_raw(lang, MGI_SAY_STOCK_NOT_TRIED);
	if (s->heard.len)
		return mgi_arena_strndup(a->arena, (char *)s->heard.data,
		                         s->heard.len);
	return s->timed_out ? mgi_say_raw(lang, MGI_SAY_ADDRESS_LATE) : "";
}

/* Did the mailbox open to us, or, where nobody logs in, the server speak? */
static bool ours_in(const mailguard_answer *a)
{
	return mailguard_answer_ok(a) || a->login == MAILGUARD_LOGIN_OK;
}

void mgi_answer_stock(mailguard_answer *a)
{
	const mailguard_transcript *t = a->wanted.stock;
	const mailguard_step *s = t ? mgi_step_last(t) : NULL;
	mailguard_answer_second *to = &a->second;

	a->wanted.stock = NULL; /* the caller's */
	if (!s)
		return;
	a->has_second = true;
	to->code = s->code;
	to->ok = s->answer == MAILGUARD_REPLY_OK;
	if (s->note == MAILGUARD_NOTE_NOT_OFFERED)
		to->ok = -1;
	to->text = to->ok == 1 ? "" : words(a, s);
	if (to->ok == 1 && !ours_in(a))
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_STOCK_GETS_IN, NULL, NULL);
	if (to->ok == 0 && ours_in(a))
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_STOCK_KEPT_OUT, "text", to->text);
}

const mailguard_answer_second *mailguard_answer_second_opinion(
	const mailguard_answer *a)
{
	return a->has_second ? &a->second : NULL;
}
