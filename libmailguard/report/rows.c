/*
 * rows.c - the verdict's lines with what the profile adds to them: the files
 * concerned, whose webmail, whose telephone.
 */
#include "report/report.h"

#include <string.h>

#include <mailguard/profile.h>

enum { FIRST_ROWS = 32 };

static void row_add(mailguard_report *r,
                    mgi_section section,
                    int32_t level,
                    const char *text)
{
	mgi_rows *rows = &r->rows;
	size_t cap = rows->cap ? rows->cap * 2 : FIRST_ROWS;
	mgi_row *more;

	if (rows->count == rows->cap) {
		more = mgi_arena_array(r->arena, cap, sizeof(*more));
		if (!more)
			return;
		if (rows->count)
			memcpy(more, rows->at, rows->count * sizeof(*more));
		rows->at = more;
		rows->cap = cap;
	}
	rows->at[rows->count++] = (mgi_row){ text, section, level };
}

const mailguard_checkup_step *mgi_report_step(const mailguard_report *r,
                                              mailguard_checkup_stage stage,
                                              const char *target,
                                              const char *account)
{
	const mailguard_checkup_step *found = NULL;
	size_t i;

	for (i = 0; target && i < r->step_count; i++) {
		const mailguard_checkup_step *s = &r->steps[i];

		if (s->stage != stage || !s->target ||
		    strcmp(s->target, target) != 0)
			continue;
		if (account && mgi_strcmp_null(s->account, account) != 0)
			continue;
		if (s->outcome != MAILGUARD_OUTCOME_UNKNOWN || !found ||
		    found->outcome == MAILGUARD_OUTCOME_UNKNOWN)
			found = s;
	}
	return found;
}

const char *mgi_outcome_text(const mailguard *mg, mailguard_outcome outcome)
{
	static const mgi_say_id ids[] = {
		MGI_SAY_RESULT_UNKNOWN,  MGI_SAY_RESULT_OK,
		MGI_SAY_RESULT_FAIL,     MGI_SAY_RESULT_DAMAGED,
		MGI_SAY_RESULT_LOCKED,   MGI_SAY_RESULT_MISSING,
		MGI_SAY_RESULT_FULL,     MGI_SAY_RESULT_MAINT,
		MGI_SAY_RESULT_INCIDENT,
	};
	size_t i = outcome > 0 ? (size_t)outcome : 0;

	if (i >= sizeof(ids) / sizeof(ids[0]))
		i = 0;
	return mgi_say_raw(mgi_lang_of(mg), ids[i]);
}

/* Two slots of a row of this room. */
static const char *said(mailguard_report *r,
                        mgi_say_id id,
                        const char *const slots[4])
{
	mailguard_buffer b;

	mgi_buf_init(&b, r->mg);
	mgi_say(&b, r->mg, id, slots[0], slots[1], slots[2], slots[3]);
	return mgi_report_keep(r, &b);
}

/* Every file with a fault, by the path its owner knows. */
static void files_add(mailguard_report *r)
{
	const mailguard_storage *s;
	size_t i;

	for (i = 0; (s = mailguard_profile_storage(r->profile, i)) != NULL;
	     i++) {
		const mailguard_checkup_step *step = mgi_report_step(
			r, MAILGUARD_CHECKUP_STORE, s->id, NULL);

		if (!step || step->outcome <= MAILGUARD_OUTCOME_OK)
			step = mgi_report_step(r, MAILGUARD_CHECKUP_PLACE,
			                       s->id, NULL);
		if (!step || step->outcome <= MAILGUARD_OUTCOME_OK)
			continue;
		row_add(r, MGI_SECTION_BECAUSE, 1,
		        said(r, MGI_SAY_REPORT_FILE,
		             (const char *[4]){
				     "path", s->path, "what",
				     mgi_outcome_text(r->mg, step->outcome) }));
	}
}

