/*
 * transcript_parse.c - a recorded session, line by line, into a recorder.
 *
 * It knows which line opens and closes what; session_value.c knows what the
 * values are. Every mistake is told with its line.
 */
#include <string.h>

#include "base/cursor.h"
#include "base/text.h"
#include "net/session_read.h"

mailguard_status mgi_session_bad(mgi_session_in *in,
                                 mgi_say_id why,
                                 mailguard_span key)
{
	mailguard_status st;
	mailguard_buffer name;

	/* What stands there may be anything: as escaped it is one line. */
	mgi_buf_init(&name, in->mg);
	mgi_session_escape(&name, mgi_span_head(key, 40), false);
	st = mgi_fail(in->err, in->mg, MAILGUARD_EFORMAT, why, "line",
	              mgi_u64(in->line).text, "key", mgi_buf_text(&name));
	mgi_buf_done(&name);
	return st;
}

/* The head is over: now it is known whom the recorder is about. */
static mailguard_status head_close(mgi_session_in *in)
{
	static const mgi_script_limits all = { UINT64_MAX, UINT64_MAX,
		                               MGI_SESSION_BYTES_MAX };
	mailguard_status st;

	if (!in->to.protocol)
		return mgi_fail(in->err, in->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_SESSION_NO_PROTOCOL);
	st = mgi_script_new(&in->script, in->mg, &in->to, &all, in->err);
	if (st < 0)
		return st;
	if (in->address)
		mgi_script_address(in->script, in->address);
	mgi_script_begun_at(in->script, in->begin);
	mgi_script_reached(in->script, in->reached);
	return MAILGUARD_OK;
}

static void step_close(mgi_session_in *in)
{
	mailguard_step *step = &in->step;

	step->said = mgi_buf_text(&in->said);
	step->heard = mgi_buf_span(&in->heard);
	if (!in->counted_said)
		step->said_bytes =
			mgi_session_said_bytes(mgi_span_of(step->said));
	if (!in->counted_heard)
		step->heard_bytes = step->heard.len;
	mgi_script_add(in->script, step);
	mgi_buf_cut(&in->said, 0);
	mgi_buf_cut(&in->heard, 0);
}

/* What was open is complete. */
static mailguard_status part_close(mgi_session_in *in)
{
	mgi_session_part part = in->part;

	in->part = MGI_PART_BODY; /* which takes no keys */
	in->seen = 0;
	if (part == MGI_PART_HEAD)
		return head_close(in);
	if (part == MGI_PART_STEP)
		step_close(in);
	if (part == MGI_PART_TLS)
		mgi_script_tls(in->script, &in->tls);
	if (part == MGI_PART_CERTIFICATE)
		mgi_script_certificate(in->script, &in->certificate);
	return MAILGUARD_OK;
}

static bool certificate(mgi_session_in *in, mailguard_span value)
{
	memset(&in->certificate, 0, sizeof(in->certificate));
	return !value.len;
}

static bool body(mgi_session_in *in, mailguard_span value)
{
	(void)in;
	return !value.len;
}

/* Lines that close what was open and, most of them, open a part. */
static const struct {
	const char *key;
	bool (*read)(mgi_session_in *in, mailguard_span value);
	mgi_session_part part;
	uint32_t max;
	size_t count; /* where it is counted */
} openers[] = {
	{ "step", mgi_session_step, MGI_PART_STEP, MGI_SCRIPT_STEPS_MAX,
	  offsetof(mgi_session_in, steps) },
	{ "handshake", mgi_session_tls, MGI_PART_TLS, 1,
	  offsetof(mgi_session_in, handshakes) },
	{ "certificate", certificate, MGI_PART_CERTIFICATE,
	  MGI_SCRIPT_FACTS_MAX, offsetof(mgi_session_in, certificates) },
	{ "fault", mgi_session_fault, MGI_PART_BODY, MGI_SCRIPT_FACTS_MAX,
	  offsetof(mgi_session_in, faults) },
	{ "record", mgi_session_record, MGI_PART_BODY, MGI_SCRIPT_FACTS_MAX,
	  offsetof(mgi_session_in, records) },
	{ "body", body, MGI_PART_BODY, 1, offsetof(mgi_session_in, bodies) },
};

static mailguard_status open_part(mgi_session_in *in,
                                  size_t row,
                                  mailguard_span value)
{
	uint32_t *count = (uint32_t *)(void *)((char *)in + openers[row].count);
	mailguard_status st = part_close(in);

	if (st < 0)
		return st;
	if (++*count > openers[row].max)
		return mgi_fail(in->err, in->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_SESSION_TOO_MANY, "line",
		                mgi_u64(in->line).text, "max",
		                mgi_u64(openers[row].max).text);
	if (!openers[row].read(in, value))
		return mgi_session_bad(in, MGI_SAY_SESSION_BAD_VALUE,
		                       mgi_span_of(openers[row].key));
	in->part = openers[row].part;
	return MAILGUARD_OK;
}

