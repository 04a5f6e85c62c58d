/*
 * tally_line.c - one line of a mail log. Pure: it knows how Postfix, Sendmail,
 * Exim and Dovecot write, not what their words mean.
 */
#define _GNU_SOURCE
#include "base/clock.h"
#include "classify/tally.h"

#include <string.h>

#define DAY ((mailguard_time)86400 * 1000000)

/* Behind `word`, to the end of the line; false if it does not stand there. */
static bool behind(mailguard_span *out, mailguard_span s, const char *word)
{
	size_t n = strlen(word);
	const unsigned char *at = memmem(s.data, s.len, word, n);

	if (!at)
		return false;
	*out = mgi_span_from(s, (size_t)(at - s.data) + n);
	return true;
}

/* The head of `s` before the first of `stops`. */
static mailguard_span until(mailguard_span s, const char *stops)
{
	size_t n = 0;

	while (n < s.len && !mgi_is_one_of(s.data[n], stops))
		n++;
	return mgi_span_head(s, n);
}

static mailguard_span value(mailguard_span line, const char *name)
{
	mailguard_span s;

	if (!behind(&s, line, name))
		return mgi_span(NULL, 0);
	if (s.len && s.data[0] == '<')
		return until(mgi_span_from(s, 1), ">");
	return until(s, ", ");
}

/* "host postfix/smtp[1]: 4F2A: to=..." gives 4F2A. */
static mailguard_span queue_id(mailguard_span line)
{
	mailguard_span s;

	if (!behind(&s, line, "]: "))
		return mgi_span(NULL, 0);
	return until(s, ": ");
}

static bool postfix(mgi_log_line *out, mailguard_span line)
{
	mailguard_span s, status;

	if (!behind(&s, line, " status="))
		return false;
	status = until(s, " ");
	if (mgi_span_is(status, "sent") || mgi_span_is(status, "deliverable"))
		return true;
	out->kind = MGI_LOG_FAILURE;
	out->id = queue_id(line);
	out->to = value(line, " to=");
	out->host = value(line, " relay=");
	out->text = mgi_span_trim(mgi_span_from(s, status.len));
	if (out->text.len > 1 && out->text.data[0] == '(')
		out->text = mgi_span(out->text.data + 1, out->text.len - 2);
	return true;
}

static bool postfix_reject(mgi_log_line *out, mailguard_span line)
{
	mailguard_span s, from;

	if (!behind(&s, line, "reject: ") || !behind(&from, s, " from "))
		return false;
	out->kind = MGI_LOG_FAILURE;
	out->host = until(from, ":");
	if (behind(&s, from, ": "))
		out->text = s;
	out->sender = value(line, " from=");
	out->to = value(line, " to=");
	return true;
}

static bool sendmail(mgi_log_line *out, mailguard_span line)
{
	mailguard_span s;

	if (!behind(&s, line, ", stat="))
		return false;
	if (mgi_span_starts(s, "Sent") || mgi_span_starts(s, "queued"))
		return true;
	out->kind = MGI_LOG_FAILURE;
	out->id = queue_id(line);
	out->to = value(line, " to=");
	out->host = value(line, " relay=");
	out->text = s;
	if (behind(&s, line, ", dsn="))
		out->text = s; /* "5.1.1, stat=User unknown" */
	return true;
}

/* "2026-11-23 10:00:00 1abcde-000001-02 ** ann@example.org R=..: why" */
static bool exim(mgi_log_line *out, mailguard_span line)
{
	mailguard_span s, host;
	const char *mark = " ** ";
	const unsigned char *at;

	if (line.len < 44 || line.data[4] != '-' || line.data[10] != ' ')
		return false;
	at = memmem(line.data, line.len < 60 ? line.len : 60, " <= ", 4);
	if (at) {
		s = mgi_span_from(line, (size_t)(at - line.data) + 4);
		out->kind = MGI_LOG_SENDER;
		out->sender = until(s, " ");
		out->id = until(mgi_span_from(line, 20), " ");
		return true;
	}
	if (!memmem(line.data, line.len < 60 ? line.len : 60, mark, 4))
		mark = " == ";
	if (!memmem(line.data, line.len < 60 ? line.len : 60, mark, 4) ||
	    !behind(&s, line, mark))
		return false;
	out->kind = MGI_LOG_FAILURE;
	out->id = until(mgi_span_from(line, 20), " ");
	out->to = until(s, " :");
	if (behind(&host, line, " H="))
		out->host = until(host, " :");
	out->text = mgi_span_from(s, out->to.len);
	return true;
}

