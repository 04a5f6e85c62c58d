/*
 * rtf_text.c - RTF as the HTML it was made of ([MS-OXRTFEX] 2.1.3), or as the
 * text it says.
 *
 * A control word is a row; words without one change nothing that is read.
 */
#include "store/mapi/rtf.h"

#include <string.h>

#include "base/text.h"
#include "store/mapi/code_page.h"

#define DEPTH 128 /* groups deeper than this share one state */
#define FONTS 256
#define WORD 32

typedef struct group {
	uint32_t font;
	uint32_t uc;    /* bytes that stand for a \u to older readers */
	bool skip;      /* a destination that is not read */
	bool fonts;     /* the font table */
	bool tag;       /* of HTML, as it was */
	bool rtf_only;  /* between \htmlrtf and \htmlrtf0 */
	bool ignorable; /* behind \* */
} group;

typedef struct reader {
	mailguard_buffer *out;
	mailguard_span rtf;
	size_t at;
	mgi_rtf_kind kind;
	group stack[DEPTH];
	size_t depth;
	uint32_t page;         /* of the document */
	uint32_t fonts[FONTS]; /* code pages; 0: the document's */
	uint32_t named;        /* the font being told of in the table */
	uint32_t skip_bytes;   /* still to be left out behind a \u */
	uint32_t high;         /* half of a pair that waits for the other */
	mailguard_buffer run;  /* bytes in `run_page` */
	uint32_t run_page;
	mailguard_status failed;
} reader;

static group *top(reader *r)
{
	return &r->stack[r->depth < DEPTH ? r->depth : DEPTH - 1];
}

static bool is_read(reader *r)
{
	const group *g = top(r);

	if (g->skip || g->fonts)
		return false;
	return r->kind != MGI_RTF_HTML || g->tag || !g->rtf_only;
}

/* -- what comes out -------------------------------------------------------- */

static void run_end(reader *r)
{
	const mgi_charset *cs;

	if (r->high) {
		mgi_buf_puts(r->out, "\xef\xbf\xbd");
		r->high = 0;
	}
	if (!r->run.len)
		return;
	cs = mgi_code_page(r->run_page);
	if (!cs)
		cs = mgi_code_page(1252);
	if (mgi_charset_decode(r->out, NULL, cs, mgi_buf_span(&r->run), NULL) <
	            0 &&
	    !r->out->failed)
		r->failed = MAILGUARD_ENOMEM;
	mgi_buf_cut(&r->run, 0);
}

static uint32_t page_of(reader *r)
{
	uint32_t font = top(r)->font;
	uint32_t page = font < FONTS ? r->fonts[font] : 0;

	return page ? page : r->page;
}

static void byte_put(reader *r, unsigned char c)
{
	uint32_t page;

	if (r->skip_bytes) {
		r->skip_bytes--;
		return;
	}
	if (!is_read(r))
		return;
	page = page_of(r);
	if (page != r->run_page || r->high)
		run_end(r);
	r->run_page = page;
	mgi_buf_putc(&r->run, (char)c);
}

static void char_put(reader *r, uint32_t c)
{
	char utf8[4];

	if (!is_read(r))
		return;
	if (r->high && c >= 0xdc00 && c < 0xe000) {
		c = 0x10000 + ((r->high - 0xd800) << 10) + (c - 0xdc00);
		r->high = 0;
	}
	run_end(r);
	if (c >= 0xd800 && c < 0xdc00) {
		r->high = c;
		return;
	}
	mgi_buf_add(r->out, utf8, mgi_utf8_put(utf8, c));
}

/* -- control words --------------------------------------------------------- */

/* Windows character sets as code pages. */
static const struct {
	uint32_t charset, page;
} charsets[] = {
	{ 0, 1252 },   { 2, 1252 },   { 77, 10000 }, { 128, 932 },
	{ 129, 949 },  { 134, 936 },  { 136, 950 },  { 161, 1253 },
	{ 162, 1254 }, { 163, 1258 }, { 177, 1255 }, { 178, 1256 },
	{ 186, 1257 }, { 204, 1251 }, { 222, 874 },  { 238, 1250 },
	{ 254, 437 },  { 255, 850 },
};

