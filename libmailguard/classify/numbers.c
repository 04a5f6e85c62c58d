/*
 * numbers.c - numbers in a text whose name space its surroundings tell:
 * "Socket Error: 10060", "curl: (28)", "[Errno 111]", 0x800CCC0E and the
 * negative decimal that is the same HRESULT.
 */
#include "classify/sign.h"

#include <string.h>

#define HEX_DIGITS 8

/* What stands before a number, the longest first where one ends another. */
static const struct {
	const char *cue, *space;
} cues[] = {
	{ "socket error", "winsock" },
	{ "winsock error", "winsock" },
	{ "winsock", "winsock" },
	{ "wsa error", "winsock" },
	{ "wsagetlasterror", "winsock" },
	{ "ソケット エラー", "winsock" },
	{ "ソケットエラー", "winsock" },
	{ "curl", "libcurl" },
	{ "curl error", "libcurl" },
	{ "curle", "libcurl" },
	{ "curl error code", "libcurl" },
	{ "libcurl", "libcurl" },
	{ "errno", "errno" },
	{ "os error", "errno" },
	{ "verify error", "x509" },
	{ "verify error:num", "x509" },
	{ "verify return code", "x509" },
	{ "verify result", "x509" },
	{ "x509", "x509" },
	{ "alert number", "tls-alert" },
	{ "tls alert", "tls-alert" },
	{ "ssl alert", "tls-alert" },
	{ "getaddrinfo", "gai" },
	{ "getaddrinfo error", "gai" },
	{ "gai error", "gai" },
	{ "gaierror", "gai" },
	{ "rcode", "dns" },
	{ "dns error", "dns" },
	{ "nsurlerrordomain error", "apple" },
	{ "nsurlerrordomain code", "apple" },
	{ "nsurlerrordomain", "apple" },
	{ "nsosstatuserrordomain error", "apple" },
	{ "osstatus error", "apple" },
	{ "osstatus", "apple" },
	{ "mcmailerrordomain error", "apple" },
	{ "mcmailerrordomain code", "apple" },
	{ "mcmailerrordomain", "apple" },
	{ "kcferrordomaincfnetwork error", "apple" },
	{ "kcferrordomaincfnetwork code", "apple" },
	{ "kcferrordomaincfnetwork", "apple" },
	{ "exit status", "sysexits" },
	{ "exit code", "sysexits" },
	{ "died with status", "sysexits" },
	{ "sysexits", "sysexits" },
};

static mailguard_span decimal(char text[8], int64_t n)
{
	char *at = text + 7;

	for (; at > text && (n > 0 || at == text + 7); n /= 10)
		*--at = (char)('0' + n % 10);
	return mgi_span(at, (size_t)(text + 7 - at));
}

/* One HRESULT; what Windows wrapped (0x8007....) is a Winsock code again. */
static void add_hresult(mgi_reading *r, uint32_t code, size_t start, size_t end)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 + HEX_DIGITS] = "0x", number[8];
	const mgi_set *set;
	size_t first, i, n;

	for (i = 0; i < HEX_DIGITS; i++)
		text[2 + i] = digits[code >> (28 - 4 * i) & 15];
	for (set = r->sets; set; set = set->next) {
		n = mgi_code_find(&first, set, mgi_span(text, sizeof(text)));
		for (i = first; i < first + n; i++)
			mgi_sign_code(r, &set->codes[i],
			              mgi_code_weight(&set->codes[i]), start,
			              end);
	}
	if (code >> 16 == 0x8007 && (code & 0xffff) >= 10000)
		mgi_sign_known(r, "winsock", decimal(number, code & 0xffff),
		               start, end);
}

/* "0x800ccc0e" or "800ccc0e" at `at`; how many bytes that took. */
static size_t read_hex(mgi_reading *r, size_t at)
{
	const mgi_folded *f = r->folded;
	size_t i = at, n = 0;
	uint32_t code = 0;

	if (f->text[i] == '0' && i + 1 < f->len && f->text[i + 1] == 'x')
		i += 2;
	for (; i < f->len && n <= HEX_DIGITS; i++, n++) {
		int digit = mgi_xdigit(f->text[i]);

		if (digit < 0)
			break;
		code = code << 4 | (uint32_t)digit;
	}
	if (n != HEX_DIGITS || mgi_folded_word(f, i) || code >> 28 != 8)
		return 0;
	add_hresult(r, code, at, i);
	return i - at;
}

static bool ends_with(const mgi_folded *f, size_t n, const char *cue)
{
	size_t len = strlen(cue);

	return n >= len && memcmp(f->text + n - len, cue, len) == 0 &&
	       (n == len || !mgi_folded_word(f, n - len - 1) ||
	        !mgi_folded_word(f, n - len));
}

/* The number in [start, end), of the name space that its cue tells. */
static bool add_cued(mgi_reading *r, size_t start, size_t end)
{
	const mgi_folded *f = r->folded;
	size_t i, n = start;
	bool any = false;

	while (n && mgi_is_one_of(f->text[n - 1], " :=(#'\"[,"))
		n--;
	for (i = 0; i < sizeof(cues) / sizeof(cues[0]); i++)
		if (ends_with(f, n, cues[i].cue)) {
			mgi_sign_known(r, cues[i].space,
			               mgi_span(f->text + start, end - start),
			               start, end);
			any = true;
		}
	return any;
}

/* "error 20 at 0 depth lookup": how OpenSSL's verify prints. */
static bool at_depth(const mgi_folded *f, size_t end)
{
	return mgi_span_starts(mgi_span(f->text + end, f->len - end), " at ") &&
	       mgi_span_find_nocase(mgi_span(f->text + end, f->len - end),
	                            "depth lookup") >= 0;
}

static void read_decimal(mgi_reading *r, size_t start, size_t end)
{
	const mgi_folded *f = r->folded;
	mailguard_span all = mgi_span(f->text + start, end - start);
	uint64_t n = 0;

	if (f->text[start] == '-' &&
	    mgi_span_u64(&n, mgi_span_from(all, 1), INT32_MAX) &&
	    n > 0x10000000) {
		add_hresult(r, (uint32_t)-n, start, end);
		return;
	}
	if (add_cued(r, start, end))
		return;
	if (!mgi_span_u64(&n, all, UINT32_MAX))
		return;
	if (at_depth(f, end))
		mgi_sign_known(r, "x509", all, start, end);
	else if (n >= 10004 && n <= 11999)
		mgi_sign_known(r, "winsock", all, start, end);
	else if (n >> 28 == 8)
		add_hresult(r, (uint32_t)n, start, end);
}

void mgi_read_numbers(mgi_reading *r)
{
	const mgi_folded *f = r->folded;
	size_t i, end;

	for (i = 0; i < f->len; i = end) {
		bool minus = f->text[i] == '-';

		end = i + 1;
		if (i && (mgi_folded_word(f, i - 1) || f->text[i - 1] == '.'))
			continue;
		if (!mgi_is_digit(f->text[i]) &&
		    !(minus && end < f->len && mgi_is_digit(f->text[end])))
			continue;
		end += minus ? 0 : read_hex(r, i);
		if (end > i + 1) {
			end--;
			continue;
		}
		while (end < f->len && mgi_is_digit(f->text[end]))
			end++;
		if (!mgi_folded_word(f, end))
			read_decimal(r, i, end);
	}
}
