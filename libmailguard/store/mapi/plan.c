/*
 * plan.c - which parts a mail has, and in which order.
 *
 *	mixed( related( alternative( plain, html ), what the html shows ),
 *	       attachments )
 *
 * with each multipart only where it has more than one part. A multipart's
 * boundary is made of a hash of the header, so the same message gives the
 * same bytes for ever; "=_" in it cannot stand in base64 or quoted-printable
 * (RFC 2045, 6.7).
 */
#include "store/mapi/plan.h"

#include <string.h>

#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/mapi/tags.h"
#include "store/mapi/who.h"

/* -- pieces ---------------------------------------------------------------- */

static mailguard_status piece_add(mgi_plan *p,
                                  const mgi_piece *piece,
                                  mailguard_error *err)
{
	size_t room = p->room ? p->room * 2 : 16;
	mgi_piece *list = p->pieces;

	if (p->count == p->room) {
		list = mgi_resize(p->mg, list, room * sizeof(*list));
		if (!list)
			return mgi_fail_nomem(err);
		p->pieces = list;
		p->room = room;
	}
	list[p->count] = *piece;
	mgi_mapi_ref(piece->object);
	p->count++;
	return MAILGUARD_OK;
}

/* What is ready and in no piece becomes one. */
static mailguard_status ready_end(mgi_plan *p, mailguard_error *err)
{
	mgi_piece piece = { MGI_PIECE_READY, 0, 0, NULL, 0, NULL };
	mailguard_status st = mgi_buf_status(&p->ready, err);

	if (st < 0 || p->from == p->ready.len)
		return st;
	piece.from = p->from;
	piece.to = p->ready.len;
	p->from = p->ready.len;
	return piece_add(p, &piece, err);
}

mailguard_status mgi_plan_put(mgi_plan *p,
                              const mgi_piece *piece,
                              mailguard_error *err)
{
	mailguard_status st = ready_end(p, err);

	return st < 0 ? st : piece_add(p, piece, err);
}

void mgi_plan_failed(mgi_plan *p, const mailguard_buffer *b)
{
	if (b->failed && !p->ready.failed)
		p->ready.failed = b->failed;
}

/* -- multiparts ------------------------------------------------------------ */

void mgi_multi_begin(mgi_multi *m,
                     mgi_plan *p,
                     const char *subtype,
                     const char *params)
{
	mailguard_buffer b;

	mgi_buf_init(&b, p->mg);
	mgi_buf_printf(&b, "%s.%u", p->mark, ++p->boundaries);
	memset(m, 0, sizeof(*m));
	memcpy(m->boundary, mgi_buf_text(&b),
	       b.len < sizeof(m->boundary) ? b.len : sizeof(m->boundary) - 1);
	mgi_plan_failed(p, &b);
	mgi_buf_done(&b);
	mgi_buf_printf(&p->ready,
	               "Content-Type: multipart/%s%s;\n boundary=\"%s\"\n\n",
	               subtype, params, m->boundary);
}

void mgi_multi_next(mgi_multi *m, mgi_plan *p)
{
	mgi_buf_printf(&p->ready, "%s--%s\n", m->begun ? "\n" : "",
	               m->boundary);
	m->begun = true;
}

void mgi_multi_end(mgi_multi *m, mgi_plan *p)
{
	mgi_buf_printf(&p->ready, "\n--%s--\n", m->boundary);
}

/* -- the tree -------------------------------------------------------------- */

typedef struct tree {
	mgi_body body;
	mgi_attached_object *list;
	size_t count, shown;
	mgi_multi mixed, related;
} tree;

static mailguard_status attachments_put(mgi_plan *p,
                                        tree *t,
                                        bool shown,
                                        mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; i < t->count && st >= 0; i++) {
		if (t->list[i].shown != shown)
			continue;
		mgi_multi_next(shown ? &t->related : &t->mixed, p);
		st = mgi_attached_put(p, &t->list[i], err);
	}
	return st;
}

/* The text, and what its HTML shows. */
static mailguard_status related_put(mgi_plan *p, tree *t, mailguard_error *err)
{
	mailguard_status st;

	if (!t->shown)
		return mgi_body_put(p, &t->body, err);
	mgi_multi_begin(&t->related, p, "related", "");
	mgi_multi_next(&t->related, p);
	st = mgi_body_put(p, &t->body, err);
	if (st >= 0)
		st = attachments_put(p, t, true, err);
	mgi_multi_end(&t->related, p);
	return st;
}