static void font_charset(reader *r, uint32_t charset)
{
	size_t i;

	for (i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (charsets[i].charset == charset && r->named < FONTS)
			r->fonts[r->named] = charsets[i].page;
}

static void do_page(reader *r, uint32_t n)
{
	r->page = n;
}

static void do_font(reader *r, uint32_t n)
{
	if (top(r)->fonts)
		r->named = n;
	else
		top(r)->font = n;
}

static void do_charset(reader *r, uint32_t n)
{
	if (top(r)->fonts)
		font_charset(r, n);
}

static void do_uc(reader *r, uint32_t n)
{
	top(r)->uc = n < 16 ? n : 1;
}

static void do_u(reader *r, uint32_t n)
{
	char_put(r, n & 0xffff); /* it may be told as a negative number */
	r->skip_bytes = top(r)->uc;
}

static void do_char(reader *r, uint32_t c)
{
	if (r->skip_bytes)
		r->skip_bytes--;
	else
		char_put(r, c);
}

static void do_fonts(reader *r, uint32_t n)
{
	(void)n;
	top(r)->fonts = true;
}

static void do_skip(reader *r, uint32_t n)
{
	(void)n;
	top(r)->skip = true;
}

static void do_tag(reader *r, uint32_t n)
{
	(void)n;
	top(r)->tag = true;
}

static void do_rtf_only(reader *r, uint32_t n)
{
	run_end(r);
	top(r)->rtf_only = n != 0;
}

static void do_bin(reader *r, uint32_t n)
{
	size_t left = r->rtf.len - r->at;

	r->at += n < left ? n : left;
}

/* `otherwise` is the number of a word that tells none. */
static const struct {
	const char *word;
	void (*run)(reader *r, uint32_t n);
	uint32_t otherwise;
	bool fixed; /* whatever number it tells */
} words[] = {
	{ "ansicpg", do_page, 1252, false },
	{ "f", do_font, 0, false },
	{ "fcharset", do_charset, 0, false },
	{ "uc", do_uc, 1, false },
	{ "u", do_u, 0xfffd, false },
	{ "fonttbl", do_fonts, 0, false },
	{ "colortbl", do_skip, 0, false },
	{ "stylesheet", do_skip, 0, false },
	{ "info", do_skip, 0, false },
	{ "pict", do_skip, 0, false },
	{ "objdata", do_skip, 0, false },
	{ "fldinst", do_skip, 0, false },
	{ "htmltag", do_tag, 0, false },
	{ "mhtmltag", do_skip, 0, false },
	{ "htmlrtf", do_rtf_only, 1, false },
	{ "bin", do_bin, 0, false },
	{ "par", do_char, '\n', true },
	{ "line", do_char, '\n', true },
	{ "row", do_char, '\n', true },
	{ "tab", do_char, '\t', true },
	{ "cell", do_char, '\t', true },
	{ "lquote", do_char, 0x2018, true },
	{ "rquote", do_char, 0x2019, true },
	{ "ldblquote", do_char, 0x201c, true },
	{ "rdblquote", do_char, 0x201d, true },
	{ "bullet", do_char, 0x2022, true },
	{ "endash", do_char, 0x2013, true },
	{ "emdash", do_char, 0x2014, true },
	{ "emspace", do_char, 0x2003, true },
	{ "enspace", do_char, 0x2002, true },
	{ "zwj", do_char, 0x200d, true },
	{ "zwnj", do_char, 0x200c, true },
};

static void word_run(reader *r, const char *word, bool has, uint32_t n)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		top(r)->ignorable = false;
		words[i].run(r,
		             has && !words[i].fixed ? n : words[i].otherwise);
		return;
	}
	if (top(r)->ignorable)
		top(r)->skip = true;
	top(r)->ignorable = false;
}

/* "-123"; modulo 2^32, which is enough to know a \u. */
static bool number(uint32_t *out, reader *r)
{
	const unsigned char *s = r->rtf.data;
	bool minus = r->at < r->rtf.len && s[r->at] == '-';
	size_t from = r->at + minus;

	*out = 0;
	if (from >= r->rtf.len || !mgi_is_digit(s[from]))
		return false;
	for (r->at = from; r->at < r->rtf.len && mgi_is_digit(s[r->at]);
	     r->at++)
		*out = *out * 10 + (uint32_t)(s[r->at] - '0');
	if (minus)
		*out = 0 - *out;
	return true;
}

