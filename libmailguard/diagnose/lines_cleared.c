/*
 * lines_cleared.c - what is not at fault and why: the things people ask
 * after, each kind of them in one line.
 */
#include "diagnose/lines.h"

enum { REASONS = 2 };

/* The kinds people ask after, in the order they ask. */
static const struct {
	int32_t kind;
	mgi_say_id many;
} asked[] = {
	{ MGI_KIND_SERVER, MGI_SAY_CLEARED_SERVERS },
	{ MGI_KIND_PROVIDER, MGI_SAY_CLEARED_PROVIDERS },
	{ MGI_KIND_AUTH, MGI_SAY_CLEARED_LOGINS },
	{ MGI_KIND_STORE, MGI_SAY_CLEARED_STORES },
	{ MGI_KIND_LOCALNET, MGI_SAY_COUNT },
	{ MGI_KIND_CLIENT, MGI_SAY_COUNT },
};

#define ASKED (sizeof(asked) / sizeof(asked[0]))

/* One kind of thing: who is cleared, and by what. */
typedef struct group {
	const char **names;
	size_t count;
	int32_t part; /* the first */
	mgi_say_id why[REASONS];
	size_t whys;
} group;

/* What cleared each component most, in one pass. */
static const mailguard_evidence **clearing(mgi_lines *ls)
{
	const mailguard_verdict *v = ls->v;
	const mailguard_evidence **by;
	int32_t *most;
	size_t i, k, n = v->world.part_count;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	by = mgi_arena_array(ls->arena, n + 1, sizeof(*by));
	most = mgi_arena_array(ls->arena, n + 1, sizeof(*most));
	if (!by || !most)
		return NULL;
	for (i = 0; i < v->world.seen_count; i++)
		for (k = 0; k < v->score.terms[i].count; k++) {
			const mgi_term *t = &v->score.terms[i].at[k];

			if (t->ok < most[t->part]) {
				most[t->part] = t->ok;
				by[t->part] = &v->world.seen[i];
			}
		}
	return by;
}

/* What a test that passed shows; of one that failed, what it passed before. */
static mgi_say_id why_of(int32_t kind, const mailguard_evidence *e)
{
	static const mgi_say_id ids[] = {
		[MAILGUARD_TEST_NONE] = MGI_SAY_CLEARED_BY_BEYOND,
		[MAILGUARD_TEST_OP] = MGI_SAY_CLEARED_BY_OP,
		[MAILGUARD_TEST_PROBE] = MGI_SAY_CLEARED_BY_PROBE,
		[MAILGUARD_TEST_STORE] = MGI_SAY_CLEARED_BY_STORE,
		[MAILGUARD_TEST_NET] = MGI_SAY_CLEARED_BY_NET,
		[MAILGUARD_TEST_DNS] = MGI_SAY_CLEARED_BY_NET,
		[MAILGUARD_TEST_STATUS] = MGI_SAY_CLEARED_BY_STATUS,
		[MAILGUARD_TEST_DSN] = MGI_SAY_CLEARED_BY_BEYOND,
		[MAILGUARD_TEST_CLOCK] = MGI_SAY_CLEARED_BY_BEYOND,
		[MAILGUARD_TEST_DEV] = MGI_SAY_CLEARED_BY_DEV,
		[MAILGUARD_TEST_WEB] = MGI_SAY_CLEARED_BY_WEB,
		[MAILGUARD_TEST_RECUR] = MGI_SAY_CLEARED_BY_BEYOND,
		[MAILGUARD_TEST_SILENCE] = MGI_SAY_CLEARED_BY_SILENCE,
	};

	if (e->outcome != MAILGUARD_OUTCOME_OK ||
	    (size_t)e->test >= sizeof(ids) / sizeof(ids[0]))
		return MGI_SAY_CLEARED_BY_BEYOND;
	if ((kind == MGI_KIND_LOCALNET || kind == MGI_KIND_CLIENT) &&
	    (e->test == MAILGUARD_TEST_OP || e->test == MAILGUARD_TEST_PROBE))
		return MGI_SAY_CLEARED_BY_USED;
	return ids[e->test];
}

static void why_add(group *g, mgi_say_id why)
{
	size_t i;

	for (i = 0; i < g->whys; i++)
		if (g->why[i] == why)
			return;
	if (g->whys < REASONS)
		g->why[g->whys++] = why;
}

static void member_add(group *g,
                       mgi_lines *ls,
                       int32_t part,
                       const mailguard_evidence *e)
{
	static const char *const kinds[] = {
		[MGI_SCOPE_STORE] = "store:",
		[MGI_SCOPE_SERVER] = "server:",
		[MGI_SCOPE_PROVIDER] = "provider:",
		[MGI_SCOPE_ACCOUNT] = "account:",
	};
	const mgi_component *p = &ls->v->world.parts[part];
	const char *kind = kinds[mgi_kinds[p->kind].scope];

	if (!g->count)
		g->part = part;
	g->names[g->count++] =
		mgi_world_call(&ls->v->world, kind ? kind : "", p->subject);
	why_add(g, why_of(p->kind, e));
}

static group gather(mgi_lines *ls,
                    int32_t kind,
                    const mailguard_evidence *const *by)
{
	const mailguard_verdict *v = ls->v;
	size_t i, all = v->suspect_count - v->blamed;
	group g = { .part = -1 };

	g.names = mgi_arena_array(ls->arena, all + 1, sizeof(*g.names));
	for (i = v->blamed; g.names && i < v->suspect_count; i++) {
		int32_t part = mgi_part_named(&v->world, v->suspects[i].name);

		if (v->world.parts[part].kind == kind && by[part])
			member_add(&g, ls, part, by[part]);
	}
	return g;
}

static const char *whys_text(const mgi_lines *ls, const group *g)
{
	mgi_lang lang = mgi_lang_of(mgi_arena_handle(ls->arena));
	const char *texts[REASONS];
	size_t i;

	for (i = 0; i < g->whys; i++)
		texts[i] = mgi_say_raw(lang, g->why[i]);
	return mgi_names_join(ls->arena, texts, g->whys);
}

static const char *things_text(const mgi_lines *ls,
                               const group *g,
                               mgi_say_id many)
{
	mailguard *mg = mgi_arena_handle(ls->arena);
	const mgi_component *p = &ls->v->world.parts[g->part];
	const char *names;
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	if (g->count == 1) {
		mgi_part_say(&b, &ls->v->world, mgi_kinds[p->kind].part, p);
		return mgi_buf_keep(ls->arena, &b);
	}
	names = mgi_names_join(ls->arena, g->names, g->count);
	mgi_say(&b, mg, many, "names", names ? names : "");
	return mgi_buf_keep(ls->arena, &b);
}

void mgi_lines_cleared(mgi_lines *ls)
{
	const mailguard_evidence **by = clearing(ls);
	size_t i, told = 0, all = ls->v->suspect_count - ls->v->blamed;

	for (i = 0; by && i < ASKED; i++) {
		group g = gather(ls, asked[i].kind, by);

		if (!g.count)
			continue;
		mgi_line_say(ls, MGI_SECTION_CLEARED,
		             MGI_SAY_VERDICT_CLEARED_ROW, "part",
		             things_text(ls, &g, asked[i].many), "what",
		             whys_text(ls, &g));
		told += g.count;
	}
	if (told && told < all)
		mgi_line_say(ls, MGI_SECTION_CLEARED,
		             MGI_SAY_VERDICT_CLEARED_MORE, "count",
		             mgi_u64(all - told).text, NULL, NULL);
}