static bool dovecot(mgi_log_line *out, mailguard_span line)
{
	mailguard_span s, rest;

	if (!behind(&s, line, "dovecot") || !behind(&rest, s, ": "))
		return false;
	if (!memmem(rest.data, rest.len, "failed", 6) &&
	    !memmem(rest.data, rest.len, "rror", 4) &&
	    !memmem(rest.data, rest.len, "xceeded", 7))
		return true;
	out->kind = MGI_LOG_FAILURE;
	out->sender = value(line, "user=");
	out->host = value(line, " rip=");
	out->text = rest;
	return true;
}

static bool sender(mgi_log_line *out, mailguard_span line)
{
	mailguard_span s;

	if (!behind(&s, line, ": from=<"))
		return false;
	out->kind = MGI_LOG_SENDER;
	out->id = queue_id(line);
	out->sender = until(s, ">");
	return true;
}

void mgi_log_read(mgi_log_line *out, mailguard_span line)
{
	memset(out, 0, sizeof(*out));
	if (line.len < 16)
		return;
	if (postfix(out, line) || sender(out, line) || sendmail(out, line) ||
	    exim(out, line) || postfix_reject(out, line))
		return;
	(void)dovecot(out, line);
}

static int32_t number(mailguard_span s, size_t at, size_t n)
{
	int32_t out = 0;

	for (; n; n--, at++) {
		if (at >= s.len)
			return -1;
		if (s.data[at] == ' ' && !out)
			continue;
		if (!mgi_is_digit(s.data[at]))
			return -1;
		out = out * 10 + (s.data[at] - '0');
	}
	return out;
}

/* "10:00:00" at `at`; false if it is none. */
static bool clock_at(mgi_civil *c, mailguard_span s, size_t at)
{
	c->hour = number(s, at, 2);
	c->minute = number(s, at + 3, 2);
	c->second = number(s, at + 6, 2);
	return c->hour >= 0 && c->minute >= 0 && c->second >= 0;
}

/* "Nov  3 10:00:00" has no year: the latest that is not in the future. */
static mailguard_time syslog_time(mailguard_span s,
                                  mailguard_time now,
                                  int32_t offset)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	mgi_civil c = { .year = mgi_civil_of(now, offset).year,
		        .day = number(s, 4, 2),
		        .offset = offset };
	mailguard_time at;

	for (c.month = 1; c.month < 13; c.month++)
		if (memcmp(&months[(size_t)(c.month - 1) * 3], s.data, 3) == 0)
			break;
	if (c.month > 12 || !clock_at(&c, s, 7))
		return 0;
	at = mgi_time_of(&c);
	if (at <= now + DAY)
		return at;
	c.year--;
	return mgi_time_of(&c);
}

/* "+09:00" at the end of a time; UTC for anything else. */
static int32_t zone_of(mailguard_span line, size_t at)
{
	int32_t minutes;

	while (at < line.len && !mgi_is_one_of(line.data[at], " Z+-"))
		at++;
	if (at + 6 > line.len || !mgi_is_one_of(line.data[at], "+-"))
		return 0;
	minutes = number(line, at + 1, 2) * 60 + number(line, at + 4, 2);
	return minutes * (line.data[at] == '-' ? -60 : 60);
}

mailguard_time mgi_log_time(mailguard_span line,
                            mailguard_time now,
                            int32_t offset)
{
	mgi_civil c = { .offset = offset };

	if (line.len < 20)
		return 0;
	if (mgi_is_alpha(line.data[0]))
		return syslog_time(line, now, offset);
	c.year = number(line, 0, 4);
	c.month = number(line, 5, 2);
	c.day = number(line, 8, 2);
	if (c.year < 1970 || !clock_at(&c, line, 11))
		return 0;
	if (line.data[10] == 'T')
		c.offset = zone_of(line, 19);
	return mgi_time_of(&c);
}

/* Where the label before byte `end` begins. */
static size_t label(mailguard_span s, size_t end)
{
	while (end && s.data[end - 1] != '.')
		end--;
	return end;
}

mailguard_span mgi_log_domain(mailguard_span host)
{
	mailguard_span s = until(host, "[(,: ");
	size_t top, second, third;

	while (s.len && s.data[s.len - 1] == '.')
		s.len--;
	if (!s.len || mgi_is_digit(s.data[s.len - 1]))
		return s;
	top = label(s, s.len);
	second = top ? label(s, top - 1) : 0;
	third = second ? label(s, second - 1) : 0;
	/* "co.jp", "com.au": one label more */
	if (s.len - top == 2 && top && top - 1 - second <= 3)
		second = third;
	return mgi_span_from(s, second);
}