static void word(reader *r)
{
	const unsigned char *s = r->rtf.data;
	char name[WORD + 1];
	size_t n = 0;
	uint32_t value;
	bool has;

	for (; r->at < r->rtf.len && mgi_is_alpha(s[r->at]); r->at++)
		if (n < WORD)
			name[n++] = (char)s[r->at];
	name[n] = '\0';
	has = number(&value, r);
	if (r->at < r->rtf.len && s[r->at] == ' ')
		r->at++;
	word_run(r, name, has, value);
}

/* "\'e4" */
static void hex(reader *r)
{
	int a = -1, b = -1;

	if (r->rtf.len - r->at >= 2) {
		a = mgi_xdigit(r->rtf.data[r->at]);
		b = mgi_xdigit(r->rtf.data[r->at + 1]);
	}
	if (a < 0 || b < 0)
		return;
	r->at += 2;
	byte_put(r, (unsigned char)(a << 4 | b));
}

static void control(reader *r)
{
	unsigned char c;

	if (r->at >= r->rtf.len)
		return;
	c = r->rtf.data[r->at];
	if (mgi_is_alpha(c)) {
		word(r);
		return;
	}
	r->at++;
	switch (c) {
	case '\'':
		hex(r);
		break;
	case '*':
		top(r)->ignorable = true;
		break;
	case '~':
		do_char(r, 0xa0);
		break;
	case '_':
		do_char(r, 0x2011);
		break;
	case '\r':
	case '\n':
		do_char(r, '\n');
		break;
	case '\\':
	case '{':
	case '}':
		byte_put(r, c);
		break;
	default:
		break; /* "\-" and others that show nothing */
	}
}

/* -- groups ---------------------------------------------------------------- */

static void group_begin(reader *r)
{
	group *from = top(r);

	run_end(r);
	r->skip_bytes = 0;
	r->depth++;
	if (r->depth < DEPTH) {
		r->stack[r->depth] = *from;
		r->stack[r->depth].ignorable = false;
	}
}

static void group_end(reader *r)
{
	run_end(r);
	r->skip_bytes = 0;
	if (r->depth)
		r->depth--;
}

static void read_all(reader *r)
{
	while (r->at < r->rtf.len && !r->out->failed && !r->failed) {
		unsigned char c = r->rtf.data[r->at++];

		switch (c) {
		case '{':
			group_begin(r);
			break;
		case '}':
			group_end(r);
			break;
		case '\\':
			control(r);
			break;
		case '\r':
		case '\n':
		case '\0':
			break;
		default:
			byte_put(r, c);
		}
	}
	run_end(r);
}

mailguard_status mgi_rtf_text(mailguard_buffer *out,
                              mailguard_span rtf,
                              mgi_rtf_kind kind,
                              mailguard_error *err)
{
	mailguard_status st;
	reader r;

	memset(&r, 0, sizeof(r));
	r.out = out;
	r.rtf = rtf;
	r.kind = kind;
	r.page = 1252;
	r.stack[0].uc = 1;
	mgi_buf_init(&r.run, out->mg);
	read_all(&r);
	if (r.failed && !out->failed)
		out->failed = r.failed;
	if (r.run.failed && !out->failed)
		out->failed = r.run.failed;
	mgi_buf_done(&r.run);
	st = mgi_buf_status(out, err);
	return st;
}

mgi_rtf_kind mgi_rtf_kind_of(mailguard_span rtf)
{
	/* Before the font table ([MS-OXRTFEX] 2.1.3.1). */
	mailguard_span head = mgi_span_head(rtf, 1024);

	if (mgi_span_find_nocase(head, "\\fromhtml1") >= 0)
		return MGI_RTF_HTML;
	if (mgi_span_find_nocase(head, "\\fromtext") >= 0)
		return MGI_RTF_TEXT;
	return MGI_RTF_OWN;
}
