/*
 * lines.c - the lines of a verdict in their order, and those on what to do.
 */
#include "diagnose/lines.h"

#include <string.h>

#include "base/fail.h"

enum { FIRST_LINES = 32, NAMES_TOLD = 4 };

void mgi_line_add(mgi_lines *ls,
                  mgi_section section,
                  mgi_say_id id,
                  const char *text)
{
	size_t cap = ls->cap ? ls->cap * 2 : FIRST_LINES;
	mgi_line *more;

	if (!text)
		return;
	if (ls->count == ls->cap) {
		more = mgi_arena_array(ls->arena, cap, sizeof(*more));
		if (!more)
			return;
		if (ls->count)
			memcpy(more, ls->at, ls->count * sizeof(*more));
		ls->at = more;
		ls->cap = cap;
	}
	ls->at[ls->count++] = (mgi_line){ text, NULL, section, id };
}

void mgi_line_say(mgi_lines *ls,
                  mgi_section section,
                  mgi_say_id id,
                  const char *slot,
                  const char *value,
                  const char *slot2,
                  const char *value2)
{
	mailguard *mg = mgi_arena_handle(ls->arena);
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	mgi_say(&b, mg, id, slot, value ? value : "", slot2,
	        value2 ? value2 : "");
	mgi_line_add(ls, section, id, mgi_buf_keep(ls->arena, &b));
}

const char *mgi_names_join(mgi_arena *a, const char *const *names, size_t n)
{
	mailguard *mg = mgi_arena_handle(a);
	size_t told = n > NAMES_TOLD + 1 ? NAMES_TOLD : n, i;
	mailguard_buffer b, all;

	mgi_buf_init(&b, mg);
	for (i = 0; i < told; i++) {
		if (i)
			mgi_buf_puts(&b, mgi_say_raw(mgi_lang_of(mg),
			                             MGI_SAY_NAMES_COMMA));
		mgi_buf_puts(&b, names[i]);
	}
	if (told == n)
		return mgi_buf_keep(a, &b);
	mgi_buf_init(&all, mg);
	mgi_say(&all, mg, MGI_SAY_NAMES_MORE, "names", mgi_buf_text(&b),
	        "count", mgi_u64(n - told).text);
	if (mgi_buf_status(&b, NULL) < 0)
		all.failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&b);
	return mgi_buf_keep(a, &all);
}

static void texts_add(mgi_lines *ls, mgi_section section, const mgi_texts *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		mgi_line_add(ls, section, t->ids[i], t->at[i]);
}

static void next_add(mgi_lines *ls)
{
	size_t i;

	for (i = 0; i < ls->v->next_count; i++)
		mgi_line_add(ls, MGI_SECTION_NEXT, MGI_SAY_COUNT,
		             ls->v->next[i].text);
}

/* Whose servers a component is part of; NULL if nobody's. */
static const char *provider_of(const mgi_world *w, const mgi_component *p)
{
	int32_t scope = mgi_kinds[p->kind].scope;
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

	switch (scope) {
	case MGI_SCOPE_PROVIDER:
		return p->subject;
	case MGI_SCOPE_SERVER:
	case MGI_SCOPE_SERVICE:
		e.server = p->subject;
		break;
	case MGI_SCOPE_ACCOUNT:
	case MGI_SCOPE_MAILBOX:
		e.account = p->subject;
		break;
	default:
		return NULL;
	}
	return mgi_world_provider(w, &e);
}

static bool is_called(const mgi_lines *ls, mgi_say_id id, const char *provider)
{
	size_t i;

	for (i = 0; i < ls->count; i++)
		if (ls->at[i].section == MGI_SECTION_CALL &&
		    ls->at[i].id == id &&
		    mgi_strcmp_null(ls->at[i].provider, provider) == 0)
			return true;
	return false;
}

static void call_add(mgi_lines *ls, mgi_say_id id, const char *provider)
{
	size_t before = ls->count;

	if (id != MGI_SAY_CALL_PROVIDER)
		provider = NULL;
	if (provider)
		id = MGI_SAY_CALL_PROVIDER_NAMED;
	if (is_called(ls, id, provider))
		return;
	mgi_line_say(ls, MGI_SECTION_CALL, id, "name",
	             mgi_world_call(&ls->v->world, "provider:", provider), NULL,
	             NULL);
	if (ls->count > before)
		ls->at[before].provider = provider;
}

static void calls_add(mgi_lines *ls)
{
	const mailguard_verdict *v = ls->v;
	size_t i;

	for (i = 0; i < v->blamed; i++) {
		const mgi_component *p = &v->world.parts[v->set.part[i]];

		call_add(ls, mgi_kinds[p->kind].call,
		         provider_of(&v->world, p));
	}
	if (!v->blamed && v->fault == MAILGUARD_FAULT_UNKNOWN)
		call_add(ls, MGI_SAY_CALL_LOCAL, NULL);
}

