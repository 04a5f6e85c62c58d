/*
 * diff.c - what changed between two profiles: "nothing was changed" can be
 * checked.
 *
 * Items are matched by what they are, never by their ids: accounts by uuid,
 * else address; servers by the accounts that use them; files by their path.
 * So one made anew from the same settings does not differ.
 */
#include "profile/diff.h"

#include <string.h>

#include "base/fail.h"

static const char *const what_names[] = { "added", "removed", "changed" };

const char *mailguard_diff_what_name(int32_t what)
{
	return what >= 0 && what < 3 ? what_names[what] : "unknown";
}

/* The text of a field as JSON would have it; "" if it is not said. */
static const char *field_text(mgi_arena *arena,
                              const mgi_field *f,
                              const void *item)
{
	const void *from = (const char *)item + f->offset;
	const char *text = NULL;
	int32_t number = 0;

	if (f->type == MGI_FIELD_TEXT || f->type >= MGI_FIELD_URL) {
		memcpy(&text, from, sizeof(text));
		return text ? text : "";
	}
	memcpy(&number, from, sizeof(number));
	switch (f->type) {
	case MGI_FIELD_FLAG:
		return number == f->unset ? "" : number ? "true" : "false";
	case MGI_FIELD_PROTOCOL:
		return mailguard_protocol_name(number);
	case MGI_FIELD_TLS:
		return mailguard_tls_name(number);
	case MGI_FIELD_PLACE:
		return mailguard_place_name(number);
	default:
		return number == f->unset
		               ? ""
		               : mgi_arena_printf(arena, "%d", (int)number);
	}
}

static void change_add(mailguard_diff *d,
                       int32_t what,
                       const char *list,
                       const char *name,
                       const mailguard_change *rest)
{
	mailguard_change *c;

	if (d->count == d->room) {
		size_t room = d->room ? d->room * 2 : 16;
		mailguard_change *more =
			mgi_arena_array(d->arena, room, sizeof(*more));

		if (!more)
			return;
		if (d->count)
			memcpy(more, d->at, d->count * sizeof(*more));
		d->at = more;
		d->room = room;
	}
	c = &d->at[d->count++];
	memset(c, 0, sizeof(*c));
	c->what = what;
	c->list = list;
	c->name = mgi_arena_strdup(d->arena, name);
	c->field = rest ? mgi_arena_strdup(d->arena, rest->field) : NULL;
	c->before = rest ? mgi_arena_strdup(d->arena, rest->before) : NULL;
	c->after = rest ? mgi_arena_strdup(d->arena, rest->after) : NULL;
}

/* What a reference stands for: ids may differ and mean the same. */
static const char *meaning(const mailguard_profile *p,
                           mgi_item_kind kind,
                           const char *id)
{
	const void *item = mgi_profile_find(p, kind, id);

	if (!item)
		return "";
	if (kind == MGI_ITEM_STORE)
		return ((const mailguard_storage *)item)->path;
	if (kind == MGI_ITEM_ACCOUNT)
		return ((const mailguard_account *)item)->address;
	return ((const mailguard_provider *)item)->name
	               ? ((const mailguard_provider *)item)->name
	               : id;
}

/* Both as items of one kind; servers are compared with their account. */
static void fields_compare(mailguard_diff *d,
                           mgi_item_kind kind,
                           const void *a,
                           const void *b,
                           const mgi_diff_where *where)
{
	const mgi_field *f;

	for (f = mgi_fields[kind]; f->key; f++) {
		mailguard_change c = { 0 };

		if (f->type == MGI_FIELD_ID || strcmp(f->key, "uuid") == 0 ||
		    (f->type == MGI_FIELD_REF && f->of == MGI_ITEM_SERVER))
			continue;
		c.before = field_text(d->arena, f, a);
		c.after = field_text(d->arena, f, b);
		if (f->type == MGI_FIELD_REF) {
			c.before = meaning(d->before, f->of, c.before);
			c.after = meaning(d->after, f->of, c.after);
		}
		if (!c.before || !c.after || strcmp(c.before, c.after) == 0)
			continue;
		c.field = where->side ? mgi_arena_printf(d->arena, "%s.%s",
		                                         where->side, f->key)
		                      : f->key;
		change_add(d, MAILGUARD_DIFF_CHANGED, where->list, where->name,
		           &c);
	}
}

