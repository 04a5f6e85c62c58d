/*
 * imap.c - the server's half of IMAP4rev1 (RFC 3501), read-only, one folder.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void capabilities(conn *c)
{
	const char *mechs = mechanisms(c);

	say(c, "CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID");
	if (c->who)
		return;
	if (offers_starttls(c))
		say(c, " STARTTLS");
	if (mechanisms_whole(c))
		say(c, " AUTH=PLAIN AUTH=LOGIN");
	else
		sayf(c, " LOGINDISABLED%s%s", *mechs ? " AUTH=" : "", mechs);
}

static void greet(conn *c)
{
	if (strikes(c, PHASE_GREETING))
		return;
	say(c, "* OK ");
	/* Whoever is to fail at CAPABILITY must be asked first. */
	if (!c->at->fault || c->at->fault->at != PHASE_CAPABILITIES) {
		say(c, "[");
		capabilities(c);
		say(c, "] ");
	}
	say(c, "demo.example IMAP ready\r\n");
}

static void done(conn *c, const char *words)
{
	sayf(c, "%s %s\r\n", c->tag, words);
}

static void capability(conn *c, const char *arg)
{
	(void)arg;
	if (!c->who && strikes(c, PHASE_CAPABILITIES))
		return;
	say(c, "* ");
	capabilities(c);
	say(c, "\r\n");
	done(c, "OK Capability completed.");
}

static void welcome(conn *c)
{
	sayf(c, "%s OK [", c->tag);
	capabilities(c);
	say(c, "] Logged in\r\n");
}

static const dress imap_dress = {
	.family = IMAP,
	.answer = done,
	.welcome = welcome,
	.challenge = "+ ",
	.refused = "NO [AUTHENTICATIONFAILED] Authentication failed.",
	.aborted = "BAD Authentication aborted.",
	.strange = "NO Unsupported authentication mechanism.",
	.begin_tls = "OK Begin TLS negotiation now.",
	.no_starttls = "BAD Unknown command.",
};

static void starttls(conn *c, const char *arg)
{
	(void)arg;
	starttls_run(c, &imap_dress);
}

static bool password_taken(conn *c)
{
	if (mechanisms_whole(c))
		return true;
	done(c, fails(c, PHASE_LOGIN, ACT_TLS_FIRST)
	                ? "NO [PRIVACYREQUIRED] Plaintext authentication "
	                  "disallowed on non-secure connections."
	                : "NO Unsupported authentication mechanism.");
	return false;
}

/* An atom, a quoted string or a literal; NULL if none is there. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " "), *to;

	if (*word == '{') {
		size_t n = strtoul(word + 1, NULL, 10);

		word += strcspn(word, "\n");
		if (!*word || strlen(word) <= n)
			return NULL;
		word++;
		*at = word + n + (word[n] != '\0');
		word[n] = '\0';
		return word;
	}
	if (*word != '"') {
		*at = word + strcspn(word, " ");
		if (**at)
			*(*at)++ = '\0';
		return *word ? word : NULL;
	}
	for (to = ++word, *at = word; **at && **at != '"'; (*at)++) {
		if (**at == '\\' && (*at)[1])
			(*at)++;
		*to++ = **at;
	}
	if (**at)
		(*at)++;
	*to = '\0';
	return word;
}

static void login(conn *c, const char *arg)
{
	char words[1024], *at = words, *name, *secret;

	if (!password_taken(c))
		return;
	snprintf(words, sizeof(words), "%s", arg);
	name = next_word(&at);
	secret = name ? next_word(&at) : NULL;
	if (secret)
		login_end(c, &imap_dress, account_login(name, secret));
	else
		done(c, "BAD Expected a name and a password.");
}

static void authenticate(conn *c, const char *arg)
{
	if (fails(c, PHASE_LOGIN, ACT_TOKEN) || password_taken(c))
		login_begin(c, &imap_dress, arg);
}

static void status(conn *c, const char *arg)
{
	size_t n = c->who->count;

	(void)arg;
	sayf(c,
	     "* STATUS INBOX (MESSAGES %zu UNSEEN %zu RECENT 0 UIDNEXT %zu "
	     "UIDVALIDITY 1)\r\n",
	     n, n ? (size_t)1 : 0, n + 101);
	done(c, "OK Status completed.");
}

static void select_inbox(conn *c, const char *arg)
{
	(void)arg;
	sayf(c,
	     "* FLAGS (\\Seen)\r\n* %zu EXISTS\r\n* 0 RECENT\r\n"
	     "* OK [UIDVALIDITY 1] UIDs valid\r\n"
	     "* OK [UIDNEXT %zu] Predicted next UID\r\n",
	     c->who->count, c->who->count + 101);
	done(c, "OK [READ-ONLY] Examine completed.");
}

static void list(conn *c, const char *arg)
{
	(void)arg;
	say(c, "* LIST (\\HasNoChildren) \"/\" INBOX\r\n");
	done(c, "OK List completed.");
}

static void search(conn *c, const char *arg)
{
	size_t i;

	(void)arg;
	say(c, "* SEARCH");
	for (i = 1; i <= c->who->count; i++)
		sayf(c, " %zu", i);
	say(c, "\r\n");
	done(c, "OK Search completed.");
}

static void fetch_one(conn *c, size_t n, const char *items)
{
	const mail *m = &c->who->mails[n - 1];
	const char *end = strstr(m->text, "\r\n\r\n") + 4;
	const char *section = strstr(items, "BODY");
	size_t len = m->len;
	char date[64];
	struct tm t;

	gmtime_r(&m->when, &t);
	strftime(date, sizeof(date), "%d-%b-%Y %H:%M:%S +0000", &t);
	sayf(c, "* %zu FETCH (UID %u INTERNALDATE \"%s\" RFC822.SIZE %zu", n,
	     m->uid, date, m->len);
	if (section) {
		bool header = strstr(section, "HEADER") != NULL;

		if (header)
			len = (size_t)(end - m->text);
		sayf(c, " BODY[%s] {%zu}\r\n", header ? "HEADER" : "", len);
		say_bytes(c, m->text, len);
	}
	say(c, ")\r\n");
}

static size_t number(const conn *c, const char *text)
{
	size_t n = *text == '*' ? c->who->count : strtoul(text, NULL, 10);

	return n > c->who->count ? c->who->count : n;
}

/* One range of sequence numbers is enough for a probe: 1, 2:*, *. */
static void fetch(conn *c, const char *arg)
{
	const char *items = arg + strcspn(arg, " ");
	const char *upto = strchr(arg, ':');
	size_t from = number(c, arg);
	size_t to = upto && upto < items ? number(c, upto + 1) : from;

	for (; from >= 1 && from <= to; from++)
		fetch_one(c, from, items);
	done(c, "OK Fetch completed.");
}

