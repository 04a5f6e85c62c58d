/*
 * bounce_cut.c - lines that announce the returned mail, by their shape.
 *
 * Every server has its own: a run of signs, and between them words for the
 * mail that came back. What follows is no longer about the failure.
 */
#include "classify/bounce.h"

#include <string.h>

#define CUT_MAX 100 /* bytes of such a line */
#define CUT_SIGNS 3 /* of them at its head or its end, at least */

static bool is_sign(int c)
{
	return mgi_is_one_of(c, "-=*_#~+");
}

static size_t signs_before(mailguard_span s)
{
	size_t n = 0;

	while (n < s.len && is_sign(s.data[n]))
		n++;
	return n;
}

static size_t signs_behind(mailguard_span s)
{
	size_t n = 0;

	while (n < s.len && is_sign(s.data[s.len - n - 1]))
		n++;
	return n;
}

static bool has_any(mailguard_span s, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (mgi_span_find_nocase(s, words[i]) >= 0)
			return true;
	return false;
}

/* "Undeliverable message recipients" announces something else. */
static bool is_about_mail(mailguard_span s)
{
	static const char *const which[] = { "origin",
		                             "returned",
		                             "unsent",
		                             "undeliver",
		                             "bounced",
		                             "your ",
		                             "copy of",
		                             "start of",
		                             "begin",
		                             "follow",
		                             "below",
		                             "rejected",
		                             "failed",
		                             "header",
		                             "urspr",
		                             "zurueckges",
		                             "messaggio originale",
		                             "元の",
		                             "原" };
	static const char *const what[] = {
		"message", "mail",     "header",    "nachricht",
		"mensaje", "mensagem", "messaggio", "メッセージ",
		"メール",  "ヘッダ",   "邮件",      "郵件"
	};
	static const char *const other[] = {
		"recipient", "address", "transcript", "session", "error",
		"reason",    "user",    "report",     "problem", "detail",
		"explan",    "system",  "host",       "status",  "diagnos",
		"info",      "log",     "following",  "end of",  "not deliver"
	};

	return has_any(s, which, sizeof(which) / sizeof(which[0])) &&
	       has_any(s, what, sizeof(what) / sizeof(what[0])) &&
	       !has_any(s, other, sizeof(other) / sizeof(other[0]));
}

bool mgi_page_cuts(mailguard_span s)
{
	size_t before, behind;

	s = mgi_span_trim(s);
	if (s.len > CUT_MAX || s.len < 12)
		return false;
	before = signs_before(s);
	behind = signs_behind(s);
	return (before >= CUT_SIGNS || behind >= CUT_SIGNS) && before < s.len &&
	       !memchr(s.data, '@', s.len) && is_about_mail(s);
}