/* The incoming or outgoing servers of an account that is in both. */
static void servers_compare(mailguard_diff *d,
                            const mailguard_account *a,
                            const mailguard_account *b,
                            bool in)
{
	const mailguard_server *x = mailguard_profile_server_of(
		d->before, in ? a->server_in : a->server_out);
	const mailguard_server *y = mailguard_profile_server_of(
		d->after, in ? b->server_in : b->server_out);
	mgi_diff_where where = { "accounts", a->address, NULL };
	mailguard_change c = { 0 };

	where.side = in ? "server_in" : "server_out";
	if (x && y) {
		fields_compare(d, MGI_ITEM_SERVER, x, y, &where);
		return;
	}
	if (!x && !y)
		return;
	c.field = where.side;
	c.before = x ? x->host : "";
	c.after = y ? y->host : "";
	change_add(d, MAILGUARD_DIFF_CHANGED, where.list, where.name, &c);
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* How well two items are the same thing; 0: not at all. */
static int likeness(mgi_item_kind kind, const void *a, const void *b)
{
	if (kind == MGI_ITEM_ACCOUNT) {
		const mailguard_account *x = a, *y = b;

		if (same(x->uuid, y->uuid))
			return same(x->id, y->id) ? 4 : 3;
		if (mgi_strcmp_nocase(x->address, y->address) == 0)
			return same(x->id, y->id) ? 2 : 1;
		return 0;
	}
	if (kind == MGI_ITEM_STORE)
		return same(((const mailguard_storage *)a)->path,
		            ((const mailguard_storage *)b)->path);
	return same(((const mailguard_provider *)a)->name,
	            ((const mailguard_provider *)b)->name);
}

/*
 * Pair what is most alike first; partner[i] is the index in `b`, plus one.
 * Both lists are bounded (MGI_PROFILE_ITEMS_MAX).
 */
static void pairs_find(const mgi_items *a,
                       const mgi_items *b,
                       mgi_item_kind kind,
                       size_t *partner,
                       size_t *taken)
{
	int want;
	size_t i, n;

	for (want = 4; want > 0; want--)
		for (i = 0; i < a->count; i++)
			for (n = 0; !partner[i] && n < b->count; n++)
				if (!taken[n] && likeness(kind, a->at[i],
				                          b->at[n]) == want) {
					partner[i] = n + 1;
					taken[n] = 1;
				}
}

static const char *name_of(mgi_item_kind kind, const void *item)
{
	if (kind == MGI_ITEM_ACCOUNT)
		return ((const mailguard_account *)item)->address;
	if (kind == MGI_ITEM_STORE)
		return ((const mailguard_storage *)item)->path;
	return ((const mailguard_provider *)item)->name
	               ? ((const mailguard_provider *)item)->name
	               : ((const mailguard_provider *)item)->id;
}

static void pair_compare(mailguard_diff *d,
                         mgi_item_kind kind,
                         const void *a,
                         const void *b)
{
	mgi_diff_where where = { mgi_item_types[kind].key, name_of(kind, a),
		                 NULL };

	fields_compare(d, kind, a, b, &where);
	if (kind != MGI_ITEM_ACCOUNT)
		return;
	servers_compare(d, a, b, true);
	servers_compare(d, a, b, false);
}

static void list_compare(mailguard_diff *d, mgi_item_kind kind)
{
	const mgi_items *a = mgi_profile_items(d->before, kind);
	const mgi_items *b = mgi_profile_items(d->after, kind);
	const char *list = mgi_item_types[kind].key;
	size_t *partner, *taken, i;

	partner = mgi_arena_array(d->arena, a->count + 1, sizeof(*partner));
	taken = mgi_arena_array(d->arena, b->count + 1, sizeof(*taken));
	if (!partner || !taken)
		return;
	pairs_find(a, b, kind, partner, taken);
	for (i = 0; i < a->count; i++)
		if (partner[i])
			pair_compare(d, kind, a->at[i], b->at[partner[i] - 1]);
		else
			change_add(d, MAILGUARD_DIFF_REMOVED, list,
			           name_of(kind, a->at[i]), NULL);
	for (i = 0; i < b->count; i++)
		if (!taken[i])
			change_add(d, MAILGUARD_DIFF_ADDED, list,
			           name_of(kind, b->at[i]), NULL);
}

mailguard_status mailguard_profile_diff(mailguard_diff **out,
                                        const mailguard_profile *before,
                                        const mailguard_profile *after,
                                        mailguard_error *err)
{
	mgi_arena *arena;
	mailguard_diff *d;

	*out = NULL;
	if (!before || !after)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "before");
	arena = mgi_arena_new(mgi_arena_handle(before->arena));
	if (!arena)
		return mgi_fail_nomem(err);
	d = mgi_arena_alloc(arena, sizeof(*d));
	if (d) {
		d->arena = arena;
		d->before = before;
		d->after = after;
		list_compare(d, MGI_ITEM_ACCOUNT);
		list_compare(d, MGI_ITEM_PROVIDER);
		list_compare(d, MGI_ITEM_STORE);
		d->before = d->after = NULL; /* nothing of them is kept */
	}
	if (mgi_arena_failed(arena)) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	*out = d;
	return MAILGUARD_OK;
}

void mailguard_diff_free(mailguard_diff *d)
{
	if (d)
		mgi_arena_free(d->arena);
}

const mailguard_change *mailguard_diff_change(const mailguard_diff *d, size_t i)
{
	return i < d->count ? &d->at[i] : NULL;
}
