/*
 * check.c - look at every message and say what is wrong with it.
 *
 * Places first, then the heads and tails of the files, then each message. The
 * readers tell what is odd about the files, mime what is odd about messages;
 * here it becomes one list and one verdict.
 */
#include "store/check.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/place.h"

#define TAIL 4096

const char *mailguard_check_verdict_name(mailguard_soundness verdict)
{
	static const char *const names[] = { "unknown", "sound", "odd",
		                             "damaged", "unreadable" };

	return verdict >= 0 && verdict <= MAILGUARD_SOUNDNESS_UNREADABLE
	               ? names[verdict]
	               : "unknown";
}

static mailguard_status check_fill(mailguard_check *c,
                                   const mailguard_check_options *opts,
                                   mailguard_error *err)
{
	mailguard_walk_options walk = MAILGUARD_WALK_OPTIONS_INIT;
	mailguard_status st;

	st = mgi_options_copy(&c->opts, sizeof(c->opts), opts, c->store->mg,
	                      err);
	if (st < 0)
		return st;
	c->owner_path = mgi_arena_strdup(c->arena, c->opts.owner_path);
	c->found = mgi_findings_new(c->arena, c->opts.max_of_a_code);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	walk.progress = c->opts.progress;
	walk.payload = c->opts.payload;
	st = mailguard_store_walk(&c->walk, c->store, &walk, err);
	if (st < 0)
		return st;
	c->walk->found = c->found;
	c->sum.folders = c->store->folders;
	return MAILGUARD_OK;
}

mailguard_status mailguard_store_check(mailguard_check **out,
                                       mailguard_store *store,
                                       const mailguard_check_options *opts,
                                       mailguard_error *err)
{
	mailguard_status st;
	mailguard_check *c;
	mgi_arena *arena;

	*out = NULL;
	arena = mgi_arena_new(store->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	c = mgi_arena_alloc(arena, sizeof(*c));
	if (!c) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	c->arena = arena;
	c->store = store;
	st = check_fill(c, opts, err);
	if (st < 0) {
		mgi_arena_free(arena);
		return st;
	}
	(void)mailguard_store_ref(store);
	*out = c;
	return MAILGUARD_OK;
}

void mailguard_check_free(mailguard_check *c)
{
	mailguard_store *store;

	if (!c)
		return;
	store = c->store;
	mailguard_walk_free(c->walk);
	mgi_arena_free(c->arena);
	mailguard_store_free(store);
}

const mailguard_check_summary *mailguard_check_result(const mailguard_check *c)
{
	return &c->sum;
}

/* Where it lies, and what that risks. */
static void places_look(mailguard_check *c)
{
	mailguard *mg = c->store->mg;
	mgi_place place;
	uint32_t risk;

	if (mgi_place_find(&place, mg, c->store->path, c->owner_path, NULL) < 0)
		return;
	c->sum.place = place.kind;
	for (risk = 1; risk && risk <= place.risks; risk <<= 1) {
		mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
			                0,
			                MAILGUARD_NOWHERE,
			                0,
			                0,
			                "store.place",
			                NULL,
			                NULL };

		if (!(place.risks & risk))
			continue;
		f.where = c->owner_path ? c->owner_path : c->store->path;
		f.text = mgi_place_risk_text(mg, risk);
		mgi_findings_add(c->found, &f);
	}
}

static void note(mailguard_check *c,
                 const mailguard_finding *f,
                 mgi_say_id text)
{
	mailguard_finding own = *f;

	own.code = mgi_say_code(text);
	own.text = mgi_say_raw(mgi_lang_of(c->store->mg), text);
	mgi_findings_add(c->found, &own);
}

/* Zero bytes at a file's end or beginning: a write that never arrived. */
static void ends_look(mailguard_check *c, const mgi_store_file *sf)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, sf->path, NULL
	};
	uint64_t size, at;
	mailguard_span s;
	mgi_file *file;
	size_t n;

	if (mgi_file_open(&file, c->store->mg, sf->path, NULL) < 0)
		return; /* the walk says it with its reason */
	size = mgi_file_size(file);
	(void)mgi_file_window(&s, file, 0, TAIL, NULL);
	for (n = 0; n < s.len && s.data[n] == '\0'; n++)
		;
	f.length = n;
	if (n >= 16)
		note(c, &f, MGI_SAY_STORE_ZERO_HEAD);
	at = size > TAIL ? size - TAIL : 0;
	(void)mgi_file_window(&s, file, at, TAIL, NULL);
	for (n = 0; n < s.len && s.data[s.len - n - 1] == '\0'; n++)
		;
	f.offset = at + s.len - n;
	f.length = n;
	if (n >= 16)
		note(c, &f, MGI_SAY_STORE_ZERO_TAIL);
	mgi_file_close(file);
}

