/*
 * model.c - the profile itself: items, ids, and what belongs together.
 *
 * It knows nothing of files and clients; readers of settings fill it.
 */
#include "profile/model.h"

#include <stddef.h>
#include <string.h>

#include "base/fail.h"
#include "base/hash.h"

#define LIST(member) offsetof(struct mailguard_profile, member)

const mgi_item_type mgi_item_types[MGI_ITEM_KINDS] = {
	{ "accounts", sizeof(mailguard_account), LIST(accounts),
	  MGI_PROFILE_ITEMS_MAX, 'a' },
	{ "servers", sizeof(mailguard_server), LIST(servers),
	  MGI_PROFILE_ITEMS_MAX, 'S' },
	{ "providers", sizeof(mailguard_provider), LIST(providers),
	  MGI_PROFILE_ITEMS_MAX, 'A' },
	{ "stores", sizeof(mailguard_storage), LIST(stores),
	  MGI_PROFILE_ITEMS_MAX, 'm' },
	{ "origins", sizeof(mailguard_origin), LIST(origins),
	  MGI_PROFILE_ORIGINS_MAX, '\0' },
};

mailguard_status mailguard_profile_new(mailguard_profile **out,
                                       mailguard *mg,
                                       mailguard_error *err)
{
	mailguard_profile *p;
	mgi_arena *arena;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	p = mgi_arena_alloc(arena, sizeof(*p));
	if (p)
		p->findings = mgi_findings_new(arena, 0);
	if (!p || mgi_arena_failed(arena)) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	p->arena = arena;
	atomic_init(&p->holders, 1);
	*out = p;
	return MAILGUARD_OK;
}

mailguard_profile *mailguard_profile_ref(mailguard_profile *p)
{
	atomic_fetch_add_explicit(&p->holders, 1, memory_order_relaxed);
	return p;
}

void mailguard_profile_free(mailguard_profile *p)
{
	if (p && atomic_fetch_sub_explicit(&p->holders, 1,
	                                   memory_order_acq_rel) == 1)
		mgi_arena_free(p->arena);
}

mgi_items *mgi_profile_items(const mailguard_profile *p, mgi_item_kind kind)
{
	uintptr_t at = (uintptr_t)p + mgi_item_types[kind].list;

	return (mgi_items *)at;
}

void *mgi_profile_add(mailguard_profile *p, mgi_item_kind kind)
{
	mgi_items *list = mgi_profile_items(p, kind);
	void *item;

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 8;
		void **more = mgi_arena_array(p->arena, room, sizeof(*more));

		if (!more)
			return NULL;
		if (list->count)
			memcpy(more, list->at, list->count * sizeof(*more));
		list->at = more;
		list->room = room;
	}
	item = mgi_arena_alloc(p->arena, mgi_item_types[kind].size);
	if (item)
		list->at[list->count++] = item;
	return item;
}

/* Every kind begins with its id. */
static const char **id_of(void *item)
{
	return (const char **)item;
}

void *mgi_profile_find(const mailguard_profile *p,
                       mgi_item_kind kind,
                       const char *id)
{
	const mgi_items *list = mgi_profile_items(p, kind);
	size_t i;

	for (i = 0; id && i < list->count; i++) {
		const char *own = *id_of(list->at[i]);

		if (own && strcmp(own, id) == 0)
			return list->at[i];
	}
	return NULL;
}

/* Providers are A to Z, then A27 ...; the others letter and number. */
static void id_write(char out[16], char letter, size_t n)
{
	mgi_number number = mgi_u64(n);
	size_t len = strlen(number.text);

	if (letter == 'A' && n <= 26) {
		out[0] = (char)('A' + n - 1);
		out[1] = '\0';
		return;
	}
	out[0] = letter;
	memcpy(out + 1, number.text, len + 1);
}

void mgi_profile_name(mailguard_profile *p, mgi_item_kind kind, void *item)
{
	char id[16];
	size_t n = 1;

	do
		id_write(id, mgi_item_types[kind].letter, n++);
	while (mgi_profile_find(p, kind, id) && n <= MGI_PROFILE_ITEMS_MAX + 1);
	*id_of(item) = mgi_arena_strdup(p->arena, id);
}

