/*
 * session_value.c - one value of a recorded session: strings, numbers, times
 * and the lines that hold several words.
 */
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "net/session_read.h"

const char *mgi_session_string(mgi_session_in *in, mailguard_span value)
{
	const char *own = NULL;
	mailguard_buffer raw;

	mgi_buf_init(&raw, in->mg);
	if (mgi_session_unescape(&raw, value) &&
	    strlen(mgi_buf_text(&raw)) == raw.len) {
		own = mgi_arena_strndup(in->scratch, mgi_buf_text(&raw),
		                        raw.len);
		if (!own) /* remembered by the arena */
			own = "";
	}
	if (raw.failed)
		in->said.failed = raw.failed;
	mgi_buf_done(&raw);
	return own;
}

bool mgi_session_number(int64_t *out,
                        mailguard_span s,
                        int64_t least,
                        int64_t most)
{
	bool minus = mgi_span_starts(s, "-");
	uint64_t n;

	if (!mgi_span_u64(&n, mgi_span_from(s, minus), INT64_MAX))
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return *out >= least && *out <= most;
}

mailguard_span mgi_session_word(mailguard_span *rest)
{
	mailguard_span word;
	size_t n = 0;

	while (n < rest->len && rest->data[n] != ' ')
		n++;
	word = mgi_span_head(*rest, n);
	while (n < rest->len && rest->data[n] == ' ')
		n++;
	*rest = mgi_span_from(*rest, n);
	return word;
}

/* A name of proto's; the finders there want a string. */
static bool name_of(int32_t *out,
                    int32_t (*find)(const char *name),
                    mailguard_span word)
{
	char name[32];

	if (word.len >= sizeof(name))
		return false;
	memcpy(name, word.data, word.len);
	name[word.len] = '\0';
	*out = find(name);
	return *out >= 0 && strlen(name) == word.len;
}

/* -- lines of several words ----------------------------------------------- */

static bool sys_of(int32_t *out, mailguard_span s)
{
	int64_t n;

	*out = mgi_errno_find(s);
	if (*out)
		return true;
	if (!mgi_session_number(&n, s, INT32_MIN, INT32_MAX))
		return false;
	*out = (int32_t)n;
	return true;
}

/* "code=535" of a step. */
static bool step_value(mgi_session_in *in,
                       mailguard_span name,
                       mailguard_span s)
{
	mailguard_step *step = &in->step;
	int64_t n;

	if (mgi_span_is(name, "code")) {
		if (!mgi_session_number(&n, s, INT32_MIN, INT32_MAX))
			return false;
		step->code = (int32_t)n;
		return true;
	}
	if (mgi_span_is(name, "sys"))
		return sys_of(&step->sys, s);
	if (mgi_span_is(name, "answer")) {
		step->answer = mgi_answer_find(s);
		return step->answer > 0;
	}
	if (mgi_span_is(name, "note")) {
		step->note = mgi_note_find(s);
		return step->note > 0;
	}
	if (mgi_span_is(name, "said")) {
		in->counted_said = true;
		return mgi_span_u64(&step->said_bytes, s, UINT64_MAX);
	}
	if (mgi_span_is(name, "heard")) {
		in->counted_heard = true;
		return mgi_span_u64(&step->heard_bytes, s, UINT64_MAX);
	}
	return false;
}

static bool step_flag(mailguard_step *step, mailguard_span word)
{
	if (mgi_span_is(word, "tls"))
		step->tls = 1;
	else if (mgi_span_is(word, "timed-out"))
		step->timed_out = 1;
	else if (mgi_span_is(word, "closed"))
		step->closed = 1;
	else if (mgi_span_is(word, "reset"))
		step->closed = 2;
	else
		return false;
	return true;
}

bool mgi_session_step(mgi_session_in *in, mailguard_span value)
{
	mailguard_step *step = &in->step;

	memset(step, 0, sizeof(*step));
	in->counted_said = in->counted_heard = false;
	if (!name_of(&step->phase, mailguard_phase_find,
	             mgi_session_word(&value)) ||
	    !mgi_session_number(&step->begin, mgi_session_word(&value), 0,
	                        INT64_MAX) ||
	    !mgi_session_number(&step->end, mgi_session_word(&value), 0,
	                        INT64_MAX))
		return false;
	while (value.len) {
		mailguard_span word = mgi_session_word(&value);
		const unsigned char *is = memchr(word.data, '=', word.len);
		size_t n = is ? (size_t)(is - word.data) : word.len;
		bool fine = is ? step_value(in, mgi_span_head(word, n),
		                            mgi_span_from(word, n + 1))
		               : step_flag(step, word);

		if (!fine)
			return false;
	}
	return true;
}

bool mgi_session_tls(mgi_session_in *in, mailguard_span value)
{
	mailguard_tls_facts *tls = &in->tls;

	memset(tls, 0, sizeof(*tls));
	while (value.len) {
		mailguard_span word = mgi_session_word(&value);

		if (mgi_span_is(word, "verified"))
			tls->verified = 1;
		else if (mgi_span_is(word, "name-matches"))
			tls->name_matches = 1;
		else if (mgi_span_is(word, "resumed"))
			tls->resumed = 1;
		else if (mgi_span_is(word, "stapled"))
			tls->stapled = 1;
		else if (mgi_span_starts(word, "dane="))
			tls->dane = mgi_dane_find(mgi_span_from(word, 5));
		else
			return false;
		if (tls->dane < 0)
			return false;
	}
	return true;
}