/* "> said", "< heard", "| body". */
static mailguard_status bytes(mgi_session_in *in, mailguard_span line)
{
	int mark = line.data[0];
	mailguard_buffer raw, *to = mark == '>' ? &in->said : &in->heard;
	mailguard_status st = MAILGUARD_OK;

	if (in->part != (mark == '|' ? MGI_PART_BODY : MGI_PART_STEP) ||
	    (mark == '|' && !in->bodies))
		return mgi_session_bad(in, MGI_SAY_SESSION_BAD_LINE, line);
	line = mgi_span_from(
		line, mgi_span_starts(mgi_span_from(line, 1), " ") ? 2 : 1);
	mgi_buf_init(&raw, in->mg);
	if (!mgi_session_unescape(&raw, line) ||
	    (mark == '>' && memchr(mgi_buf_text(&raw), '\0', raw.len)))
		st = mgi_session_bad(in, MGI_SAY_SESSION_BAD_LINE, line);
	else if (mark == '|')
		(void)mgi_script_body(in->script, mgi_buf_span(&raw));
	else
		mgi_buf_add(to, mgi_buf_text(&raw), raw.len);
	if (st == MAILGUARD_OK)
		st = mgi_buf_status(&raw, in->err);
	mgi_buf_done(&raw);
	return st;
}

static mailguard_status line_read(mgi_session_in *in, mailguard_span line)
{
	mailguard_span key, value;
	size_t i;

	if (memchr("<>|", line.data[0], 3))
		return bytes(in, line);
	for (i = 0; i < line.len && line.data[i] != ':'; i++)
		;
	if (!i || i == line.len)
		return mgi_session_bad(in, MGI_SAY_SESSION_BAD_LINE, line);
	key = mgi_span_trim(mgi_span_head(line, i));
	value = mgi_span_trim(mgi_span_from(line, i + 1));
	for (i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
		if (mgi_span_is(key, openers[i].key))
			return open_part(in, i, value);
	return mgi_session_key(in, key, value);
}

static mailguard_status lines_read(mgi_session_in *in, mailguard_span text)
{
	mgi_cursor c = mgi_cursor_of(text);
	mailguard_status st = MAILGUARD_OK;
	bool magic = false;
	mailguard_span line;

	while (st == MAILGUARD_OK && mgi_cursor_line(&line, &c)) {
		in->line++;
		if (!mgi_span_trim(line).len || line.data[0] == '#')
			continue;
		if (magic)
			st = line_read(in, line);
		else if (mgi_span_is(mgi_span_trim(line), MGI_SESSION_MAGIC))
			magic = true;
		else
			break;
	}
	if (st == MAILGUARD_OK && !magic)
		return mgi_fail(in->err, in->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_SESSION_NOT_ONE, "magic",
		                MGI_SESSION_MAGIC);
	return st == MAILGUARD_OK ? part_close(in) : st;
}

static mailguard_status finish(mailguard_transcript **out, mgi_session_in *in)
{
	mgi_script *script = in->script;
	mailguard_status st;

	st = mgi_buf_status(&in->said, in->err);
	if (st == MAILGUARD_OK)
		st = mgi_buf_status(&in->heard, in->err);
	if (st < 0)
		return st;
	if (mgi_arena_failed(in->scratch))
		return mgi_fail_nomem(in->err);
	in->script = NULL;
	return mgi_script_finish(out, script, in->err);
}

mailguard_status mailguard_transcript_parse(mailguard_transcript **out,
                                            mailguard *mg,
                                            mailguard_span text,
                                            mailguard_error *err)
{
	mgi_session_in in = { .mg = mg, .err = err };
	mailguard_status st;

	*out = NULL;
	if (text.len > MGI_SESSION_BYTES_MAX)
		return mgi_fail(err, mg, MAILGUARD_ELIMIT,
		                MGI_SAY_SESSION_TOO_LARGE, "max",
		                mgi_u64(MGI_SESSION_BYTES_MAX).text);
	in.scratch = mgi_arena_new(mg);
	if (!in.scratch)
		return mgi_fail_nomem(err);
	in.to.size = sizeof(in.to);
	mgi_buf_init(&in.said, mg);
	mgi_buf_init(&in.heard, mg);
	st = lines_read(&in, text);
	if (st == MAILGUARD_OK)
		st = finish(out, &in);
	mgi_script_free(in.script);
	mgi_buf_done(&in.said);
	mgi_buf_done(&in.heard);
	mgi_arena_free(in.scratch);
	return st;
}