/*
 * Machines of one hoster share the domain above their own name; without a
 * list of public suffixes that is the best a name can tell.
 */
static const char *provider_name(const char *host)
{
	const char *dot = host ? strchr(host, '.') : NULL;

	if (host && host[0] &&
	    mgi_is_digit((unsigned char)host[strlen(host) - 1]))
		return host; /* an address */
	return dot && strchr(dot + 1, '.') ? dot + 1 : host;
}

static const char *provider_add(mailguard_profile *p, const char *host)
{
	const char *name = provider_name(host);
	mailguard_provider *made;
	size_t i;

	if (!name)
		return NULL;
	for (i = 0; i < p->providers.count; i++) {
		const mailguard_provider *old = p->providers.at[i];

		if (old->name && mgi_strcmp_nocase(old->name, name) == 0)
			return old->id;
	}
	made = mgi_profile_add(p, MGI_ITEM_PROVIDER);
	if (!made)
		return NULL;
	made->name = mgi_arena_strdup(p->arena, name);
	mgi_profile_name(p, MGI_ITEM_PROVIDER, made);
	return made->id;
}

static bool same_server(const mailguard_server *a, const mailguard_server *b)
{
	return a->host && b->host && mgi_strcmp_nocase(a->host, b->host) == 0 &&
	       a->protocol == b->protocol && a->tls == b->tls &&
	       a->port == b->port;
}

const char *mgi_profile_server_add(mailguard_profile *p,
                                   const mailguard_server *like)
{
	mailguard_server *made;
	size_t i;

	if (!like->host || !like->host[0])
		return NULL;
	for (i = 0; i < p->servers.count; i++)
		if (same_server(p->servers.at[i], like))
			return ((mailguard_server *)p->servers.at[i])->id;
	made = mgi_profile_add(p, MGI_ITEM_SERVER);
	if (!made)
		return NULL;
	*made = *like;
	made->id = NULL;
	made->host = mgi_arena_strdup(p->arena, like->host);
	made->address = mgi_arena_strdup(p->arena, like->address);
	made->provider = provider_add(p, like->host);
	mgi_profile_name(p, MGI_ITEM_SERVER, made);
	return made->id;
}

const char *mgi_profile_store_add(mailguard_profile *p,
                                  const mailguard_storage *like)
{
	mailguard_storage *made;
	size_t i;

	if (!like->path || !like->path[0])
		return NULL;
	for (i = 0; i < p->stores.count; i++) {
		const mailguard_storage *old = p->stores.at[i];

		if (old->path && strcmp(old->path, like->path) == 0)
			return old->id;
	}
	made = mgi_profile_add(p, MGI_ITEM_STORE);
	if (!made)
		return NULL;
	made->kind = mgi_arena_strdup(p->arena, like->kind);
	made->path = mgi_arena_strdup(p->arena, like->path);
	made->file = mgi_arena_strdup(p->arena, like->file);
	made->client = mgi_arena_strdup(p->arena, like->client);
	made->version = mgi_arena_strdup(p->arena, like->version);
	mgi_profile_name(p, MGI_ITEM_STORE, made);
	mgi_profile_place(p, made);
	return made->id;
}

mailguard_status mgi_uuid_of(char out[MGI_UUID_TEXT],
                             mailguard *mg,
                             mailguard_span text,
                             mailguard_error *err)
{
	static const size_t groups[] = { 4, 2, 2, 2, 6 };
	unsigned char digest[MGI_SHA256_BYTES];
	mailguard_status st = mgi_sha256(digest, mg, text, err);
	size_t g, i, n = 0;
	char *at = out;

	if (st < 0)
		return st;
	digest[6] = (digest[6] & 0x0f) | 0x80; /* RFC 9562: version 8 */
	digest[8] = (digest[8] & 0x3f) | 0x80;
	for (g = 0; g < 5; g++) {
		if (g)
			*at++ = '-';
		for (i = 0; i < groups[g]; i++, n++) {
			*at++ = "0123456789abcdef"[digest[n] >> 4];
			*at++ = "0123456789abcdef"[digest[n] & 15];
		}
	}
	*at = '\0';
	return MAILGUARD_OK;
}

