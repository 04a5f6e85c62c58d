/*
 * sign.c - look rows up and keep the signs of one text. It knows how far a
 * name space can be trusted, not how its codes are written.
 */
#include "classify/row.h"
#include "classify/sign.h"

/* A response code is the server's own word on why; prose only repeats it. */
#define BRACKETS 95

int32_t mgi_sign_reason(const mgi_sign *s)
{
	return s->code ? s->code->reason : s->phrase->reason;
}

/*
 * How often a name space alone tells the cause. What stays at the bottom
 * (a reply code, "NO", "failed") only decides where nothing else speaks.
 */
static const struct {
	const char *space;
	int32_t weight;
} trust[] = {
	{ "oauth-aad", 92 },
	{ "x509", 90 },
	{ "imap-code", BRACKETS },
	{ "pop3", BRACKETS },
	{ "gmail-popfetch", 84 },
	{ "openssl", 82 },
	{ "oauth", 82 },
	{ "tls-alert", 80 },
	{ "dns", 78 },
	{ "gai", 76 },
	{ "outlook-mapi", 76 },
	{ "oe-store", 76 },
	{ "thunderbird", 76 },
	{ "smtp-enhanced", 74 },
	{ "winsock", 74 },
	{ "apple", 72 },
	{ "errno", 70 },
	{ "hresult", 68 },
	{ "sysexits", 64 },
	{ "libcurl", 62 },
	{ "outlook-ixp", 62 },
	{ "outlook-inet", 62 },
	{ "smtp-phase", 42 },
	{ "smtp-reply", 40 },
	{ "imap-status", 30 },
	{ "dsn-action", 25 },
};

int32_t mgi_code_weight(const mgi_code_row *row)
{
	int32_t weight = 86; /* a provider's own code, or a user's */
	size_t i;

	if (row->reason / 100 == MAILGUARD_FAULT_UNKNOWN)
		return 12;
	for (i = 0; i < sizeof(trust) / sizeof(trust[0]); i++)
		if (strcmp(trust[i].space, row->space) == 0)
			weight = trust[i].weight;
	for (i = 0; weight < BRACKETS && i < 3 && row->also[i]; i++)
		weight -= 3;
	return weight;
}

static void add(mgi_reading *r, const mgi_sign *sign)
{
	uint32_t i, weakest = 0;

	for (i = 0; i < r->count; i++) {
		mgi_sign *s = &r->signs[i];

		if (s->code == sign->code && s->phrase == sign->phrase) {
			if (s->weight < sign->weight)
				*s = *sign;
			return;
		}
		if (s->weight < r->signs[weakest].weight)
			weakest = i;
	}
	if (r->count < MGI_SIGNS_MAX)
		r->signs[r->count++] = *sign;
	else if (r->signs[weakest].weight < sign->weight)
		r->signs[weakest] = *sign;
}

/* Does `row` lie outside the built-in table? */
static bool is_own(const void *row, const void *first, size_t bytes)
{
	return (uintptr_t)row < (uintptr_t)first ||
	       (uintptr_t)row - (uintptr_t)first >= bytes;
}

static mgi_sign place(const mgi_reading *r, size_t start, size_t end)
{
	uint32_t at = r->folded->from[start];

	return (mgi_sign){ .at = at, .len = r->folded->from[end] - at };
}

void mgi_sign_code(mgi_reading *r,
                   const mgi_code_row *row,
                   int32_t weight,
                   size_t start,
                   size_t end)
{
	mgi_sign s = place(r, start, end);

	s.code = row;
	s.own = is_own(row, mgi_codes, mgi_code_count * sizeof(*row));
	s.weight = weight;
	add(r, &s);
}

void mgi_sign_known(mgi_reading *r,
                    const char *space,
                    mailguard_span code,
                    size_t start,
                    size_t end)
{
	const mgi_code_row *row = mgi_code_of(r->sets, space, code);

	if (row)
		mgi_sign_code(r, row, mgi_code_weight(row), start, end);
}

void mgi_sign_phrase(mgi_reading *r,
                     const mgi_phrase_row *row,
                     size_t start,
                     size_t end)
{
	mgi_sign s = place(r, start, end);

	s.phrase = row;
	s.own = is_own(row, mgi_phrases, mgi_phrase_count * sizeof(*row));
	s.weight = row->confidence;
	add(r, &s);
}

static int compare(mailguard_span key, const char *cell)
{
	return mgi_row_compare((const char *)key.data, key.len, cell,
	                       strlen(cell));
}

static const char *cell_of(const mgi_set *set, bool symbol, size_t i)
{
	return symbol ? set->codes[set->symbols[i]].symbol : set->codes[i].code;
}

static size_t find(size_t *first,
                   const mgi_set *set,
                   bool symbol,
                   mailguard_span key)
{
	size_t low = 0, high = symbol ? set->symbol_count : set->code_count;
	size_t all = high, n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(key, cell_of(set, symbol, mid)) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	*first = low;
	for (n = low; n < all; n++)
		if (compare(key, cell_of(set, symbol, n)) != 0)
			break;
	return n - low;
}

size_t mgi_code_find(size_t *first, const mgi_set *set, mailguard_span code)
{
	return find(first, set, false, code);
}

size_t mgi_symbol_find(size_t *first, const mgi_set *set, mailguard_span name)
{
	return find(first, set, true, name);
}

const mgi_code_row *mgi_code_of(const mgi_set *sets,
                                const char *space,
                                mailguard_span code)
{
	size_t i, n, first;

	for (; sets; sets = sets->next) {
		n = mgi_code_find(&first, sets, code);
		for (i = first; i < first + n; i++)
			if (strcmp(sets->codes[i].space, space) == 0)
				return &sets->codes[i];
	}
	return NULL;
}
