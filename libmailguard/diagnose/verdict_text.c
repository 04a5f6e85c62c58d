/*
 * verdict_text.c - a verdict as one screen for people: what is at fault, what
 * is not and why, how to work meanwhile, what next, what not now, whom to call.
 */
#include "diagnose/verdict.h"

#include "base/fail.h"

enum { BECAUSE = 3, CLEARED_TOLD = 6 };

typedef struct screen {
	mailguard_buffer *out;
	const mailguard_verdict *v;
	mailguard *mg;
} screen;

static void line(const screen *s, const char *before, const char *text)
{
	mgi_buf_puts(s->out, before);
	mgi_buf_puts(s->out, text);
	mgi_buf_putc(s->out, '\n');
}

static void head(const screen *s, mgi_say_id id)
{
	line(s, "", mgi_say_raw(mgi_lang_of(s->mg), id));
}

/* "99.4" */
static mgi_number percent(int32_t permille)
{
	mgi_number n = mgi_u64((uint64_t)permille / 10);
	size_t i = 0;

	while (n.text[i])
		i++;
	n.text[i] = '.';
	n.text[i + 1] = (char)('0' + permille % 10);
	n.text[i + 2] = '\0';
	return n;
}

static const char *grade_text(const screen *s)
{
	static const mgi_say_id ids[] = { MGI_SAY_GRADE_UNDETERMINED,
		                          MGI_SAY_GRADE_SUSPECT,
		                          MGI_SAY_GRADE_LIKELY,
		                          MGI_SAY_GRADE_CERTAIN };

	return mgi_say_raw(mgi_lang_of(s->mg), ids[s->v->grade]);
}

/* One sentence with the words for a component in its slot {part}. */
static void part_line(const screen *s,
                      const char *before,
                      mgi_say_id id,
                      const mailguard_suspect *x)
{
	int32_t part = mgi_part_named(&s->v->world, x->name);
	const mgi_component *p = &s->v->world.parts[part];
	mailguard_buffer words;

	mgi_buf_init(&words, s->mg);
	mgi_part_say(&words, s->mg, mgi_kinds[p->kind].part, p);
	mgi_buf_puts(s->out, before);
	mgi_say(s->out, s->mg, id, "part", mgi_buf_text(&words), "percent",
	        percent(x->permille).text, "grade", grade_text(s));
	mgi_buf_putc(s->out, '\n');
	if (mgi_buf_status(&words, NULL) < 0)
		s->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&words);
}

static void evidence_line(const screen *s,
                          mgi_say_id id,
                          const mailguard_evidence *e)
{
	mailguard_buffer what;

	mgi_buf_init(&what, s->mg);
	mgi_evidence_say(&what, &s->v->world, e);
	mgi_buf_puts(s->out, "  ");
	mgi_say(s->out, s->mg, id, "what", mgi_buf_text(&what));
	mgi_buf_putc(s->out, '\n');
	if (mgi_buf_status(&what, NULL) < 0)
		s->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&what);
}

/* The failure of a kind of test not yet told that the verdict explains best. */
static const mailguard_reading *strongest(const mailguard_verdict *v,
                                          uint32_t told)
{
	const mailguard_reading *found = NULL;
	size_t i;

	for (i = 0; i < v->reading_count; i++) {
		const mailguard_reading *r = &v->readings[i];

		if (r->evidence->outcome > MAILGUARD_OUTCOME_OK &&
		    r->for_it > 0 && !(told & 1u << r->evidence->test) &&
		    (!found || r->for_it > found->for_it))
			found = r;
	}
	return found;
}

/* Two failures it explains, and what speaks most against the runner-up. */
static void tell_because(const screen *s)
{
	const mailguard_verdict *v = s->v;
	uint32_t told = 0;
	size_t i;

	for (i = 0; i < BECAUSE - 1; i++) {
		const mailguard_reading *r = strongest(v, told);

		if (!r)
			break;
		evidence_line(s, MGI_SAY_VERDICT_BECAUSE, r->evidence);
		told |= 1u << r->evidence->test;
	}
	for (i = 0; i < v->reading_count; i++) {
		const mailguard_reading *r = &v->readings[i];

		if (r->evidence->outcome != MAILGUARD_OUTCOME_OK ||
		    r->for_it <= r->against)
			continue;
		evidence_line(s, MGI_SAY_VERDICT_BECAUSE, r->evidence);
		break;
	}
}

static void tell_possible(const screen *s)
{
	const mailguard_verdict *v = s->v;
	size_t i;

	if (v->grade == MAILGUARD_GRADE_CERTAIN ||
	    v->fault == MAILGUARD_FAULT_NONE)
		return;
	for (i = 0; i < v->possible_count; i++)
		part_line(s, "  ", MGI_SAY_VERDICT_POSSIBLE, &v->possible[i]);
}

static void tell_fault(const screen *s)
{
	const mailguard_verdict *v = s->v;
	size_t i;

	for (i = 0; i < v->blamed; i++)
		part_line(s, "",
		          i ? MGI_SAY_VERDICT_FAULT_SECOND
		            : MGI_SAY_VERDICT_FAULT,
		          &v->suspects[i]);
	if (v->maintenance)
		head(s, MGI_SAY_VERDICT_MAINTENANCE);
	if (v->blamed) {
		tell_because(s);
	} else if (v->fault == MAILGUARD_FAULT_NONE) {
		mgi_say(s->out, s->mg, MGI_SAY_VERDICT_NONE, "grade",
		        grade_text(s));
		mgi_buf_putc(s->out, '\n');
	} else {
		head(s, MGI_SAY_VERDICT_UNDETERMINED);
	}
	tell_possible(s);
}

