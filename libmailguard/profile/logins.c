/*
 * logins.c - Thunderbird's logins.json (for which servers a password is
 * stored) and compatibility.ini (which version wrote the profile).
 */
#include "profile/logins.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "profile/ini.h"

#define FILE_MAX ((size_t)4 << 20)

/* "imap://mail.example.org" */
static const char *host_of(const char *url)
{
	const char *at = url ? strstr(url, "://") : NULL;

	return at ? at + 3 : NULL;
}

/* The bytes of a file that need not be there. */
static bool slurp(mailguard_buffer *out,
                  mailguard_profile *p,
                  const char *folder,
                  const char *name)
{
	const char *path = folder ? mgi_import_join(p, folder, name) : NULL;
	mailguard_status st;

	mgi_buf_init(out, mgi_arena_handle(p->arena));
	if (!path)
		return false;
	st = mgi_file_slurp(out, path, FILE_MAX, NULL);
	if (st == MAILGUARD_ENOMEM)
		(void)mgi_import_nomem(p, NULL);
	return st >= 0;
}

static void hosts_take(mgi_logins *out,
                       mailguard_profile *p,
                       const mgi_json *list)
{
	size_t i, n = mgi_json_count(list);

	out->hosts =
		n ? mgi_arena_array(p->arena, n, sizeof(*out->hosts)) : NULL;
	for (i = 0; out->hosts && i < n; i++) {
		const char *host = host_of(
			mgi_json_str(mgi_json_at(list, i), "hostname", NULL));

		if (host)
			out->hosts[out->count++] =
				mgi_arena_strdup(p->arena, host);
	}
}

void mgi_logins_read(mgi_logins *out, mailguard_profile *p, const char *folder)
{
	mailguard_buffer text;
	mailguard_status st;
	mgi_json *root;

	memset(out, 0, sizeof(*out));
	if (slurp(&text, p, folder, "logins.json")) {
		st = mgi_json_parse(&root, text.mg, mgi_buf_span(&text), NULL);
		if (st >= 0)
			hosts_take(out, p, mgi_json_get(root, "logins"));
		if (st == MAILGUARD_ENOMEM)
			(void)mgi_import_nomem(p, NULL);
		if (st >= 0)
			mgi_json_free(root);
	}
	mgi_buf_done(&text);
}

bool mgi_logins_has(const mgi_logins *l, const char *host)
{
	size_t i;

	for (i = 0; host && i < l->count; i++)
		if (l->hosts[i] && mgi_strcmp_nocase(l->hosts[i], host) == 0)
			return true;
	return false;
}

const char *mgi_thunderbird_version(mailguard_profile *p, const char *folder)
{
	const char *version = NULL;
	mailguard_buffer text;
	mgi_ini_line l;
	mgi_ini ini;

	if (slurp(&text, p, folder, "compatibility.ini")) {
		ini = mgi_ini_of(mgi_buf_span(&text));
		while (!version && mgi_ini_next(&l, &ini)) {
			size_t n = 0;

			if (!mgi_span_is(l.key, "LastVersion"))
				continue;
			while (n < l.value.len && l.value.data[n] != '_')
				n++;
			version = mgi_arena_strndup(p->arena, l.value.data, n);
		}
	}
	mgi_buf_done(&text);
	return version;
}