static void nothing(conn *c, const char *arg)
{
	(void)arg;
	done(c, "OK Done.");
}

static void logout(conn *c, const char *arg)
{
	(void)arg;
	if (strikes(c, PHASE_QUIT))
		return;
	say(c, "* BYE Logging out\r\n");
	done(c, "OK Logout completed.");
	c->closing = true;
}

static const command commands[] = {
	{ "CAPABILITY", capability, false },
	{ "STARTTLS", starttls, false },
	{ "LOGIN", login, false },
	{ "AUTHENTICATE", authenticate, false },
	{ "LOGOUT", logout, false },
	{ "ID", nothing, false },
	{ "NOOP", nothing, true },
	{ "STATUS", status, true },
	{ "SELECT", select_inbox, true },
	{ "EXAMINE", select_inbox, true },
	{ "LIST", list, true },
	{ "SEARCH", search, true },
	{ "FETCH", fetch, true },
	{ "CLOSE", nothing, true },
	{ NULL, NULL, false },
};

static void hear(conn *c, char *line)
{
	char *name = line + strcspn(line, " "), *arg;

	c->literal = 0;
	if (c->step != STEP_IDLE) {
		login_goes_on(c, &imap_dress, line);
		return;
	}
	if (*name)
		*name++ = '\0';
	arg = name + strcspn(name, " ");
	if (*arg)
		*arg++ = '\0';
	snprintf(c->tag, sizeof(c->tag), "%s", *line ? line : "*");
	if (!command_run(c, commands, name, arg))
		done(c, "BAD Unknown command.");
}

/* The octets of the literal that the line up to `end` announces, or -1;
   `asked`: whether the client waits for our "+". */
static long literal(const char *line, const char *end, bool *asked)
{
	const char *brace = end;
	long n;

	if (end - line < 3 || end[-1] != '\r' || end[-2] != '}')
		return -1;
	while (brace > line && *brace != '{')
		brace--;
	n = *brace == '{' ? strtol(brace + 1, NULL, 10) : -1;
	*asked = end[-3] != '+';
	return n < IN_MAX ? n : -1;
}

/* A command goes on behind each literal (RFC 3501, section 4.3). */
static size_t whole(conn *c)
{
	size_t at = 0;

	for (;;) {
		const char *end = memchr(c->in + at, '\n', c->in_len - at);
		bool asked = false;
		long n;

		if (!end)
			return 0;
		n = literal(c->in + at, end, &asked);
		at = (size_t)(end - c->in) + 1;
		if (n < 0)
			return at;
		if (asked && c->literal < at) {
			c->literal = at;
			say(c, "+ OK\r\n");
		}
		at += (size_t)n;
		if (at > c->in_len)
			return 0;
	}
}

const dialogue imap_dialogue = { greet, hear, whole };