static void tell_defects(const screen *s)
{
	mgi_lang lang = mgi_lang_of(s->mg);
	size_t i;

	for (i = 0; i < s->v->world.defect_count; i++) {
		const mgi_defect *d = s->v->world.defects[i];

		mgi_say(s->out, s->mg, MGI_SAY_VERDICT_KNOWN, "name", d->id,
		        "text", d->text[lang]);
		mgi_buf_putc(s->out, '\n');
		line(s, "  ", d->workaround[lang]);
	}
}

/* What cleared it most. */
static const mailguard_evidence *clearing(const mailguard_verdict *v,
                                          int32_t part)
{
	const mailguard_evidence *found = NULL;
	int32_t most = 0;
	size_t i, k;

	for (i = 0; i < v->world.seen_count; i++)
		for (k = 0; k < v->score.terms[i].count; k++)
			if (v->score.terms[i].at[k].part == part &&
			    v->score.terms[i].at[k].ok < most) {
				most = v->score.terms[i].at[k].ok;
				found = &v->world.seen[i];
			}
	return found;
}

/* People ask after whole things: a server, a provider, a file, the line. */
static bool is_thing(int32_t kind)
{
	return kind == MGI_KIND_SERVER || kind == MGI_KIND_PROVIDER ||
	       kind == MGI_KIND_STORE || kind == MGI_KIND_LOCALNET;
}

static void cleared_line(const screen *s, int32_t part)
{
	const mgi_component *p = &s->v->world.parts[part];
	mailguard_buffer name, what;

	mgi_buf_init(&name, s->mg);
	mgi_buf_init(&what, s->mg);
	mgi_part_say(&name, s->mg, mgi_kinds[p->kind].part, p);
	mgi_evidence_say(&what, &s->v->world, clearing(s->v, part));
	mgi_buf_puts(s->out, "  ");
	mgi_say(s->out, s->mg, MGI_SAY_VERDICT_CLEARED_ROW, "part",
	        mgi_buf_text(&name), "what", mgi_buf_text(&what));
	mgi_buf_putc(s->out, '\n');
	if (mgi_buf_status(&name, NULL) < 0 || mgi_buf_status(&what, NULL) < 0)
		s->out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&name);
	mgi_buf_done(&what);
}

static void tell_cleared(const screen *s)
{
	const mailguard_verdict *v = s->v;
	size_t i, told = 0, all = v->suspect_count - v->blamed;

	if (!all)
		return;
	head(s, MGI_SAY_VERDICT_CLEARED);
	for (i = v->blamed; i < v->suspect_count && told < CLEARED_TOLD; i++) {
		int32_t part = mgi_part_named(&v->world, v->suspects[i].name);

		if (!is_thing(v->world.parts[part].kind) || !clearing(v, part))
			continue;
		cleared_line(s, part);
		told++;
	}
	if (told < all) {
		mgi_buf_puts(s->out, "  ");
		mgi_say(s->out, s->mg, MGI_SAY_VERDICT_CLEARED_MORE, "count",
		        mgi_u64(all - told).text);
		mgi_buf_putc(s->out, '\n');
	}
}

static void tell_texts(const screen *s, mgi_say_id id, const mgi_texts *t)
{
	size_t i;

	if (t->count)
		head(s, id);
	for (i = 0; i < t->count && i < CLEARED_TOLD; i++)
		line(s, "  - ", t->at[i]);
}

static void tell_next(const screen *s)
{
	size_t i;

	if (s->v->next_count)
		head(s, MGI_SAY_VERDICT_NEXT);
	for (i = 0; i < s->v->next_count; i++) {
		mgi_buf_printf(s->out, "  %zu. ", i + 1);
		line(s, "", s->v->next[i].text);
	}
}

static void tell_call(const screen *s)
{
	mgi_say_id last = MGI_SAY_COUNT;
	size_t i;

	if (s->v->blamed)
		head(s, MGI_SAY_VERDICT_CALL);
	for (i = 0; i < s->v->blamed; i++) {
		int32_t part = s->v->set.part[i];
		mgi_say_id id = mgi_kinds[s->v->world.parts[part].kind].call;

		if (id != last)
			line(s, "  - ", mgi_say_raw(mgi_lang_of(s->mg), id));
		last = id;
	}
}

mailguard_status mailguard_verdict_text(mailguard_buffer *out,
                                        const mailguard_verdict *v,
                                        mailguard_error *err)
{
	screen s = { .out = out, .v = v };
	size_t before;

	if (!out || !v)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "verdict");
	s.mg = mgi_arena_handle(v->world.arena);
	before = mailguard_buffer_length(out);
	if (v->world.id)
		line(&s, "", v->world.id);
	tell_fault(&s);
	tell_defects(&s);
	tell_cleared(&s);
	tell_texts(&s, MGI_SAY_VERDICT_MEANWHILE, &v->meanwhile);
	tell_next(&s);
	tell_texts(&s, MGI_SAY_VERDICT_AVOID, &v->avoid);
	tell_call(&s);
	if (v->grade != MAILGUARD_GRADE_CERTAIN)
		tell_texts(&s, MGI_SAY_VERDICT_UNLOOKED, &v->unlooked);
	if (mgi_buf_status(out, err) < 0) {
		mailguard_status st = mgi_buf_status(out, err);

		mgi_buf_cut(out, before);
		return st;
	}
	return MAILGUARD_OK;
}