bool mgi_session_fault(mgi_session_in *in, mailguard_span value)
{
	mailguard_span code = mgi_session_word(&value);
	mailguard_span depth = mgi_session_word(&value);
	mailguard_tls_fault f = { 0 };
	int64_t n;

	if (!mgi_session_number(&n, code, INT32_MIN, INT32_MAX))
		return false;
	f.code = (int32_t)n;
	if (!mgi_session_number(&n, depth, INT32_MIN, INT32_MAX))
		return false;
	f.depth = (int32_t)n;
	f.name = mgi_session_string(in, value);
	if (!f.name)
		return false;
	mgi_script_fault(in->script, &f);
	return true;
}

bool mgi_session_record(mgi_session_in *in, mailguard_span value)
{
	mailguard_span ttl = mgi_session_word(&value);
	mailguard_span priority = mgi_session_word(&value);
	mailguard_record r = { 0 };
	int64_t n;

	if (!mgi_session_number(&n, ttl, 0, UINT32_MAX))
		return false;
	r.ttl = (uint32_t)n;
	if (!mgi_session_number(&n, priority, INT32_MIN, INT32_MAX))
		return false;
	r.priority = (int32_t)n;
	r.type = mgi_session_string(in, mgi_session_word(&value));
	r.name = mgi_session_string(in, mgi_session_word(&value));
	r.data = mgi_session_string(in, value);
	if (!r.type || !r.name || !r.data)
		return false;
	mgi_script_record(in->script, &r);
	return true;
}

/* -- "key: value" --------------------------------------------------------- */

enum value_kind { STRING, PORT, TIME, PHASE, PROTOCOL, TLS_MODE, DIGEST };

#define IN(field) offsetof(mgi_session_in, field)

static const struct {
	mgi_session_part part;
	enum value_kind kind;
	const char *key;
	size_t at; /* in mgi_session_in */
} keys[] = {
	{ MGI_PART_HEAD, PROTOCOL, "protocol", IN(to.protocol) },
	{ MGI_PART_HEAD, STRING, "host", IN(to.host) },
	{ MGI_PART_HEAD, PORT, "port", IN(to.port) },
	{ MGI_PART_HEAD, TLS_MODE, "tls", IN(to.tls) },
	{ MGI_PART_HEAD, STRING, "pinned", IN(to.address) },
	{ MGI_PART_HEAD, STRING, "user", IN(to.user) },
	{ MGI_PART_HEAD, STRING, "mechanism", IN(to.mechanism) },
	{ MGI_PART_HEAD, STRING, "path", IN(to.path) },
	{ MGI_PART_HEAD, STRING, "address", IN(address) },
	{ MGI_PART_HEAD, TIME, "begin", IN(begin) },
	{ MGI_PART_HEAD, PHASE, "reached", IN(reached) },
	{ MGI_PART_TLS, STRING, "version", IN(tls.version) },
	{ MGI_PART_TLS, STRING, "cipher", IN(tls.cipher) },
	{ MGI_PART_TLS, STRING, "alert", IN(tls.alert) },
	{ MGI_PART_CERTIFICATE, STRING, "subject", IN(certificate.subject) },
	{ MGI_PART_CERTIFICATE, STRING, "issuer", IN(certificate.issuer) },
	{ MGI_PART_CERTIFICATE, STRING, "names", IN(certificate.names) },
	{ MGI_PART_CERTIFICATE, STRING, "serial", IN(certificate.serial) },
	{ MGI_PART_CERTIFICATE, STRING, "key", IN(certificate.key) },
	{ MGI_PART_CERTIFICATE, STRING, "signature",
	  IN(certificate.signature) },
	{ MGI_PART_CERTIFICATE, STRING, "issuer-at",
	  IN(certificate.issuer_at) },
	{ MGI_PART_CERTIFICATE, TIME, "not-before",
	  IN(certificate.not_before) },
	{ MGI_PART_CERTIFICATE, TIME, "not-after", IN(certificate.not_after) },
	{ MGI_PART_CERTIFICATE, DIGEST, "sha256", IN(certificate.sha256) },
};

static bool time_of(mailguard_time *out, mailguard_span s)
{
	if (mgi_span_starts(s, "@"))
		return mgi_session_number(out, mgi_span_from(s, 1), -INT64_MAX,
		                          INT64_MAX);
	*out = mgi_time_parse_rfc3339(s);
	return *out != 0;
}

static bool port_of(int32_t *out, mailguard_span s)
{
	int64_t n;

	if (!mgi_session_number(&n, s, 1, 65535))
		return false;
	*out = (int32_t)n;
	return true;
}

static bool set(mgi_session_in *in,
                enum value_kind kind,
                void *to,
                mailguard_span value)
{
	switch (kind) {
	case STRING:
		*(const char **)to = mgi_session_string(in, value);
		return *(const char **)to != NULL;
	case PORT:
		return port_of(to, value);
	case TIME:
		return time_of(to, value);
	case PHASE:
		return name_of(to, mailguard_phase_find, value);
	case PROTOCOL:
		return name_of(to, mailguard_protocol_find, value);
	case TLS_MODE:
		return name_of(to, mailguard_tls_find, value);
	case DIGEST:
		return mgi_unhex(to, MGI_SHA256_BYTES, value);
	}
	return false;
}

mailguard_status mgi_session_key(mgi_session_in *in,
                                 mailguard_span key,
                                 mailguard_span value)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].part == in->part && mgi_span_is(key, keys[i].key))
			break;
	if (i == sizeof(keys) / sizeof(keys[0]))
		return mgi_session_bad(in, MGI_SAY_SESSION_UNKNOWN_KEY, key);
	if (in->seen >> i & 1)
		return mgi_session_bad(in, MGI_SAY_SESSION_TWICE, key);
	in->seen |= UINT32_C(1) << i;
	if (!set(in, keys[i].kind, (char *)in + keys[i].at, value))
		return mgi_session_bad(in, MGI_SAY_SESSION_BAD_VALUE, key);
	return MAILGUARD_OK;
}