/* The same account gets the same uuid wherever it is imported. */
static const char *uuid_of(mailguard_profile *p, const mailguard_account *a)
{
	const mailguard_server *in;
	mailguard_buffer text;
	mailguard_status st;
	char out[MGI_UUID_TEXT];

	mgi_buf_init(&text, mgi_arena_handle(p->arena));
	in = mgi_profile_find(p, MGI_ITEM_SERVER, a->server_in);
	mgi_buf_printf(&text, "%s|%s|%s", a->address ? a->address : "",
	               a->user_in ? a->user_in : "", in ? in->host : "");
	st = mgi_buf_status(&text, NULL);
	if (st >= 0)
		st = mgi_uuid_of(out, text.mg, mgi_buf_span(&text), NULL);
	mgi_buf_done(&text);
	if (st < 0) /* so it is told */
		return mgi_arena_array(p->arena, SIZE_MAX, 2);
	return mgi_arena_strdup(p->arena, out);
}

void mgi_profile_account_done(mailguard_profile *p, mailguard_account *a)
{
	const mailguard_server *s;

	if (!a->id)
		mgi_profile_name(p, MGI_ITEM_ACCOUNT, a);
	if (!a->uuid)
		a->uuid = uuid_of(p, a);
	if (a->provider)
		return;
	s = mgi_profile_find(p, MGI_ITEM_SERVER,
	                     a->server_in ? a->server_in : a->server_out);
	if (s)
		a->provider = s->provider;
}

mailguard_status mgi_profile_status(const mailguard_profile *p,
                                    mailguard_error *err)
{
	size_t kind;

	if (mgi_arena_failed(p->arena))
		return mgi_fail_nomem(err);
	for (kind = 0; kind < MGI_ITEM_KINDS; kind++)
		if (mgi_profile_items(p, kind)->count >
		    mgi_item_types[kind].max)
			return mgi_fail(err, mgi_arena_handle(p->arena),
			                MAILGUARD_ELIMIT, MGI_SAY_PROFILE_LIMIT,
			                "what", mgi_item_types[kind].key, "max",
			                mgi_u64(mgi_item_types[kind].max).text);
	return MAILGUARD_OK;
}

void mgi_profile_note(mailguard_profile *p,
                      const char *code,
                      const char *where,
                      const char *text)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                code,
		                where,
		                text };

	mgi_findings_add(p->findings, &f);
}

static const void *item_at(const mgi_items *list, size_t i)
{
	return i < list->count ? list->at[i] : NULL;
}

const mailguard_account *mailguard_profile_account(const mailguard_profile *p,
                                                   size_t i)
{
	return item_at(&p->accounts, i);
}

const mailguard_server *mailguard_profile_server(const mailguard_profile *p,
                                                 size_t i)
{
	return item_at(&p->servers, i);
}

const mailguard_provider *mailguard_profile_provider(const mailguard_profile *p,
                                                     size_t i)
{
	return item_at(&p->providers, i);
}

const mailguard_storage *mailguard_profile_storage(const mailguard_profile *p,
                                                   size_t i)
{
	return item_at(&p->stores, i);
}

const mailguard_origin *mailguard_profile_origin(const mailguard_profile *p,
                                                 size_t i)
{
	return item_at(&p->origins, i);
}

const mailguard_finding *mailguard_profile_finding(const mailguard_profile *p,
                                                   size_t i)
{
	return mgi_findings_at(p->findings, i);
}

const mailguard_server *mailguard_profile_server_of(const mailguard_profile *p,
                                                    const char *id)
{
	return mgi_profile_find(p, MGI_ITEM_SERVER, id);
}

const mailguard_storage *mailguard_profile_storage_of(
	const mailguard_profile *p,
	const char *id)
{
	return mgi_profile_find(p, MGI_ITEM_STORE, id);
}

const mailguard_provider *mailguard_profile_provider_of(
	const mailguard_profile *p,
	const char *id)
{
	return mgi_profile_find(p, MGI_ITEM_PROVIDER, id);
}
