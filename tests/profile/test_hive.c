/* What profile/ promises of a registry file: the same as of an export of it,
 * and no harm from one that lies. */
#include <mailguard/profile.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

#define BINS 0x1000
#define NONE 0xffffffffu

static mailguard *mg;
static mailguard_profile *p;
static unsigned char hive[0x5000];
static size_t used;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_profile_new(&p, mg, NULL));
	temp_begin();
}

static void teardown(void)
{
	mailguard_profile_free(p);
	mailguard_free(mg);
	temp_end();
}

TestSuite(profile_hive, .init = setup, .fini = teardown, .timeout = 60);

/* -- a hive, from the leaves up -- */

static void put16(size_t at, uint32_t n)
{
	hive[at] = (unsigned char)n;
	hive[at + 1] = (unsigned char)(n >> 8);
}

static void put32(size_t at, uint32_t n)
{
	put16(at, n);
	put16(at + 2, n >> 16);
}

/* Room for `n` bytes of data; where they go. The cell is 4 before that. */
static size_t cell(size_t n)
{
	size_t size = (n + 4 + 7) / 8 * 8, at = BINS + used;

	put32(at, (uint32_t) - (int32_t)size);
	used += size;
	return at + 4;
}

static uint32_t cell_of(size_t data)
{
	return (uint32_t)(data - 4 - BINS);
}

static uint32_t value(const char *name,
                      uint32_t type,
                      const void *data,
                      size_t size)
{
	size_t n = strlen(name), to = cell(size), at = cell(0x14 + n);

	memcpy(hive + to, data, size);
	memcpy(hive + at, "vk", 2);
	put16(at + 2, (uint32_t)n);
	put32(at + 4, (uint32_t)size);
	put32(at + 8, cell_of(to));
	if (size <= 4) {
		put32(at + 4, (uint32_t)size | 0x80000000u);
		memcpy(hive + at + 8, data, size);
	}
	put32(at + 0xc, type);
	put16(at + 0x10, 1);
	memcpy(hive + at + 0x14, name, n);
	return cell_of(at);
}

/* ASCII as the registry keeps text. */
static uint32_t text_value(const char *name, const char *text)
{
	char wide[256];
	size_t i;

	for (i = 0; i <= strlen(text); i++) {
		wide[2 * i] = text[i];
		wide[2 * i + 1] = '\0';
	}
	return value(name, 1, wide, 2 * i);
}

static uint32_t list_of(const char *kind,
                        const uint32_t *cells,
                        size_t count,
                        size_t step)
{
	size_t head = kind ? 4 : 0, at = cell(head + count * step), i;

	if (kind) {
		memcpy(hive + at, kind, 2);
		put16(at + 2, (uint32_t)count);
	}
	for (i = 0; i < count; i++)
		put32(at + head + i * step, cells[i]);
	return cell_of(at);
}

static uint32_t key(const char *name,
                    uint32_t children,
                    size_t child_count,
                    const uint32_t *values,
                    size_t count)
{
	size_t n = strlen(name), at;
	uint32_t list = count ? list_of(NULL, values, count, 4) : NONE;

	at = cell(0x4c + n);
	memcpy(hive + at, "nk", 2);
	put16(at + 2, 0x20);
	put32(at + 0x10, NONE);
	put32(at + 0x14, (uint32_t)child_count);
	put32(at + 0x1c, children);
	put32(at + 0x20, NONE);
	put32(at + 0x24, (uint32_t)count);
	put32(at + 0x28, list);
	put32(at + 0x2c, NONE);
	put32(at + 0x30, NONE);
	put16(at + 0x48, (uint32_t)n);
	memcpy(hive + at + 0x4c, name, n);
	return cell_of(at);
}

static uint32_t above(const char *name, uint32_t child)
{
	return key(name, list_of("lf", &child, 1, 8), 1, NULL, 0);
}

static uint32_t account_make(void)
{
	static const unsigned char path[] = { 1,    2, 3,   0, 'C', 0, ':', 0,
		                              '\\', 0, 'a', 0, '.', 0, 'p', 0,
		                              's',  0, 't', 0, 0,   0 };
	static const unsigned char port[] = { 0xe3, 3, 0, 0 };
	uint32_t values[7];

	values[0] = text_value("Account Name", "v@two.example");
	values[1] = text_value("Email", "v@two.example");
	values[2] = text_value("POP3 Server", "pop.two.example");
	values[3] = text_value("POP3 User", "v");
	values[4] = value("POP3 Port", 4, port, sizeof(port));
	values[5] = value("Delivery Store EntryID", 3, path, sizeof(path));
	values[6] = text_value("POP3 Password", "hunter2");
	return key("00000002", NONE, 0, values, 7);
}

