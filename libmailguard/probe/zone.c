/*
 * zone.c - questions, their answers, and what is still wanted.
 */
#include "probe/zone.h"

#include "base/fail.h"
#include "base/text.h"

#include <string.h>

enum { CHAINS = 256, ALIASES_MAX = 16, NXDOMAIN = 3 };

typedef struct held {
	struct held *next;
	mailguard_transcript *t;
} held;

struct mgi_zone {
	mgi_arena *arena;
	mgi_fact *chains[CHAINS];
	mgi_fact *first, **last;
	held *transcripts, **last_transcript;
	mgi_fact nowhere, unasked; /* a bad name; one too many */
	size_t count, wanted;
};

mgi_zone *mgi_zone_new(mailguard *mg)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mgi_zone *z = arena ? mgi_arena_alloc(arena, sizeof(*z)) : NULL;

	if (!z) {
		mgi_arena_free(arena);
		return NULL;
	}
	z->arena = arena;
	z->last = &z->first;
	z->last_transcript = &z->transcripts;
	z->nowhere = (mgi_fact){ .server = "",
		                 .type = "",
		                 .name = "",
		                 .known = true,
		                 .rcode = NXDOMAIN };
	z->unasked = (mgi_fact){ .server = "",
		                 .type = "",
		                 .name = "",
		                 .known = true,
		                 .failed = true,
		                 .silent = true };
	return z;
}

void mgi_zone_free(mgi_zone *z)
{
	held *h;

	if (!z)
		return;
	for (h = z->transcripts; h; h = h->next)
		mailguard_transcript_free(h->t);
	mgi_arena_free(z->arena);
}

static size_t chain_of(const char *server, const char *type, const char *name)
{
	const char *parts[] = { server, type, name };
	uint32_t h = 2166136261U;
	size_t i;

	for (i = 0; i < 3; i++) {
		const char *s;

		for (s = parts[i]; *s; s++)
			h = (h ^ (unsigned char)*s) * 16777619U;
		h *= 16777619U;
	}
	return (h ^ h >> 16) % CHAINS;
}

/* The fact of a tidy name; made if it is not there. NULL: no memory. */
static mgi_fact *fact_of(mgi_zone *z,
                         const char *server,
                         const char *type,
                         const char *name)
{
	size_t c = chain_of(server, type, name);
	mgi_fact *f;

	for (f = z->chains[c]; f; f = f->chain)
		if (strcmp(f->name, name) == 0 && strcmp(f->type, type) == 0 &&
		    strcmp(f->server, server) == 0)
			return f;
	f = mgi_arena_alloc(z->arena, sizeof(*f));
	if (!f)
		return NULL;
	f->server = mgi_arena_strdup(z->arena, server);
	f->type = mgi_arena_strdup(z->arena, type);
	f->name = mgi_arena_strdup(z->arena, name);
	if (!f->server || !f->type || !f->name)
		return NULL;
	f->chain = z->chains[c];
	z->chains[c] = f;
	*z->last = f;
	z->last = &f->next;
	z->count++;
	z->wanted++;
	return f;
}

const mgi_fact *mgi_zone_get_at(mgi_zone *z,
                                const char *server,
                                const char *type,
                                const char *name)
{
	char tidy[MGI_NAME_MAX];
	const mgi_fact *f;

	if (!mgi_name_tidy(tidy, name))
		return &z->nowhere;
	if (z->count >= MGI_ZONE_MAX)
		return &z->unasked;
	f = fact_of(z, server ? server : "", type, tidy);
	if (!f)
		return &z->unasked; /* mgi_zone_failed() tells */
	return f->known ? f : NULL;
}

const mgi_fact *mgi_zone_get(mgi_zone *z, const char *type, const char *name)
{
	return mgi_zone_get_at(z, NULL, type, name);
}

static bool same_name(const char *a, const char *tidy)
{
	size_t n = strlen(tidy);

	return mgi_span_starts_nocase(mgi_span_of(a), tidy) &&
	       (!a[n] || (a[n] == '.' && !a[n + 1]));
}

/* Follow CNAMEs from the name that was asked for, in this answer only. */
static void follow(char name[MGI_NAME_MAX], mgi_fact *f)
{
	const mailguard_record *r;
	size_t i;

	for (i = 0; (r = mailguard_transcript_record(f->heard, i)) != NULL; i++)
		if (strcmp(r->type, "CNAME") == 0 && same_name(r->name, name)) {
			mgi_record_host(name, r);
			return;
		}
}

static size_t collect(const mailguard_record **out,
                      const mgi_fact *f,
                      const char *name)
{
	const mailguard_record *r;
	size_t i, n = 0;

	for (i = 0; (r = mailguard_transcript_record(f->heard, i)) != NULL; i++)
		if (strcmp(r->type, f->type) == 0 && same_name(r->name, name)) {
			if (out)
				out[n] = r;
			n++;
		}
	return n;
}

