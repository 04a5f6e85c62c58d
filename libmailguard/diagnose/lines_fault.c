/*
 * lines_fault.c - what is at fault, how surely, why, and what else it may be.
 *
 * The verdict's grade is that of the domain. A component is told with a grade
 * of its own; where none is sure enough, the domain is told with its
 * probability and the candidates with theirs.
 */
#include "diagnose/lines.h"

#include <mailguard/classify.h>

enum { BECAUSE = 3, CANDIDATES = MGI_POSSIBLE + 2 };

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

static const char *grade_text(const mgi_lines *ls, mailguard_grade grade)
{
	static const mgi_say_id ids[] = { MGI_SAY_GRADE_UNDETERMINED,
		                          MGI_SAY_GRADE_SUSPECT,
		                          MGI_SAY_GRADE_LIKELY,
		                          MGI_SAY_GRADE_CERTAIN };

	return mgi_say_raw(mgi_lang_of(mgi_arena_handle(ls->arena)),
	                   ids[grade]);
}

/* What the grade of the verdict is for something of that probability. */
static mailguard_grade grade_of(const mailguard_verdict *v, int32_t permille)
{
	mailguard_grade own = MAILGUARD_GRADE_SUSPECT;

	if (permille >= mgi_weights[MGI_WEIGHT_CERTAIN])
		own = MAILGUARD_GRADE_CERTAIN;
	else if (permille >= mgi_weights[MGI_WEIGHT_LIKELY])
		own = MAILGUARD_GRADE_LIKELY;
	return own < v->grade ? own : v->grade;
}

/* One sentence on something {part} with its {percent} and the {grade}. */
static void sentence(mgi_lines *ls,
                     mgi_section section,
                     mgi_say_id id,
                     const char *part,
                     int32_t permille)
{
	mailguard *mg = mgi_arena_handle(ls->arena);
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	mgi_say(&b, mg, id, "part", part ? part : "", "percent",
	        percent(permille).text, "grade",
	        grade_text(ls, grade_of(ls->v, permille)));
	mgi_line_add(ls, section, id, mgi_buf_keep(ls->arena, &b));
}

static void part_line(mgi_lines *ls,
                      mgi_section section,
                      mgi_say_id id,
                      const mailguard_suspect *x)
{
	const mgi_world *w = &ls->v->world;
	const mgi_component *p = &w->parts[mgi_part_named(w, x->name)];
	mailguard_buffer words;

	mgi_buf_init(&words, mgi_arena_handle(ls->arena));
	mgi_part_say(&words, w, mgi_kinds[p->kind].part, p);
	sentence(ls, section, id, mgi_buf_keep(ls->arena, &words), x->permille);
}