static const char *hive_make(void)
{
	static const char *const way[] = { "9375CFF0413111d3B88A00104B2A6676",
		                           "Outlook",
		                           "Profiles",
		                           "Outlook",
		                           "16.0",
		                           "Office",
		                           "Microsoft",
		                           "Software",
		                           "root" };
	uint32_t at, lists[1], sum = 0;
	size_t i;

	memset(hive, 0, sizeof(hive));
	used = 0x20;
	memcpy(hive + BINS, "hbin", 4);
	put32(BINS + 8, sizeof(hive) - BINS);
	at = account_make();
	lists[0] = list_of("li", &at, 1, 4);
	at = key(way[0], list_of("ri", lists, 1, 4), 1, NULL, 0);
	for (i = 1; i < sizeof(way) / sizeof(way[0]); i++)
		at = above(way[i], at);
	put32(BINS + used, (uint32_t)(sizeof(hive) - BINS - used));
	memcpy(hive, "regf", 4);
	put32(4, 1);
	put32(8, 1);
	put32(0x14, 1);
	put32(0x18, 3);
	put32(0x20, 1);
	put32(0x24, at);
	put32(0x28, sizeof(hive) - BINS);
	put32(0x2c, 1);
	for (i = 0; i < 0x1fc; i += 4)
		sum ^= (uint32_t)hive[i] | (uint32_t)hive[i + 1] << 8 |
		       (uint32_t)hive[i + 2] << 16 |
		       (uint32_t)hive[i + 3] << 24;
	put32(0x1fc, sum);
	return temp_write("NTUSER.DAT", hive, sizeof(hive));
}

Test(profile_hive, a_registry_file_tells_what_its_export_would)
{
	const mailguard_account *a;
	const mailguard_server *s;
	mailguard_buffer *json;
	size_t added;

	ok(mailguard_profile_import(p, hive_make(), NULL, &added, NULL));
	cr_assert(eq(sz, added, 1));
	a = mailguard_profile_account(p, 0);
	cr_expect(eq(str, (char *)a->address, "v@two.example"));
	cr_expect(eq(int, a->secret_stored, 1));
	s = mailguard_profile_server_of(p, a->server_in);
	cr_expect(eq(str, (char *)s->host, "pop.two.example"));
	cr_expect(eq(int, s->port, 995));
	cr_expect(eq(str,
	             (char *)mailguard_profile_storage_of(p, a->store)->path,
	             "C:\\a.pst"));
	ok(mailguard_buffer_new(&json, mg, NULL));
	ok(mailguard_profile_json(json, p, NULL));
	cr_expect(strstr(mailguard_buffer_text(json), "hunter2") == NULL);
	mailguard_buffer_free(json);
}

Test(profile_hive, one_without_outlook_has_no_settings)
{
	mailguard_error err;
	const char *path;

	(void)hive_make();
	memcpy(hive + BINS + 0x24, "xx", 2); /* the account's first cell */
	put32(0x24, NONE);
	path = temp_write("NTUSER.DAT", hive, sizeof(hive));
	cr_expect(eq(int, mailguard_profile_import(p, path, NULL, NULL, &err),
	             MAILGUARD_EFORMAT));
	cr_expect(eq(str, err.code, "profile.settings-empty"));
}

/* Each byte spoilt in turn, and each end cut off. */
Test(profile_hive, one_that_lies_is_read_without_harm)
{
	size_t i, end;
	const char *path = hive_make();

	end = BINS + used;
	for (i = 0; i < end; i += i < 0x30 || i >= BINS ? 1 : 64) {
		unsigned char before = hive[i];

		hive[i] = (unsigned char)(before ^ (i % 2 ? 0xff : 0x81));
		path = temp_write("NTUSER.DAT", hive,
		                  i % 7 ? sizeof(hive) : end - i % 300);
		(void)mailguard_profile_import(p, path, NULL, NULL, NULL);
		hive[i] = before;
		if (mailguard_profile_account(p, 500))
			break; /* as many as a profile may hold soon */
	}
	cr_expect(ge(sz, i, BINS));
}

Test(profile_hive, survives_every_allocation_failure)
{
	mailguard_status st = MAILGUARD_OK;
	const char *path = hive_make();
	int n;

	for (n = 1; n < 200; n++) {
		mailguard_profile *tight = NULL;
		mailguard *short_of;

		ok(mailguard_new(&short_of, fail_alloc_at(n), NULL));
		st = mailguard_profile_new(&tight, short_of, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_profile_import(tight, path, NULL, NULL,
			                              NULL);
		mailguard_profile_free(tight);
		mailguard_free(short_of);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
	}
	cr_expect(eq(int, st, MAILGUARD_OK));
	cr_expect(zero(int, fail_alloc_live()));
}