/* Records of the type at the name, or where CNAMEs lead to. */
static void records_find(mgi_zone *z, mgi_fact *f)
{
	char name[MGI_NAME_MAX], before[MGI_NAME_MAX];
	size_t i;

	memcpy(name, f->name, strlen(f->name) + 1);
	for (i = 0; i < ALIASES_MAX; i++) {
		f->count = collect(NULL, f, name);
		memcpy(before, name, sizeof(name));
		if (f->count)
			break;
		follow(name, f);
		if (strcmp(before, name) == 0)
			break;
	}
	if (strcmp(name, f->name) != 0)
		f->alias = mgi_arena_strdup(z->arena, name);
	if (!f->count)
		return;
	f->records = mgi_arena_array(z->arena, f->count,
	                             sizeof(const mailguard_record *));
	if (f->records)
		(void)collect(f->records, f, name);
	else
		f->count = 0;
}

/* The bits of the last server that was heard. */
static void bits_read(mgi_fact *f, mailguard_span heard)
{
	size_t at = heard.len;

	while (at && heard.data[at - 1] == '\n')
		at--;
	heard = mgi_span_head(heard, at);
	while (at && heard.data[at - 1] != '\n')
		at--;
	heard = mgi_span_from(heard, at);
	f->authoritative = mgi_span_find_nocase(heard, " aa ") >= 0;
	f->verified = mgi_span_find_nocase(heard, " ad ") >= 0;
}

static void answer_take(mgi_zone *z, mgi_fact *f, const mailguard_step *s)
{
	z->wanted -= !f->known;
	f->known = true;
	f->step = s;
	f->rcode = s->code;
	f->silent = s->timed_out || (s->sys && !s->code);
	f->failed = s->timed_out || s->sys || s->note ||
	            (s->code && s->code != NXDOMAIN);
	bits_read(f, s->heard);
	if (!f->failed)
		records_find(z, f);
}

/* "MX example.org" of a step. */
static mgi_fact *step_fact(mgi_zone *z,
                           const char *server,
                           const mailguard_step *s)
{
	size_t n = strcspn(s->said, " ");
	char type[16], name[MGI_NAME_MAX];

	if (!s->said[n] || n >= sizeof(type) ||
	    !mgi_name_tidy(name, s->said + n + 1) || z->count >= MGI_ZONE_MAX)
		return NULL;
	memcpy(type, s->said, n);
	type[n] = '\0';
	return fact_of(z, server, type, name);
}

static void page_learn(mgi_zone *z, mailguard_transcript *t)
{
	const mailguard_endpoint *e = mailguard_transcript_endpoint(t);
	char name[MGI_NAME_MAX];
	mgi_fact *f;

	if (!mgi_name_tidy(name, e->host ? e->host : ""))
		return;
	f = fact_of(z, "", "HTTP", name);
	if (!f || f->known)
		return;
	z->wanted--;
	f->known = true;
	f->heard = t;
}

static void names_learn(mgi_zone *z, mailguard_transcript *t)
{
	const mailguard_endpoint *e = mailguard_transcript_endpoint(t);
	const char *server = "";
	const mailguard_step *s;
	size_t i;

	if (e->address)
		server = mgi_arena_printf(z->arena, "%s:%d", e->address,
		                          (int)(e->port ? e->port : 53));
	for (i = 0; server && (s = mailguard_transcript_step(t, i)) != NULL;
	     i++) {
		mgi_fact *f = s->phase == MAILGUARD_PHASE_DNS
		                      ? step_fact(z, server, s)
		                      : NULL;

		if (!f || f->known)
			continue;
		f->heard = t;
		answer_take(z, f, s);
	}
}

mailguard_status mgi_zone_learn(mgi_zone *z,
                                mailguard_transcript *t,
                                mailguard_error *err)
{
	const mailguard_endpoint *e = mailguard_transcript_endpoint(t);
	held *h = mgi_arena_alloc(z->arena, sizeof(*h));

	if (!h)
		return mgi_fail_nomem(err);
	h->t = mailguard_transcript_ref(t);
	*z->last_transcript = h;
	z->last_transcript = &h->next;
	if (e->protocol == MAILGUARD_PROTOCOL_DNS)
		names_learn(z, t);
	else if (e->protocol == MAILGUARD_PROTOCOL_HTTP)
		page_learn(z, t);
	return mgi_zone_failed(z) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

const mgi_fact *mgi_zone_first(const mgi_zone *z)
{
	return z->first;
}

size_t mgi_zone_wanted(const mgi_zone *z)
{
	return z->wanted;
}

mailguard_transcript *mgi_zone_transcript(const mgi_zone *z, size_t i)
{
	const held *h = z->transcripts;

	while (h && i--)
		h = h->next;
	return h ? h->t : NULL;
}

void mgi_zone_give_up(mgi_zone *z)
{
	mgi_fact *f;

	for (f = z->first; f; f = f->next)
		if (!f->known)
			f->known = f->failed = f->silent = true;
	z->wanted = 0;
}

bool mgi_zone_failed(const mgi_zone *z)
{
	return mgi_arena_failed(z->arena);
}