static mailguard_status mixed_put(mgi_plan *p, tree *t, mailguard_error *err)
{
	mailguard_status st;

	if (t->shown == t->count && !mgi_body_has_file(&t->body))
		return related_put(p, t, err);
	mgi_multi_begin(&t->mixed, p, "mixed", "");
	mgi_multi_next(&t->mixed, p);
	st = related_put(p, t, err);
	if (st >= 0 && mgi_body_has_file(&t->body)) {
		mgi_multi_next(&t->mixed, p);
		mgi_body_put_file(p, &t->body);
	}
	if (st >= 0)
		st = attachments_put(p, t, false, err);
	mgi_multi_end(&t->mixed, p);
	return st;
}

/*
 * A signed mail lies whole in its one attachment ([MS-OXOSMIME] 2.1.3.2), and
 * only as it stands its signature holds.
 */
static bool is_entity(mgi_plan *p, const tree *t)
{
	mailguard_buffer class;
	mgi_mapi_value v;
	bool is;

	if (t->count != 1 || t->list[0].method != MGI_ATTACH_BY_VALUE)
		return false;
	mgi_buf_init(&class, p->mg);
	is = mgi_who_text(&class, p->message, MGI_TAG_MESSAGE_CLASS, NULL) ==
	             MAILGUARD_OK &&
	     mgi_span_find_nocase(mgi_buf_span(&class),
	                          ".SMIME.MultipartSigned") >= 0;
	mgi_plan_failed(p, &class);
	mgi_buf_done(&class);
	return is &&
	       mgi_mapi_get(&v, t->list[0].object,
	                    MGI_MAPI_TAG(MGI_TAG_ATTACH_DATA, MGI_MAPI_BINARY),
	                    NULL) == MAILGUARD_OK &&
	       mgi_span_starts_nocase(v.bytes, "Content-Type:");
}

static mailguard_status entity_put(mgi_plan *p,
                                   const tree *t,
                                   mailguard_error *err)
{
	mgi_piece piece = {
		MGI_PIECE_RAW, 0, 0, NULL, MGI_TAG_ATTACH_DATA, NULL
	};

	piece.object = t->list[0].object;
	return mgi_plan_put(p, &piece, err);
}

static mailguard_status tree_put(mgi_plan *p, mailguard_error *err)
{
	mailguard_status st;
	size_t i;
	tree t;

	memset(&t, 0, sizeof(t));
	st = mgi_body_get(&t.body, p, err);
	if (st >= 0)
		st = mgi_attached_get(&t.list, &t.count, p, &t.body, err);
	for (i = 0; i < t.count; i++)
		t.shown += t.list[i].shown;
	if (st >= 0 && is_entity(p, &t))
		st = entity_put(p, &t, err);
	else if (st >= 0)
		st = mixed_put(p, &t, err);
	mgi_attached_done(t.list, t.count);
	mgi_body_done(&t.body);
	return st;
}

/* A message in a message must not share the outer one's boundary. */
static mailguard_status mark_make(mgi_plan *p, mailguard_error *err)
{
	unsigned char hash[MGI_SHA256_BYTES];
	size_t len = p->ready.len;
	mailguard_status st;

	mgi_buf_printf(&p->ready, "%u", p->message->depth);
	st = mgi_buf_status(&p->ready, err);
	if (st >= 0)
		st = mgi_sha256(hash, p->mg, mgi_buf_span(&p->ready), err);
	mgi_buf_cut(&p->ready, len);
	if (st < 0)
		return st;
	p->mark[0] = '=';
	p->mark[1] = '_';
	mgi_hex(p->mark + 2, mgi_span(hash, (sizeof(p->mark) - 3) / 2));
	return MAILGUARD_OK;
}

mailguard_status mgi_plan_make(mgi_plan *p,
                               mgi_mapi *message,
                               mgi_arena *arena,
                               mailguard_error *err)
{
	mailguard_status st;

	memset(p, 0, sizeof(*p));
	p->mg = message->mg;
	p->arena = arena;
	p->message = message;
	mgi_buf_init(&p->ready, p->mg);
	st = mailguard_draft_new(&p->draft, p->mg, NULL, err);
	if (st >= 0)
		st = mgi_head_put(p, err);
	if (st >= 0)
		st = mark_make(p, err);
	if (st < 0)
		return st;
	mgi_buf_puts(&p->ready, "MIME-Version: 1.0\n");
	st = mgi_report_is(p) ? mgi_report_put(p, err) : tree_put(p, err);
	return st < 0 ? st : ready_end(p, err);
}

void mgi_plan_done(mgi_plan *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		mgi_mapi_free(p->pieces[i].object);
	mgi_free(p->mg, p->pieces);
	mailguard_draft_free(p->draft);
	mgi_buf_done(&p->ready);
}