/* Accounts that are not seen to work, with that webmail. */
static const char *users_of(mailguard_report *r, const char *url)
{
	const mailguard_account *a;
	const char **names;
	size_t i, n = 0;

	while (mailguard_profile_account(r->profile, n))
		n++;
	names = mgi_arena_array(r->arena, n + 1, sizeof(*names));
	n = 0;
	for (i = 0;
	     names && (a = mailguard_profile_account(r->profile, i)) != NULL;
	     i++) {
		mgi_sight seen = mgi_account_sight(&r->v->world, a->id);

		if (mgi_strcmp_null(a->webmail, url) == 0 &&
		    (seen.failed || !seen.ok))
			names[n++] =
				mgi_world_call(&r->v->world, "account:", a->id);
	}
	return n ? mgi_names_join(r->arena, names, n) : NULL;
}

static bool is_first(const mailguard_report *r, size_t account)
{
	const char *url =
		mailguard_profile_account(r->profile, account)->webmail;
	size_t i;

	for (i = 0; i < account; i++)
		if (mgi_strcmp_null(
			    mailguard_profile_account(r->profile, i)->webmail,
			    url) == 0)
			return false;
	return true;
}

static void webmail_add(mailguard_report *r)
{
	const mailguard_account *a;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(r->profile, i)) != NULL;
	     i++) {
		const char *users = NULL;

		if (a->webmail && is_first(r, i))
			users = users_of(r, a->webmail);
		if (users)
			row_add(r, MGI_SECTION_MEANWHILE, 2,
			        said(r, MGI_SAY_REPORT_WEBMAIL,
			             (const char *[4]){ "accounts", users,
			                                "url", a->webmail }));
	}
}

static void call_add(mailguard_report *r, const mgi_line *l)
{
	const mailguard_provider *p =
		l->provider
			? mailguard_profile_provider_of(r->profile, l->provider)
			: NULL;
	const char *text = l->text;

	if (p && p->phone)
		text = said(
			r, MGI_SAY_REPORT_PHONE,
			(const char *[4]){ "who", l->text, "phone", p->phone });
	row_add(r, MGI_SECTION_CALL, 1, text);
	if (p && p->status)
		row_add(r, MGI_SECTION_CALL, 2,
		        said(r, MGI_SAY_REPORT_PAGE,
		             (const char *[4]){ "url", p->status, NULL,
		                                NULL }));
}

static const mailguard_account *account_of(const mailguard_report *r,
                                           const char *id)
{
	const mailguard_account *a;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(r->profile, i)) != NULL; i++)
		if (mgi_strcmp_null(a->id, id) == 0)
			return a;
	return NULL;
}

/* The n-th thing to do; where it is webmail, with its address. */
static void next_add(mailguard_report *r, const mgi_line *l, size_t n)
{
	const mailguard_next *next = mailguard_verdict_next(r->v, n);
	const mailguard_account *a = NULL;
	const char *text = l->text;

	if (next && next->test == MAILGUARD_TEST_WEB)
		a = account_of(r, next->target);
	if (a && a->webmail)
		text = said(r, MGI_SAY_REPORT_TRY_WEBMAIL,
		            (const char *[4]){ "text", l->text, "url",
		                               a->webmail });
	row_add(r, MGI_SECTION_NEXT, 1, text);
}

static int32_t level_of(const mgi_line *l)
{
	if (l->section == MGI_SECTION_FAULT)
		return 0;
	if (l->section == MGI_SECTION_KNOWN)
		return l->id == MGI_SAY_VERDICT_KNOWN ? 0 : 1;
	return 1;
}

/* What is cleared beside the things people ask after is for programs. */
static bool is_for_people(const mgi_line *l)
{
	return l->id != MGI_SAY_VERDICT_CLEARED_MORE;
}

void mgi_rows_compose(mailguard_report *r)
{
	bool files = r->profile != NULL;
	size_t i, next = 0;

	for (i = 0; i < r->lines.count; i++) {
		const mgi_line *l = &r->lines.at[i];

		if (files && l->section > MGI_SECTION_POSSIBLE) {
			files_add(r);
			files = false;
		}
		if (r->profile && l->section == MGI_SECTION_CALL)
			call_add(r, l);
		else if (r->profile && l->section == MGI_SECTION_NEXT)
			next_add(r, l, next++);
		else if (is_for_people(l))
			row_add(r, l->section, level_of(l), l->text);
		if (r->profile && l->id == MGI_SAY_MEANWHILE_WEBMAIL)
			webmail_add(r);
	}
}