/* What mime says of a message, as findings; true if something is lost. */
static bool damages_tell(mailguard_check *c,
                         const mailguard_item *item,
                         mailguard_message *msg)
{
	const mailguard_damage *d;
	bool loss = false;
	size_t i;

	for (i = 0; (d = mailguard_message_damage(msg, i)) != NULL; i++) {
		mailguard_finding f = { mailguard_damage_severity(d->kind),
			                0,
			                item->offset + d->offset,
			                0,
			                item->index,
			                NULL,
			                item->file,
			                NULL };
		char code[64] = "message.";

		strncat(code, mailguard_damage_name(d->kind),
		        sizeof(code) - strlen(code) - 1);
		f.code = code;
		f.text = mailguard_damage_text(c->store->mg, d->kind);
		loss |= f.severity == MAILGUARD_SEVERITY_LOSS;
		mgi_findings_add(c->found, &f);
	}
	return loss;
}

static mailguard_status message_look(mailguard_check *c,
                                     const mailguard_item *item,
                                     mailguard_error *err)
{
	mailguard_message *msg;
	mailguard_status st;
	size_t i;

	st = mailguard_walk_message(&msg, c->walk, err);
	if (st < 0)
		return st;
	c->sum.messages++;
	if (damages_tell(c, item, msg))
		c->sum.damaged++;
	else
		c->sum.intact++;
	for (i = 0; mailguard_message_attachment(msg, i); i++)
		c->sum.attachments++;
	if (mailguard_message_date(msg) > c->sum.newest &&
	    mailguard_message_date(msg) <=
	            mgi_now(c->store->mg) + INT64_C(86400000000))
		c->sum.newest = mailguard_message_date(msg);
	mgi_times_add(&c->times, c->arena, msg,
	              mgi_now(c->store->mg) + INT64_C(86400000000));
	mailguard_message_free(msg);
	return MAILGUARD_OK;
}

/* A message that cannot be read is lost, not the end of the check. */
static void lost_tell(mailguard_check *c, const mailguard_error *err)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, NULL, NULL
	};

	c->sum.messages++;
	c->sum.lost++;
	f.item = c->walk->item.index;
	f.offset = c->walk->item.offset;
	f.where = c->walk->item.file ? c->walk->item.file : c->store->path;
	f.code = err->code;
	f.text = err->message;
	mgi_findings_add(c->found, &f);
}

static mailguard_status message_step(mailguard_check *c, mailguard_error *err)
{
	const mailguard_item *item;
	mailguard_error own;
	mailguard_status st;

	st = mailguard_walk_next(&item, c->walk, &own);
	if (st == MAILGUARD_OK)
		st = message_look(c, item, &own);
	if (st == MAILGUARD_EIO) {
		lost_tell(c, &own);
		st = MAILGUARD_OK;
	}
	if (st < 0 && err)
		*err = own;
	return st;
}

static void verdict_make(mailguard_check *c)
{
	mailguard_severity worst = mgi_findings_worst(c->found);

	if (c->sum.lost && c->sum.lost == c->sum.messages)
		c->sum.verdict = MAILGUARD_SOUNDNESS_UNREADABLE;
	else if (worst == MAILGUARD_SEVERITY_LOSS)
		c->sum.verdict = MAILGUARD_SOUNDNESS_DAMAGED;
	else if (worst == MAILGUARD_SEVERITY_WARN)
		c->sum.verdict = MAILGUARD_SOUNDNESS_ODD;
	else
		c->sum.verdict = c->opts.quick ? MAILGUARD_SOUNDNESS_UNKNOWN
		                               : MAILGUARD_SOUNDNESS_SOUND;
}

/* One step of the check: findings may have come of it. */
static mailguard_status step(mailguard_check *c, mailguard_error *err)
{
	mailguard_status st;
	size_t i;

	switch (c->stage) {
	case MGI_CHECK_PLACES:
		places_look(c);
		c->stage = MGI_CHECK_ENDS;
		return MAILGUARD_OK;
	case MGI_CHECK_ENDS:
		for (i = 0; i < c->store->count; i++)
			ends_look(c, &c->store->files[i]);
		c->stage = c->opts.quick ? MGI_CHECK_OVER : MGI_CHECK_MESSAGES;
		break;
	case MGI_CHECK_MESSAGES:
		st = message_step(c, err);
		if (st < 0)
			return st;
		if (st == MAILGUARD_ITEROVER)
			c->stage = MGI_CHECK_OVER;
		break;
	default:
		return MAILGUARD_ITEROVER;
	}
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	if (c->stage == MGI_CHECK_OVER) {
		mgi_times_sort(&c->times);
		verdict_make(c);
	}
	return MAILGUARD_OK;
}

mailguard_status mailguard_check_next(const mailguard_finding **out,
                                      mailguard_check *c,
                                      mailguard_error *err)
{
	*out = NULL;
	for (;;) {
		mailguard_status st;

		*out = mgi_findings_at(c->found, c->told);
		if (*out) {
			c->told++;
			return MAILGUARD_OK;
		}
		st = step(c, err);
		if (st != MAILGUARD_OK)
			return st;
	}
}