static mgi_say_id many_of(mgi_say_id id)
{
	switch (id) {
	case MGI_SAY_UNLOOKED_ACCOUNT:
		return MGI_SAY_UNLOOKED_ACCOUNTS;
	case MGI_SAY_UNLOOKED_SERVER:
		return MGI_SAY_UNLOOKED_SERVERS;
	case MGI_SAY_UNLOOKED_STORE:
		return MGI_SAY_UNLOOKED_STORES;
	case MGI_SAY_UNLOOKED_STATUS:
		return MGI_SAY_UNLOOKED_PAGES;
	default:
		return id;
	}
}

/* Was nothing told but the name of what was not looked at? */
static bool is_plain(const mgi_lines *ls, size_t i)
{
	const mgi_texts *t = &ls->v->unlooked;
	mailguard *mg = mgi_arena_handle(ls->arena);
	mailguard_buffer b;
	const char *plain;

	mgi_buf_init(&b, mg);
	mgi_say(&b, mg, t->ids[i], "name", t->names[i] ? t->names[i] : "");
	plain = mgi_buf_keep(ls->arena, &b);
	return !plain || strcmp(plain, t->at[i]) == 0;
}

/* Those with a reason one by one, the others of a kind in one line. */
static void unlooked_add(mgi_lines *ls, mgi_say_id id)
{
	const mgi_texts *t = &ls->v->unlooked;
	const char **names =
		mgi_arena_array(ls->arena, t->count + 1, sizeof(*names));
	size_t i, n = 0, first = 0;

	for (i = 0; names && i < t->count; i++) {
		if (t->ids[i] != id)
			continue;
		if (!is_plain(ls, i)) {
			mgi_line_add(ls, MGI_SECTION_UNLOOKED, id, t->at[i]);
			continue;
		}
		if (!n)
			first = i;
		names[n++] = t->names[i];
	}
	if (n == 1)
		mgi_line_add(ls, MGI_SECTION_UNLOOKED, id, t->at[first]);
	else if (n)
		mgi_line_say(ls, MGI_SECTION_UNLOOKED, many_of(id), "names",
		             mgi_names_join(ls->arena, names, n), NULL, NULL);
}

mailguard_status mgi_lines_make(mgi_lines *out,
                                mgi_arena *a,
                                const mailguard_verdict *v,
                                mailguard_error *err)
{
	static const mgi_say_id kinds[] = {
		MGI_SAY_UNLOOKED_ACCOUNT, MGI_SAY_UNLOOKED_STORE,
		MGI_SAY_UNLOOKED_SERVER,  MGI_SAY_UNLOOKED_STATUS,
		MGI_SAY_UNLOOKED_OUTSIDE,
	};
	size_t i;

	memset(out, 0, sizeof(*out));
	out->v = v;
	out->arena = a;
	mgi_lines_fault(out);
	mgi_lines_cleared(out);
	texts_add(out, MGI_SECTION_MEANWHILE, &v->meanwhile);
	next_add(out);
	texts_add(out, MGI_SECTION_AVOID, &v->avoid);
	calls_add(out);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		unlooked_add(out, kinds[i]);
	return mgi_arena_failed(a) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

const char *mgi_section_head(const mailguard *mg, mgi_section s)
{
	static const mgi_say_id ids[MGI_SECTION_COUNT] = {
		[MGI_SECTION_FAULT] = MGI_SAY_COUNT,
		[MGI_SECTION_BECAUSE] = MGI_SAY_COUNT,
		[MGI_SECTION_POSSIBLE] = MGI_SAY_COUNT,
		[MGI_SECTION_KNOWN] = MGI_SAY_COUNT,
		[MGI_SECTION_CLEARED] = MGI_SAY_VERDICT_CLEARED,
		[MGI_SECTION_MEANWHILE] = MGI_SAY_VERDICT_MEANWHILE,
		[MGI_SECTION_NEXT] = MGI_SAY_VERDICT_NEXT,
		[MGI_SECTION_AVOID] = MGI_SAY_VERDICT_AVOID,
		[MGI_SECTION_CALL] = MGI_SAY_VERDICT_CALL,
		[MGI_SECTION_UNLOOKED] = MGI_SAY_VERDICT_UNLOOKED,
	};

	return ids[s] == MGI_SAY_COUNT ? NULL
	                               : mgi_say_raw(mgi_lang_of(mg), ids[s]);
}
