/*
 * What mime/transfer*.c, base/charset_sniff.c and a parser that is used again
 * promise: the fast ways, which want many bytes at once, tell what the slow
 * ones do, which see one byte a time.
 */
#include "events.h"
#include "fixture.h"

#include "base/charset.h"
#include "mime/parser.h"
#include "mime/transfer.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(mime_transfer, .init = setup, .fini = teardown);

static uint64_t seed;

static size_t chance(size_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (size_t)(seed >> 33) % n;
}

/* Lines of `alphabet` with something odd here and there. */
static size_t make(unsigned char *to, size_t len, const char *alphabet)
{
	static const char odd[] = "=\r \t-~!\xff\x80\n=\x1b.\xc3\xa9/";
	size_t every = 1 + chance(100), rare = 1 + chance(400), i;
	int crlf = chance(3) == 0;

	for (i = 0; i < len; i++) {
		size_t in_line = i % (every + 1 + (size_t)crlf);

		to[i] = (unsigned char)alphabet[chance(strlen(alphabet))];
		if (in_line >= every)
			to[i] = crlf && in_line == every ? '\r' : '\n';
		if (chance(rare) == 0)
			to[i] = (unsigned char)odd[chance(sizeof(odd) - 1)];
	}
	return len;
}

static void decode(mailguard_buffer *out,
                   mgi_transfer *t,
                   mailguard_encoding encoding,
                   mailguard_span s,
                   size_t piece)
{
	mgi_transfer_begin(t, encoding);
	for (; s.len; s = mgi_span_from(s, piece))
		mgi_transfer_feed(out, t, mgi_span_head(s, piece));
	mgi_transfer_end(out, t);
	ok(mgi_buf_status(out, NULL));
}

static void same_harm(const mgi_harm *a, const mgi_harm *b)
{
	int kind;

	cr_assert(eq(u32, a->seen, b->seen));
	for (kind = 0; kind < MGI_HARM_KINDS; kind++) {
		if (!(a->seen >> kind & 1))
			continue;
		cr_assert(eq(u64, a->first[kind], b->first[kind]));
		cr_assert(eq(u64, a->count[kind], b->count[kind]));
	}
}

static void decodes_alike(mailguard_encoding encoding, const char *alphabet)
{
	static unsigned char text[4096];
	int round;

	for (round = 0; round < 600; round++) {
		mgi_transfer whole, bytes;
		mailguard_buffer a, b;
		mailguard_span s;

		seed = (uint64_t)round;
		s = mgi_span(text, make(text, chance(sizeof(text)), alphabet));
		mgi_buf_init(&a, mg);
		mgi_buf_init(&b, mg);
		decode(&a, &whole, encoding, s, sizeof(text));
		decode(&b, &bytes, encoding, s, 1);
		cr_assert(a.len == b.len, "round %d: %zu and %zu bytes", round,
		          a.len, b.len);
		cr_assert(a.len == 0 || memcmp(a.at, b.at, a.len) == 0,
		          "round %d", round);
		same_harm(&whole.harm, &bytes.harm);
		mgi_buf_done(&a);
		mgi_buf_done(&b);
	}
}

Test(mime_transfer, base64_at_once_is_base64_byte_by_byte)
{
	decodes_alike(MAILGUARD_ENCODING_BASE64,
	              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	              "0123456789+/");
}

Test(mime_transfer, every_character_of_base64_has_its_value)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk"
				       "lmnopqrstuvwxyz0123456789+/";
	char text[128];
	int c, at;

	for (c = 0; c < 256; c++)
		for (at = 0; at < 64; at += 21) {
			const char *v = c ? strchr(alphabet, c) : NULL;
			mgi_transfer t;
			mailguard_buffer b;

			memset(text, 'A', sizeof(text));
			text[at] = (char)c;
			mgi_buf_init(&b, mg);
			decode(&b, &t, MAILGUARD_ENCODING_BASE64,
			       mgi_span(text, sizeof(text)), sizeof(text));
			if (v) {
				uint32_t bits = (uint32_t)(v - alphabet)
				                << 6 * (3 - at % 4);
				const unsigned char *got =
					(unsigned char *)b.at + at / 4 * 3;

				cr_assert(eq(sz, b.len, 96));
				cr_assert(bits == ((uint32_t)got[0] << 16 |
				                   (uint32_t)got[1] << 8 |
				                   got[2]),
				          "%c at %d", c, at);
			} else {
				cr_assert(b.len < 96, "%d at %d", c, at);
			}
			mgi_buf_done(&b);
		}
}

Test(mime_transfer, quoted_printable_at_once_is_byte_by_byte)
{
	decodes_alike(MAILGUARD_ENCODING_QP,
	              "abcdefgh  \t====0123456789ABCDEF");
	decodes_alike(MAILGUARD_ENCODING_QP, "plain text, nearly all of it ");
}

