/*
 * facts.c - what is known of a backup, as the JSON that lies in it.
 */
#include "backup/bag.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/json.h"
#include "base/text.h"

#define SCHEMA "mailguard-backup-1"
#define STORES_MAX 10000

static void store_write(mgi_jsonw *w, const mgi_backed *s)
{
	const mailguard_backed_store *t = &s->told;

	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "id", t->id);
	mgi_jsonw_str(w, "path", t->path);
	mgi_jsonw_str(w, "file", t->file);
	mgi_jsonw_str(w, "name", s->name);
	mgi_jsonw_str(w, "format", t->format);
	mgi_jsonw_bool(w, "folder", s->is_folder);
	mgi_jsonw_str(w, "place", mailguard_place_name(t->place));
	mgi_jsonw_int(w, "files", (int64_t)t->files);
	mgi_jsonw_int(w, "bytes", (int64_t)t->bytes);
	mgi_jsonw_int(w, "skipped", (int64_t)t->skipped);
	mgi_jsonw_bool(w, "torn", t->flags & MAILGUARD_BACKUP_TORN);
	mgi_jsonw_bool(w, "changing", t->flags & MAILGUARD_BACKUP_WAS_CHANGING);
	mgi_jsonw_bool(w, "locked", t->flags & MAILGUARD_BACKUP_WAS_LOCKED);
	mgi_jsonw_bool(w, "counted", t->flags & MAILGUARD_BACKUP_COUNTED);
	mgi_jsonw_int(w, "messages", (int64_t)t->messages);
	mgi_jsonw_int(w, "attachments", (int64_t)t->attachments);
	mgi_jsonw_int(w, "damaged", (int64_t)t->damaged);
	mgi_jsonw_int(w, "lost", (int64_t)t->lost);
	mgi_jsonw_time(w, "newest", t->newest);
	mgi_jsonw_str(w, "verdict", mailguard_check_verdict_name(t->verdict));
	mgi_jsonw_str(w, "manifest", s->manifest);
	mgi_jsonw_end(w);
}

static void finding_write(mgi_jsonw *w, const mailguard_finding *f)
{
	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "code", f->code);
	mgi_jsonw_str(w, "severity", mailguard_severity_name(f->severity));
	if (f->item)
		mgi_jsonw_int(w, "store", (int64_t)f->item);
	else
		mgi_jsonw_null(w, "store");
	mgi_jsonw_str(w, "where", f->where);
	if (f->offset != MAILGUARD_NOWHERE) {
		mgi_jsonw_int(w, "offset", (int64_t)f->offset);
		mgi_jsonw_int(w, "length", (int64_t)f->length);
	} else {
		mgi_jsonw_null(w, "offset");
		mgi_jsonw_null(w, "length");
	}
	mgi_jsonw_str(w, "text", f->text);
	mgi_jsonw_end(w);
}

void mgi_facts_put(mgi_jsonw *w, const mailguard_backup *b)
{
	const mailguard_finding *f;
	size_t i;

	mgi_jsonw_str(w, "schema", SCHEMA);
	mgi_jsonw_time(w, "made", b->made);
	mgi_jsonw_str(w, "software", mailguard_version());
	mgi_jsonw_str(w, "label", b->label);
	mgi_jsonw_array(w, "stores");
	for (i = 0; i < b->count; i++)
		store_write(w, &b->stores[i]);
	mgi_jsonw_end(w);
	mgi_jsonw_bool(w, "settings", b->settings.len > 0);
	mgi_jsonw_bool(w, "secrets", b->sealed);
	mgi_jsonw_array(w, "findings");
	for (i = 0; (f = mgi_findings_at(b->found, i)) != NULL; i++)
		finding_write(w, f);
	mgi_jsonw_end(w);
}

