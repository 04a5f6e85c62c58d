/*
 * dnsbl.c - codes of lists of addresses, by the table (RFC 5782).
 */
#include "probe/dnsbl.h"

#include "base/text.h"

const char *mgi_dnsbl_name(mgi_dnsbl_kind k)
{
	static const char *const names[] = { "clear",     "listed",   "policy",
		                             "allowed",   "listed",   "refused",
		                             "rewritten", "no-answer" };

	return names[k];
}

/* "127.0.*.2" of "127.0.5.2", number by number. */
static bool fits(const char *pattern, const char *code)
{
	while (*pattern && *code) {
		if (*pattern == '*') {
			pattern++;
			while (mgi_is_digit((unsigned char)*code))
				code++;
		} else if (*pattern++ != *code++) {
			return false;
		}
	}
	return !*pattern && !*code;
}

mgi_dnsbl_kind mgi_dnsbl_code(const mgi_dnsbl_row **row,
                              const char *zone,
                              const mgi_ip *code)
{
	const unsigned char *b = code->bytes;
	char text[MGI_IP_TEXT];
	size_t i;

	*row = NULL;
	if (code->family != 4 || b[0] != 127 || (!b[1] && !b[2] && b[3] <= 1))
		return MGI_DNSBL_REWRITTEN;
	if (b[1] == 255 && b[2] == 255)
		return MGI_DNSBL_REFUSED;
	mgi_ip_write(text, code);
	for (i = 0; i < mgi_dnsbl_row_count; i++) {
		const mgi_dnsbl_row *r = &mgi_dnsbl_rows[i];

		if (strcmp(r->zone, zone) != 0 || !fits(r->code, text))
			continue;
		*row = r;
		return r->kind;
	}
	return MGI_DNSBL_LISTED;
}

/* The first of these that some code says. */
static size_t weight(mgi_dnsbl_kind k)
{
	static const mgi_dnsbl_kind order[] = {
		MGI_DNSBL_CLEAR,  MGI_DNSBL_REWRITTEN, MGI_DNSBL_ALLOW,
		MGI_DNSBL_POLICY, MGI_DNSBL_LISTED,    MGI_DNSBL_BLOCK,
		MGI_DNSBL_REFUSED
	};
	size_t i = 0;

	while (i + 1 < sizeof(order) / sizeof(order[0]) && order[i] != k)
		i++;
	return i;
}

mgi_dnsbl_kind mgi_dnsbl_read(const mgi_dnsbl_row **row,
                              const char *zone,
                              const mgi_fact *answer)
{
	mgi_dnsbl_kind worst = MGI_DNSBL_CLEAR;
	size_t i;

	*row = NULL;
	if (answer->failed)
		return answer->rcode == 5 ? MGI_DNSBL_REFUSED
		                          : MGI_DNSBL_SILENT;
	for (i = 0; i < answer->count; i++) {
		const mgi_dnsbl_row *r;
		mgi_dnsbl_kind k;
		mgi_ip code;

		if (!mgi_ip_read(&code, mgi_span_of(answer->records[i]->data)))
			continue;
		k = mgi_dnsbl_code(&r, zone, &code);
		if (weight(k) <= weight(worst))
			continue;
		worst = k;
		*row = r;
	}
	return worst;
}

void mgi_dnsbl_question(char out[MGI_NAME_MAX],
                        const mgi_ip *ip,
                        const char *zone)
{
	char back[MGI_IP_REVERSED];

	mgi_ip_reverse(back, ip);
	mgi_name_join(out, back, zone);
}
