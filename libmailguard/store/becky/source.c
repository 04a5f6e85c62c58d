/*
 * source.c - a mail of Becky! as it was delivered: without the dots that were
 * doubled, and with the attachments that lie in files beside it.
 */
#include "base/source.h"

#include <string.h>

#include "base/fail.h"
#include "store/becky/bmf.h"

#define PIECE ((size_t)64 << 10)
#define NAME_BYTES 1024

struct mail {
	mgi_file *file;
	mgi_bmf_mail where;
};

struct state {
	mgi_file *file, *beside; /* the attachment under way; or NULL */
	mgi_arena *arena;
	uint64_t at, beside_at;
	mgi_bmf_mail where;
	bool inside; /* of a line, whose beginning was given */
	unsigned char piece[PIECE];
};

/* ".." would lead out of the folder; so would a drive or a root. */
static bool leads_out(const char *path)
{
	const char *at = path;

	if (path[0] == '/' || strchr(path, ':'))
		return true;
	while (*at) {
		size_t n = strcspn(at, "/");

		if (n == 2 && at[0] == '.' && at[1] == '.')
			return true;
		at += n + (at[n] == '/');
	}
	return false;
}

const char *mgi_bmf_include(mgi_arena *arena,
                            const char *bmf,
                            mailguard_span line)
{
	mailguard_span name =
		mgi_span_trim(mgi_span_from(line, sizeof(MGI_BMF_INCLUDE) - 1));
	const char *slash = strrchr(bmf, '/');
	char *own, *at;

	if (!name.len || name.len > NAME_BYTES)
		return NULL;
	own = mgi_arena_strndup(arena, name.data, name.len);
	for (at = own; at && *at; at++)
		if (*at == '\\')
			*at = '/';
	if (!own || leads_out(own))
		return NULL;
	return mgi_arena_printf(arena, "%.*s#Attach/%s",
	                        slash ? (int)(slash - bmf + 1) : 0, bmf, own);
}

/* -- read ------------------------------------------------------------------ */

static mailguard_status mail_open(void **state,
                                  void *self,
                                  mgi_arena *arena,
                                  mailguard_error *err)
{
	const struct mail *m = self;
	struct state *s = mgi_arena_alloc(arena, sizeof(*s));

	if (!s)
		return mgi_fail_nomem(err);
	s->arena = arena;
	s->where = m->where;
	s->at = m->where.from;
	*state = s;
	return mgi_file_again(&s->file, m->file, err);
}

/* How much of `in` can be given: whole lines, if there is one. */
static size_t lines_of(mailguard_span in)
{
	size_t n = in.len;

	while (n && in.data[n - 1] != '\n')
		n--;
	return n ? n : in.len;
}

static size_t line_length(mailguard_span in)
{
	const unsigned char *end = memchr(in.data, '\n', in.len);

	return end ? (size_t)(end - in.data) + 1 : in.len;
}

/* Begin the file a line names; false if there is none. */
static bool beside_open(struct state *s, mailguard_span line)
{
	const char *path =
		mgi_bmf_include(s->arena, mgi_file_path(s->file), line);

	s->beside_at = 0;
	return path && mgi_file_open(&s->beside, mgi_file_handle(s->file), path,
	                             NULL) >= 0;
}

/*
 * Doubled dots become one, in place; stops at a line that names a file, which
 * then is s->beside. How many bytes of `in` are done; `*out` of them stay.
 */
static size_t lines_take(size_t *out, struct state *s, mailguard_span in)
{
	size_t done = 0;

	for (*out = 0; done < in.len;) {
		mailguard_span line = mgi_span_from(in, done);
		size_t n = line_length(line), skip = 0;

		line.len = n;
		if (!s->inside && mgi_span_starts(line, ".."))
			skip = 1;
		if (!s->inside && s->at + done >= s->where.body &&
		    mgi_span_starts_nocase(line, MGI_BMF_INCLUDE) &&
		    beside_open(s, line)) {
			memcpy(s->piece + *out, "\r\n", 2);
			*out += 2;
			return done + n;
		}
		memmove(s->piece + *out, line.data + skip, n - skip);
		*out += n - skip;
		done += n;
		s->inside = line.data[n - 1] != '\n';
	}
	return done;
}

static mailguard_status beside_next(mailguard_span *out,
                                    struct state *s,
                                    mailguard_error *err)
{
	mailguard_status st;
	size_t got;

	st = mgi_file_read(s->beside, s->beside_at, s->piece, PIECE, &got, err);
	s->beside_at += got;
	*out = mgi_span(s->piece, got);
	if (got)
		return MAILGUARD_OK;
	mgi_file_close(s->beside);
	s->beside = NULL;
	return st;
}

static mailguard_status mail_next(mailguard_span *out,
                                  void *state,
                                  mailguard_error *err)
{
	struct state *s = state;
	mailguard_status st;

	*out = mgi_span(NULL, 0);
	while (!out->len) {
		uint64_t left = s->where.to - s->at;
		size_t got, n;

		if (s->beside) {
			st = beside_next(out, s, err);
			if (st < 0)
				return st;
			continue;
		}
		if (!left)
			return MAILGUARD_ITEROVER;
		st = mgi_file_read(s->file, s->at, s->piece,
		                   left < PIECE ? (size_t)left : PIECE, &got,
		                   err);
		if (!got)
			return st < 0 ? st : MAILGUARD_ITEROVER;
		mgi_error_clear(err); /* what came before comes first */
		n = lines_of(mgi_span(s->piece, got));
		s->at += lines_take(&n, s, mgi_span(s->piece, n));
		*out = mgi_span(s->piece, n);
	}
	return MAILGUARD_OK;
}

static void mail_close(void *state)
{
	struct state *s = state;

	mgi_file_close(s->beside);
	mgi_file_close(s->file);
}

static void mail_release(void *self)
{
	struct mail *m = self;
	mgi_file *file = m->file;

	mgi_free(mgi_file_handle(file), m);
	mgi_file_close(file);
}

mailguard_status mgi_bmf_source(mailguard_source **out,
                                const mgi_file *f,
                                const mgi_bmf_mail *where,
                                mailguard_error *err)
{
	static const mgi_source_kind kind = { mail_open, mail_next, mail_close,
		                              mail_release };
	mailguard *mg = mgi_file_handle(f);
	struct mail *m = mgi_alloc(mg, sizeof(*m));
	mailguard_status st;

	*out = NULL;
	if (!m)
		return mgi_fail_nomem(err);
	m->where = *where;
	st = mgi_file_again(&m->file, f, err);
	if (st < 0) {
		mgi_free(mg, m);
		return st;
	}
	st = mgi_source_new(out, mg, &kind, m, err);
	if (st < 0)
		mail_release(m);
	return st;
}