mailguard_status mgi_facts_write(mailguard_buffer *out,
                                 const mailguard_backup *b,
                                 mailguard_error *err)
{
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_facts_put(&w, b);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

/* -- read ------------------------------------------------------------------ */

static const char *text_of(mailguard_backup *b,
                           const mgi_json *v,
                           const char *key,
                           const char *none)
{
	return mgi_arena_strdup(b->arena, mgi_json_str(v, key, none));
}

static uint64_t number_of(const mgi_json *v, const char *key)
{
	int64_t n = mgi_json_int(v, key, 0);

	return n > 0 ? (uint64_t)n : 0;
}

static int32_t place_of(const char *name)
{
	int32_t i;

	for (i = MAILGUARD_PLACE_USB; i > 0; i--)
		if (strcmp(mailguard_place_name(i), name) == 0)
			break;
	return i;
}

static int32_t verdict_of(const char *name)
{
	int32_t i;

	for (i = MAILGUARD_SOUNDNESS_UNREADABLE; i > 0; i--)
		if (strcmp(mailguard_check_verdict_name(i), name) == 0)
			break;
	return i;
}

static void counts_read(mgi_backed *s, const mgi_json *v)
{
	mailguard_backed_store *t = &s->told;

	t->flags |= MAILGUARD_BACKUP_COUNTED;
	t->messages = number_of(v, "messages");
	t->attachments = number_of(v, "attachments");
	t->damaged = number_of(v, "damaged");
	t->lost = number_of(v, "lost");
	t->newest = mgi_time_parse_rfc3339(
		mgi_span_of(mgi_json_str(v, "newest", "")));
	t->verdict = verdict_of(mgi_json_str(v, "verdict", ""));
}

/* A name in the bag: one, and none that leads elsewhere. */
static bool is_name(const char *s)
{
	return s && s[0] && s[0] != '.' && !strchr(s, '/');
}

static bool is_manifest(const char *s)
{
	return !s || (mgi_span_starts(mgi_span_of(s), "stores/") &&
	              is_name(s + strlen("stores/")));
}

static bool store_read(mailguard_backup *b, const mgi_json *v)
{
	mgi_backed *s = mgi_backup_store_add(b);
	mailguard_backed_store *t;

	if (!s)
		return false;
	t = &s->told;
	t->id = text_of(b, v, "id", "");
	t->path = text_of(b, v, "path", "");
	t->file = text_of(b, v, "file", "");
	t->format = text_of(b, v, "format", "unknown");
	t->place = place_of(mgi_json_str(v, "place", ""));
	t->files = number_of(v, "files");
	t->bytes = number_of(v, "bytes");
	t->skipped = number_of(v, "skipped");
	if (mgi_json_bool(v, "torn", false))
		t->flags |= MAILGUARD_BACKUP_TORN;
	if (mgi_json_bool(v, "changing", false))
		t->flags |= MAILGUARD_BACKUP_WAS_CHANGING;
	if (mgi_json_bool(v, "locked", false))
		t->flags |= MAILGUARD_BACKUP_WAS_LOCKED;
	s->is_folder = mgi_json_bool(v, "folder", false);
	s->name = text_of(b, v, "name", "");
	s->manifest = text_of(b, v, "manifest", NULL);
	if (mgi_json_bool(v, "counted", false))
		counts_read(s, v);
	return is_name(s->name) && is_manifest(s->manifest);
}

static void finding_read(mailguard_backup *b, const mgi_json *v)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                NULL,
		                NULL };
	const char *severity = mgi_json_str(v, "severity", "");

	while (f.severity < MAILGUARD_SEVERITY_LOSS &&
	       strcmp(mailguard_severity_name(f.severity), severity) != 0)
		f.severity++;
	f.code = mgi_json_str(v, "code", "backup.unknown");
	f.where = mgi_json_str(v, "where", "");
	f.text = mgi_json_str(v, "text", "");
	f.item = number_of(v, "store");
	if (mgi_json_int(v, "offset", -1) >= 0) {
		f.offset = number_of(v, "offset");
		f.length = number_of(v, "length");
	}
	mgi_findings_add(b->found, &f);
}

static mailguard_status facts_take(mailguard_backup *b,
                                   const mgi_json *root,
                                   const char *path,
                                   mailguard_error *err)
{
	const char *schema = mgi_json_str(root, "schema", "");
	const mgi_json *list = mgi_json_get(root, "stores");
	size_t i, n = mgi_json_count(list);
	bool fine = n <= STORES_MAX;

	if (strcmp(schema, SCHEMA) != 0)
		return mgi_fail(err, b->mg,
		                mgi_span_starts(mgi_span_of(schema),
		                                "mailguard-backup-")
		                        ? MAILGUARD_EUNSUPPORTED
		                        : MAILGUARD_EFORMAT,
		                MGI_SAY_BACKUP_NEWER, "path", path);
	b->made = mgi_time_parse_rfc3339(
		mgi_span_of(mgi_json_str(root, "made", "")));
	b->label = text_of(b, root, "label", "");
	for (i = 0; fine && i < n; i++)
		fine = store_read(b, mgi_json_at(list, i));
	list = mgi_json_get(root, "findings");
	for (i = 0; i < mgi_json_count(list); i++)
		finding_read(b, mgi_json_at(list, i));
	if (mgi_arena_failed(b->arena))
		return mgi_fail_nomem(err);
	return fine ? MAILGUARD_OK
	            : mgi_fail(err, b->mg, MAILGUARD_EFORMAT,
	                       MGI_SAY_BACKUP_BROKEN, "path", path, "name",
	                       MGI_BAG_FACTS);
}

mailguard_status mgi_facts_read(mailguard_backup *b,
                                mailguard_span text,
                                const char *path,
                                mailguard_error *err)
{
	mailguard_status st;
	mgi_json *root;

	st = mgi_json_parse(&root, b->mg, text, err);
	if (st < 0)
		return st;
	st = facts_take(b, root, path, err);
	mgi_json_free(root);
	return st;
}