static void evidence_line(mgi_lines *ls, const mailguard_evidence *e)
{
	mailguard_buffer what;

	mgi_buf_init(&what, mgi_arena_handle(ls->arena));
	mgi_evidence_say(&what, &ls->v->world, e);
	mgi_line_say(ls, MGI_SECTION_BECAUSE, MGI_SAY_VERDICT_BECAUSE, "what",
	             mgi_buf_keep(ls->arena, &what), NULL, NULL);
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
static void because(mgi_lines *ls)
{
	const mailguard_verdict *v = ls->v;
	uint32_t told = 0;
	size_t i;

	for (i = 0; i < BECAUSE - 1; i++) {
		const mailguard_reading *r = strongest(v, told);

		if (!r)
			break;
		evidence_line(ls, r->evidence);
		told |= 1u << r->evidence->test;
	}
	for (i = 0; i < v->reading_count; i++) {
		const mailguard_reading *r = &v->readings[i];

		if (r->evidence->outcome != MAILGUARD_OUTCOME_OK ||
		    r->for_it <= r->against)
			continue;
		evidence_line(ls, r->evidence);
		break;
	}
}

/* Is the first of the blamed sure enough to be named alone? */
static bool is_settled(const mailguard_verdict *v)
{
	int32_t p = v->blamed ? v->suspects[0].permille : 0;

	return p >= mgi_weights[MGI_WEIGHT_LIKELY] ||
	       (p >= mgi_weights[MGI_WEIGHT_SUSPECT] &&
	        grade_of(v, p) == v->grade);
}

static bool in_domain(const mailguard_verdict *v, const mailguard_suspect *x)
{
	return x->fault == v->fault ||
	       (v->maintenance && x->fault == MAILGUARD_FAULT_SERVER_OUTAGE);
}

static void candidate_add(const mailguard_suspect **list,
                          size_t *n,
                          const mailguard_suspect *x)
{
	size_t i = (*n)++;

	for (; i > 0 && list[i - 1]->permille < x->permille; i--)
		list[i] = list[i - 1];
	list[i] = x;
}

/* Which part of the domain it may be, the likeliest first. */
static void candidates(mgi_lines *ls)
{
	const mailguard_verdict *v = ls->v;
	const mailguard_suspect *list[CANDIDATES];
	size_t i, n = 0;

	for (i = 0; i < v->blamed; i++)
		if (in_domain(v, &v->suspects[i]))
			candidate_add(list, &n, &v->suspects[i]);
	for (i = 0; i < v->possible_count; i++)
		if (in_domain(v, &v->possible[i]))
			candidate_add(list, &n, &v->possible[i]);
	for (i = 0; i < n; i++)
		part_line(ls, MGI_SECTION_POSSIBLE, MGI_SAY_VERDICT_CANDIDATE,
		          list[i]);
}

/* One that is blamed beside the first; "also" only if that much is sure. */
static void second(mgi_lines *ls, const mailguard_suspect *x)
{
	if (x->permille >= mgi_weights[MGI_WEIGHT_SUSPECT])
		part_line(ls, MGI_SECTION_FAULT, MGI_SAY_VERDICT_FAULT_SECOND,
		          x);
	else
		part_line(ls, MGI_SECTION_POSSIBLE, MGI_SAY_VERDICT_POSSIBLE,
		          x);
}

static void domain(mgi_lines *ls, mgi_say_id id)
{
	sentence(
		ls, MGI_SECTION_FAULT, id,
		mailguard_fault_text(mgi_arena_handle(ls->arena), ls->v->fault),
		ls->v->permille);
}

static void blamed(mgi_lines *ls)
{
	const mailguard_verdict *v = ls->v;
	bool settled = is_settled(v);
	size_t i;

	if (settled) {
		part_line(ls, MGI_SECTION_FAULT, MGI_SAY_VERDICT_FAULT,
		          &v->suspects[0]);
		if (v->grade == MAILGUARD_GRADE_CERTAIN &&
		    grade_of(v, v->suspects[0].permille) < v->grade)
			domain(ls, MGI_SAY_VERDICT_FAULT_WITHIN);
	} else {
		domain(ls, MGI_SAY_VERDICT_FAULT_DOMAIN);
		candidates(ls);
	}
	for (i = 0; i < v->blamed; i++)
		if (settled ? i > 0 : !in_domain(v, &v->suspects[i]))
			second(ls, &v->suspects[i]);
}

static void possible(mgi_lines *ls)
{
	const mailguard_verdict *v = ls->v;
	bool told = v->blamed && !is_settled(v);
	size_t i;

	if (v->grade == MAILGUARD_GRADE_CERTAIN ||
	    v->fault == MAILGUARD_FAULT_NONE)
		return;
	for (i = 0; i < v->possible_count; i++)
		if (!told || !in_domain(v, &v->possible[i]))
			part_line(ls, MGI_SECTION_POSSIBLE,
			          MGI_SAY_VERDICT_POSSIBLE, &v->possible[i]);
}

static void defects(mgi_lines *ls)
{
	mgi_lang lang = mgi_lang_of(mgi_arena_handle(ls->arena));
	size_t i;

	for (i = 0; i < ls->v->world.defect_count; i++) {
		const mgi_defect *d = ls->v->world.defects[i];

		mgi_line_say(ls, MGI_SECTION_KNOWN, MGI_SAY_VERDICT_KNOWN,
		             "name", d->id, "text", d->text[lang]);
		mgi_line_add(ls, MGI_SECTION_KNOWN, MGI_SAY_COUNT,
		             d->workaround[lang]);
	}
}

void mgi_lines_fault(mgi_lines *ls)
{
	const mailguard_verdict *v = ls->v;

	if (v->blamed)
		blamed(ls);
	else if (v->fault == MAILGUARD_FAULT_NONE)
		mgi_line_say(ls, MGI_SECTION_FAULT, MGI_SAY_VERDICT_NONE,
		             "grade", grade_text(ls, v->grade), NULL, NULL);
	else
		mgi_line_say(ls, MGI_SECTION_FAULT,
		             MGI_SAY_VERDICT_UNDETERMINED, NULL, NULL, NULL,
		             NULL);
	if (v->maintenance)
		mgi_line_say(ls, MGI_SECTION_FAULT, MGI_SAY_VERDICT_MAINTENANCE,
		             NULL, NULL, NULL, NULL);
	if (v->blamed)
		because(ls);
	possible(ls);
	defects(ls);
}