static void same_sniff(mgi_sniff *a, mgi_sniff *b)
{
	cr_assert(eq(u64, a->odd, b->odd));
	cr_assert(eq(u64, a->side, b->side));
	cr_assert(eq(u64, a->escapes, b->escapes));
	cr_assert(eq(u64, a->good, b->good));
	cr_assert(eq(u64, a->long_good, b->long_good));
	cr_assert(eq(u64, a->bad, b->bad));
	cr_assert(eq(u64, a->bad_at, b->bad_at));
	cr_assert(eq(u32, a->need, b->need));
	cr_assert(eq(sz, a->sample_len, b->sample_len));
	cr_assert(zero(memcmp(a->sample, b->sample, a->sample_len)));
}

static void sniffs_alike(const char *alphabet)
{
	static unsigned char text[4096];
	static mgi_sniff whole, bytes;
	int round;
	size_t i;

	for (round = 0; round < 300; round++) {
		size_t len;

		seed = (uint64_t)round;
		len = make(text, chance(sizeof(text)), alphabet);
		mgi_sniff_begin(&whole);
		mgi_sniff_begin(&bytes);
		mgi_sniff_feed(&whole, mgi_span(text, len));
		for (i = 0; i < len; i++)
			mgi_sniff_feed(&bytes, mgi_span(text + i, 1));
		same_sniff(&whole, &bytes);
	}
}

Test(mime_transfer, text_is_sniffed_alike_at_once_and_byte_by_byte)
{
	sniffs_alike("caf\xc3\xa9 r\xc3\xa9union ");
	sniffs_alike("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e");
	sniffs_alike("\xd0\xcf\xde\xd4\xc1 \xd3\xc5\xd2");
	sniffs_alike("\xef\xee\xf7\xf2\xe0 \xf1\xe5 ");
	sniffs_alike("\xe0\xa4\x95\xed\x95\x9c\xf0\x9f\x98\x80 ");
	sniffs_alike("\x1b$B%a!<\x1b(B \x1b\xc3");
}

/* A text of whole characters, cut at every place and hurt at some. */
Test(mime_transfer, whole_characters_are_sniffed_alike_wherever_they_are_cut)
{
	static const char *const texts[] = {
		"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "caf\xc3\xa9 r\xc3\xa9",
		"\xd0\xcf\xde\xd4\xc1 ", "\xef\xee\xf7\xf2\xe0 \xf1"
	};
	static unsigned char text[400];
	static mgi_sniff whole, halves;
	size_t i, k, at, hurt;

	for (i = 0; i < ROWS(texts); i++)
		for (hurt = 0; hurt < 30; hurt++) {
			for (k = 0; k < sizeof(text); k++)
				text[k] = (unsigned char)
					texts[i][k % strlen(texts[i])];
			if (hurt)
				text[hurt * 13] ^= (unsigned char)(hurt * 9);
			mgi_sniff_begin(&whole);
			mgi_sniff_feed(&whole, mgi_span(text, sizeof(text)));
			for (at = 1; at < sizeof(text); at++) {
				mgi_sniff_begin(&halves);
				mgi_sniff_feed(&halves, mgi_span(text, at));
				mgi_sniff_feed(
					&halves,
					mgi_span(text + at, sizeof(text) - at));
				same_sniff(&whole, &halves);
			}
		}
}

/* What another message left behind must not show. */
Test(mime_transfer, a_parser_used_again_is_as_a_new_one)
{
	mailguard_parser_options opts = MAILGUARD_PARSER_OPTIONS_INIT;
	mailguard_parser *p;
	size_t i, k;

	opts.flags = MAILGUARD_PARSER_DECODE;
	ok(mailguard_parser_new(&p, mg, NULL, &opts, NULL));
	for (i = 0; i < ROWS(mails) * 2; i++) {
		mailguard_span s = span_of(mails[(i * 7) % ROWS(mails)]);
		mailguard_buffer again, fresh;
		int in_body = 0;

		mgi_parser_again(p);
		mgi_buf_init(&again, mg);
		mgi_buf_init(&fresh, mg);
		/* One of them is left in its middle. */
		for (k = 0; k < s.len && i != 3; k += 5) {
			ok(mailguard_parser_feed(
				p, mgi_span_head(mgi_span_from(s, k), 5),
				NULL));
			cr_assert(drain(&again, p, &in_body) ==
			          MAILGUARD_AGAIN);
		}
		if (i == 3) {
			ok(mailguard_parser_feed(p, s, NULL));
			continue;
		}
		ok(mailguard_parser_feed(p, mgi_span("", 0), NULL));
		cr_assert(drain(&again, p, &in_body) == MAILGUARD_ITEROVER);
		events(&fresh, mg, s, 5);
		cr_assert(eq(str, (char *)mgi_buf_text(&again),
		             (char *)mgi_buf_text(&fresh)));
		mgi_buf_done(&again);
		mgi_buf_done(&fresh);
	}
	mailguard_parser_free(p);
}
