/*
 * fold.c - see fold.h. It knows how people paste and how servers break
 * lines, not what any word means.
 */
#include "classify/fold.h"

#include <string.h>

#define LOCAL_MAX 64 /* bytes of an address before its "@" */

/* One walk over the original. */
typedef struct folding {
	mgi_folded *f;
	mailguard_span in;
	size_t at;
	unsigned char code[3]; /* of an SMTP reply that goes on: "550-" */
	bool more;
	bool plain; /* addresses stand */
} folding;

static void put(folding *w, size_t from, int c)
{
	w->f->text[w->f->len] = (unsigned char)c;
	w->f->from[w->f->len++] = (uint32_t)from;
}

static bool is_address_char(int c)
{
	return mgi_is_alnum(c) || mgi_is_one_of(c, "._%+=-");
}

static size_t skip_status(mailguard_span in, size_t at)
{
	size_t i = at;

	if (i >= in.len || !mgi_is_digit(in.data[i]))
		return at;
	while (i < in.len && (mgi_is_digit(in.data[i]) || in.data[i] == '.'))
		i++;
	return i < in.len && i - at >= 5 && in.data[i] == ' ' ? i : at;
}

/* At the head of a line: drop the code a reply repeats on each of its lines. */
static void line_head(folding *w)
{
	const unsigned char *p = w->in.data + w->at;
	bool reply = w->in.len - w->at >= 4 && mgi_is_digit(p[0]) &&
	             mgi_is_digit(p[1]) && mgi_is_digit(p[2]) &&
	             (p[3] == '-' || p[3] == ' ');
	bool again = reply && w->more && memcmp(w->code, p, 3) == 0;

	w->more = reply && p[3] == '-';
	if (w->more)
		memcpy(w->code, p, 3);
	if (again)
		w->at = skip_status(w->in, w->at + 4);
}

static void space(folding *w, size_t from)
{
	if (w->f->len && w->f->text[w->f->len - 1] != ' ')
		put(w, from, ' ');
}

/* "ann@example.org" says who, never what: it becomes "@". */
static void address(folding *w, size_t from)
{
	mgi_folded *f = w->f;
	size_t n = f->len;

	while (n && f->len - n < LOCAL_MAX && is_address_char(f->text[n - 1]))
		n--;
	while (w->at < w->in.len && is_address_char(w->in.data[w->at]))
		w->at++;
	if (n < f->len)
		from = f->from[n];
	f->len = n;
	put(w, from, '@');
}

static int unquote(uint32_t c)
{
	switch (c) {
	case 0x2018:
	case 0x2019:
	case 0x0060:
	case 0x00b4:
		return '\'';
	case 0x201c:
	case 0x201d:
	case 0x300c: /* corner brackets quote in Japanese */
	case 0x300d:
		return '"';
	case 0x2010:
	case 0x2011:
	case 0x2212:
		return '-';
	default:
		return 0;
	}
}

/* What is not ASCII: widths and quotes are folded, the rest stands. */
static void wide(folding *w)
{
	size_t from = w->at;
	uint32_t c = mgi_utf8_next(w->in, &w->at);

	if (c == 0x3000 || c == 0x00a0) {
		space(w, from);
	} else if (c >= 0xff01 && c <= 0xff5e) {
		put(w, from, mgi_lower((int)(c - 0xfee0)));
	} else if (unquote(c)) {
		put(w, from, unquote(c));
	} else {
		for (; from < w->at; from++)
			put(w, from, w->in.data[from]);
	}
}

static void step(folding *w)
{
	size_t from = w->at;
	int c = w->in.data[from];

	if (c >= 0x80) {
		wide(w);
		return;
	}
	w->at++;
	if (c == '@' && !w->plain)
		address(w, from);
	else if (mgi_is_space(c) || c < 0x20 || c == 0x7f)
		space(w, from);
	else
		put(w, from, c == '`' ? '\'' : mgi_lower(c));
	if (c == '\n')
		line_head(w);
}

static bool reserve(mgi_folded *f, mailguard *mg, size_t n)
{
	void *text, *from;

	if (n <= f->cap)
		return true;
	text = mgi_resize(mg, f->text, n + 1);
	if (text)
		f->text = text;
	from = mgi_resize(mg, f->from, (n + 1) * sizeof(*f->from));
	if (from)
		f->from = from;
	if (!text || !from)
		return false;
	f->cap = n;
	return true;
}

static bool fold(mgi_folded *f, mailguard *mg, mailguard_span text, bool plain)
{
	folding w = { .f = f, .in = text, .plain = plain };

	f->len = 0;
	if (!reserve(f, mg, text.len < 256 ? 256 : text.len))
		return false;
	line_head(&w);
	while (w.at < text.len)
		step(&w);
	while (f->len && f->text[f->len - 1] == ' ')
		f->len--;
	f->text[f->len] = '\0';
	f->from[f->len] = (uint32_t)text.len;
	return true;
}

bool mgi_fold(mgi_folded *f, mailguard *mg, mailguard_span text)
{
	return fold(f, mg, text, false);
}

bool mgi_fold_plain(mgi_folded *f, mailguard *mg, mailguard_span text)
{
	return fold(f, mg, text, true);
}

void mgi_folded_done(mgi_folded *f, mailguard *mg)
{
	mgi_free(mg, f->text);
	mgi_free(mg, f->from);
	*f = (mgi_folded){ 0 };
}

bool mgi_folded_word(const mgi_folded *f, size_t i)
{
	return i < f->len && (mgi_is_alnum(f->text[i]) || f->text[i] == '_');
}
