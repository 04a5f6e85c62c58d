/*
 * pst_make.c - folders and messages of an Outlook data file for tests.
 */
#include "store/pst_make_own.h"

#include <stdlib.h>
#include <string.h>

static void number(props *p, uint32_t tag, uint64_t x)
{
	prop q = { tag, x, NULL, 0, 0 };

	p->at[p->count++] = q;
}

static void binary(props *p, uint32_t tag, const void *data, size_t n)
{
	prop q = { tag, 0, data, n, 1 };

	p->at[p->count++] = q;
}

static void text(props *p, unsigned id, const char *s)
{
	prop q = { id << 16, 0, s, strlen(s), 2 };

	p->at[p->count++] = q;
}

/* -- folders and messages -------------------------------------------------- */

enum {
	STORE = 0x21,
	NAMES = 0x61,
	ROOT = 0x122,
	IPM = 0x8022,
	SEARCH = 0x8042,
	DELETED = 0x8062,
	INBOX = 0x8082,
	BELOW = 0x80a2,
	SENT = 0x80c2
};

#define BORN 0x01d9c0a0b0000000ull /* a FILETIME of 2023 */

static const unsigned char record_key[16] = "libmailguard pst";

static void entry_id(unsigned char out[24], uint32_t nid)
{
	memset(out, 0, 4);
	memcpy(out + 4, record_key, 16);
	pm_le(out + 20, nid, 4);
}

static void store_put(maker *m)
{
	unsigned char ipm[24], bin[24], find[24];
	props p = { .count = 0 };
	made x;

	entry_id(ipm, IPM);
	entry_id(bin, DELETED);
	entry_id(find, SEARCH);
	binary(&p, 0x0ff90102, record_key, sizeof(record_key));
	text(&p, 0x3001, "Outlook");
	number(&p, 0x35df0003, 0x89);
	binary(&p, 0x35e00102, ipm, sizeof(ipm));
	binary(&p, 0x35e30102, bin, sizeof(bin));
	binary(&p, 0x35e70102, find, sizeof(find));
	number(&p, 0x67ff0003, m->plan->password);
	x = pm_props(m, &p);
	pm_node(m, STORE, 0, x.data, x.sub);
}

static void names_put(maker *m)
{
	static const unsigned char guid[16] = {
		8, 0x20, 6, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46
	};
	/* PidLidReminderSet as 0x8000, "libmailguard" as 0x8001. */
	static const unsigned char entries[16] = {
		0x03, 0x85, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 5, 0, 1, 0
	};
	props p = { .count = 0 };
	bytes name = { NULL, 0, 0 }, t = { NULL, 0, 0 };
	const char *s;
	made x;

	for (s = "libmailguard"; *s; s++)
		pm_add_le(&t, (unsigned char)*s, 2);
	pm_add_le(&name, t.len, 4);
	pm_add(&name, t.at, t.len);
	number(&p, 0x00010003, 251);
	binary(&p, 0x00020102, guid, sizeof(guid));
	binary(&p, 0x00030102, entries, sizeof(entries));
	binary(&p, 0x00040102, name.at, name.len);
	x = pm_props(m, &p);
	pm_node(m, NAMES, 0, x.data, x.sub);
	free(name.at);
	free(t.at);
}

static const uint32_t hierarchy[] = { 0x0e300003, 0x0e330014, 0x0e340102,
	                              0x0e380003, 0x3001001f, 0x36020003,
	                              0x36030003, 0x360a000b, 0x3613001f,
	                              0x67f20003, 0x67f30003 };
static const uint32_t contents[] = {
	0x00170003, 0x001a001f, 0x00360003, 0x0037001f, 0x00390040, 0x0042001f,
	0x0057000b, 0x0058000b, 0x0070001f, 0x00710102, 0x0e03001f, 0x0e04001f,
	0x0e060040, 0x0e070003, 0x0e080003, 0x0e170003, 0x0e300003, 0x0e330014,
	0x0e340102, 0x0e380003, 0x0e3c0102, 0x0e3d0102, 0x10970003, 0x30080040,
	0x65c60003, 0x67f20003, 0x67f30003
};
static const uint32_t associated[] = { 0x001a001f, 0x003a001f, 0x0e070003,
	                               0x0e170003, 0x3001001f, 0x67f20003,
	                               0x67f30003, 0x6800001f, 0x6803000b };
static const uint32_t recipients[] = { 0x0c150003, 0x0e0f000b, 0x0ff90102,
	                               0x0ffe0003, 0x0fff0102, 0x3001001f,
	                               0x3002001f, 0x3003001f, 0x300b0102,
	                               0x39000003, 0x39ff001f, 0x3a40000b,
	                               0x67f20003, 0x67f30003 };
static const uint32_t attachments[] = { 0x0e200003, 0x3704001f, 0x37050003,
	                                0x370b0003, 0x67f20003, 0x67f30003 };

#define OF(tags) tags, sizeof(tags) / sizeof(tags[0])

static void empty_table(maker *m, uint32_t nid, const uint32_t *tags, size_t n)
{
	table t;
	made x;

	pm_table_begin(&t, m, tags, (unsigned)n);
	x = pm_table_end(&t);
	pm_node(m, nid, 0, x.data, x.sub);
}

typedef struct folder {
	uint32_t nid, parent;
	const char *name;
	table contents, hidden;
	unsigned count;
} folder;

static void folder_props(props *p, const folder *f, bool has_below)
{
	text(p, 0x3001, f->name);
	number(p, 0x36020003, f->count);
	number(p, 0x36030003, 0);
	number(p, 0x360a000b, has_below);
	text(p, 0x3613, "IPF.Note");
}

static void folders_put(maker *m, folder *all, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		props p = { .count = 0 };
		bool below = false;
		table t;
		made x;

		pm_table_begin(&t, m, OF(hierarchy));
		for (k = 0; k < n; k++) {
			props q = { .count = 0 };
			bool deeper = all[k].nid == IPM || all[k].nid == INBOX;

			if (all[k].parent != all[i].nid || k == i)
				continue;
			below = true;
			folder_props(&q, &all[k], deeper);
			pm_table_row(&t, all[k].nid, &q);
		}
		folder_props(&p, &all[i], below);
		x = pm_props(m, &p);
		pm_node(m, all[i].nid, all[i].parent, x.data, x.sub);
		x = pm_table_end(&t);
		pm_node(m, (all[i].nid & ~31u) | 0x0d, 0, x.data, x.sub);
		x = pm_table_end(&all[i].contents);
		pm_node(m, (all[i].nid & ~31u) | 0x0e, 0, x.data, x.sub);
		x = pm_table_end(&all[i].hidden);
		pm_node(m, (all[i].nid & ~31u) | 0x0f, 0, x.data, x.sub);
	}
}

/* -- one message ----------------------------------------------------------- */

static uint64_t mix(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static char *words(uint64_t seed, size_t n)
{
	static const char *const some[] = {
		"mail",   "server", "folder", "lost",  "found", "again",
		"whole",  "part",   "index",  "block", "page",  "tree",
		"日本語", "件名",   "添付",   "café",
	};
	char *out = pm_more(NULL, n + 64);
	size_t at = 0;

	while (at < n) {
		const char *w = some[mix(&seed) % 16];

		at += (size_t)snprintf(out + at, n + 64 - at, "%s%s", w,
		                       mix(&seed) % 9 ? " " : "\r\n");
	}
	out[at] = '\0';
	return out;
}

/* Its row goes into `rows`, if it has such. */
static made message_put(maker *m, unsigned i, uint32_t nid, table *rows);

static made_node attachment_put(maker *m,
                                unsigned i,
                                bool embedded,
                                table *list,
                                size_t *size)
{
	made_node n = { (0x401 + (embedded ? 1 : 0)) << 5 | 5, 0, 0, 0 };
	size_t len = m->plan->attach / 2 + i * 7919u % (m->plan->attach + 1);
	uint64_t seed = i * 77;
	unsigned char *data = NULL, object[8];
	props p = { .count = 0 };
	size_t k;
	made x;

	if (embedded) {
		x = message_put(m, i + 1000000, 0, NULL);
		p.subs[p.sub_count].nid = 0x2004 << 5 | 4;
		p.subs[p.sub_count].data = x.data;
		p.subs[p.sub_count++].sub = x.sub;
		pm_le(object, 0x2004 << 5 | 4, 4);
		pm_le(object + 4, x.size, 4);
		binary(&p, 0x3701000d, object, sizeof(object));
		text(&p, 0x3001, "one inside");
		len = x.size;
		*size += x.size;
	} else {
		data = pm_more(NULL, len + 8);
		for (k = 0; k < len; k += 8)
			pm_le(data + k, mix(&seed), 8);
		binary(&p, 0x37010102, data, len);
		text(&p, 0x3704, "データ.bin");
		text(&p, 0x3707, "データ.bin");
		text(&p, 0x370e, "application/octet-stream");
	}
	number(&p, 0x37050003, embedded ? 5 : 1);
	number(&p, 0x0e200003, len);
	number(&p, 0x370b0003, UINT32_MAX);
	number(&p, 0x0e210003, embedded);
	x = pm_props(m, &p);
	n.data = x.data;
	n.sub = x.sub;
	*size += x.size;
	pm_table_row(list, n.nid, &p);
	free(data);
	return n;
}

static made recipients_put(maker *m, unsigned i)
{
	char name[64], address[128];
	unsigned k;
	table t;

	pm_table_begin(&t, m, OF(recipients));
	for (k = 0; k < 1 + i % 3; k++) {
		props p = { .count = 0 };

		snprintf(name, sizeof(name), "受取 %u", k);
		snprintf(address, sizeof(address), "to%u@example.org", k);
		if (!k && m->plan->to)
			snprintf(address, sizeof(address), "%s", m->plan->to);
		number(&p, 0x0c150003, 1 + k % 2);
		number(&p, 0x0e0f000b, 1);
		number(&p, 0x0ffe0003, 6);
		text(&p, 0x3001, name);
		text(&p, 0x3002, "SMTP");
		text(&p, 0x3003, address);
		text(&p, 0x39ff, name);
		number(&p, 0x39000003, 0);
		pm_table_row(&t, k, &p);
	}
	return pm_table_end(&t);
}

static uint64_t sent(const pst_plan *plan, unsigned i)
{
	if (plan->newest)
		return plan->newest - (plan->messages - 1 - i) * plan->apart;
	return BORN + i * 600000000ull;
}

/* What people see of a message. */
typedef struct head {
	char subject[128], name[32], address[64], id[160];
} head;

static head head_of(const pst_plan *plan, unsigned i)
{
	unsigned client = i % 5 + 1;
	head h;

	if (!plan->to) {
		snprintf(h.subject, sizeof(h.subject), "件名 %u: found again",
		         i);
		snprintf(h.name, sizeof(h.name), "差出人");
		snprintf(h.address, sizeof(h.address), "from@example.org");
		snprintf(h.id, sizeof(h.id), "<%u@example.org>", i);
		return h;
	}
	snprintf(h.subject, sizeof(h.subject), "%s %u", plan->subject, i + 1);
	snprintf(h.name, sizeof(h.name), "client %u", client);
	snprintf(h.address, sizeof(h.address), "client%u@client.example",
	         client);
	snprintf(h.id, sizeof(h.id), "<%u.%s>", i + 1, plan->to);
	return h;
}

static made message_put(maker *m, unsigned i, uint32_t nid, table *rows)
{
	bool attach = m->plan->attach && i % 2 && rows;
	bool embed = m->plan->embedded && i % 5 == 0 && rows;
	head h = head_of(m->plan, i);
	char *body =
		words(i, m->plan->body / 2 + i * 104729u % (m->plan->body + 1));
	props p = { .count = 0 };
	size_t size = 0;
	table list;
	made x, r;

	r = recipients_put(m, i);
	p.subs[p.sub_count].nid = 0x692;
	p.subs[p.sub_count].data = r.data;
	p.subs[p.sub_count++].sub = r.sub;
	size += r.size;
	pm_table_begin(&list, m, OF(attachments));
	if (attach)
		p.subs[p.sub_count++] =
			attachment_put(m, i, false, &list, &size);
	if (embed)
		p.subs[p.sub_count++] =
			attachment_put(m, i, true, &list, &size);
	r = pm_table_end(&list);
	size += r.size;
	p.subs[p.sub_count].nid = 0x671;
	p.subs[p.sub_count].data = r.data;
	p.subs[p.sub_count++].sub = r.sub;
	text(&p, 0x001a, "IPM.Note");
	text(&p, 0x0037, h.subject);
	number(&p, 0x00390040, sent(m->plan, i));
	text(&p, 0x0042, h.name);
	text(&p, 0x0064, "SMTP");
	text(&p, 0x0065, h.address);
	text(&p, 0x0070, h.subject);
	text(&p, 0x0c1a, h.name);
	text(&p, 0x0c1e, "SMTP");
	text(&p, 0x0c1f, h.address);
	text(&p, 0x0e04, "受取 0");
	number(&p, 0x0e060040, sent(m->plan, i) + 50000000);
	number(&p, 0x0e070003, 1 | (attach || embed ? 0x10 : 0));
	number(&p, 0x0e1b000b, attach || embed);
	number(&p, 0x0e170003, 0);
	text(&p, 0x1000, body);
	text(&p, 0x1035, h.id);
	number(&p, 0x8000000b, i & 1);
	text(&p, 0x8001, "of a name");
	number(&p, 0x30070040, BORN);
	number(&p, 0x30080040, BORN);
	number(&p, 0x3fde0003, 65001);
	number(&p, 0x0e080003, size + strlen(body) * 2 + 2000);
	if (rows)
		pm_table_row(rows, nid, &p);
	x = pm_props(m, &p);
	x.size += size;
	free(body);
	return x;
}

/* -- what was fetched by POP3 ---------------------------------------------- */

static void download_put(bytes *to, unsigned i)
{
	static const char *const what[] = { "+b", "-b", "&b", "+h" };
	char tag[128];

	snprintf(tag, sizeof(tag), "%s20260113%02u%02u%02uuid$2d%u$3a",
	         what[i % 4], i / 3600 % 24, i / 60 % 60, i % 60, i);
	pm_add(to, tag, strlen(tag) + 1);
}

static made_node list_attach(maker *m, table *list, size_t *size)
{
	made_node n = { 0x401 << 5 | 5, 0, 0, 0 };
	props p = { .count = 0 };
	bytes blob = { NULL, 0, 0 };
	unsigned i;
	made x;

	pm_add_le(&blob, 3, 2);
	pm_add_le(&blob, m->plan->downloads, 2);
	for (i = 0; i < m->plan->downloads; i++)
		download_put(&blob, i);
	number(&p, 0x0e200003, blob.len);
	binary(&p, 0x37010102, blob.at, blob.len);
	text(&p, 0x3704, "BlobPOPinfo@office.example");
	number(&p, 0x37050003, 1);
	text(&p, 0x3707, "BlobPOPinfo@office.example");
	number(&p, 0x370b0003, UINT32_MAX);
	x = pm_props(m, &p);
	n.data = x.data;
	n.sub = x.sub;
	*size += x.size;
	pm_table_row(list, n.nid, &p);
	free(blob.at);
	return n;
}

static void downloads_put(maker *m, folder *inbox)
{
	uint32_t nid = 0x20001 << 5 | 8;
	props p = { .count = 0 };
	size_t size = 0;
	table list;
	made x;

	pm_table_begin(&list, m, OF(attachments));
	p.subs[p.sub_count++] = list_attach(m, &list, &size);
	x = pm_table_end(&list);
	size += x.size;
	p.subs[p.sub_count].nid = 0x671;
	p.subs[p.sub_count].data = x.data;
	p.subs[p.sub_count++].sub = x.sub;
	text(&p, 0x001a, "IPM.MessageManager");
	text(&p, 0x0037, "Outlook Message Manager (General Key)");
	number(&p, 0x0e070003, 0x51);
	number(&p, 0x0e080003, size);
	number(&p, 0x0e170003, 0);
	number(&p, 0x0e1b000b, 1);
	number(&p, 0x30070040, BORN);
	number(&p, 0x30080040, BORN);
	pm_table_row(&inbox->hidden, nid, &p);
	x = pm_props(m, &p);
	pm_node(m, nid, inbox->nid, x.data, x.sub);
}

int pst_make(const char *path, const pst_plan *plan)
{
	folder all[] = {
		{ .nid = ROOT, .parent = ROOT, .name = "" },
		{ .nid = IPM,
		  .parent = ROOT,
		  .name = "Top of Outlook data file" },
		{ .nid = SEARCH, .parent = ROOT, .name = "Search Root" },
		{ .nid = DELETED, .parent = IPM, .name = "Deleted Items" },
		{ .nid = INBOX, .parent = IPM, .name = "Inbox" },
		{ .nid = BELOW, .parent = INBOX, .name = "日本語" },
		{ .nid = SENT, .parent = IPM, .name = "Sent Items" },
	};
	maker m = { .plan = plan };
	unsigned i;

	pm_begin(&m);
	m.file = fopen(path, "wb");
	if (!m.file)
		return -1;
	store_put(&m);
	names_put(&m);
	empty_table(&m, 0x60d, OF(hierarchy));
	empty_table(&m, 0x60e, OF(contents));
	empty_table(&m, 0x60f, OF(associated));
	empty_table(&m, 0x610, OF(contents));
	empty_table(&m, 0x671, OF(attachments));
	empty_table(&m, 0x692, OF(recipients));
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		pm_table_begin(&all[i].contents, &m, OF(contents));
		pm_table_begin(&all[i].hidden, &m, OF(associated));
	}
	for (i = 0; i < plan->messages; i++) {
		folder *f = i % 7 == 6 ? &all[5] : &all[4];
		uint32_t nid = (0x10001 + i) << 5 | 4;
		made x = message_put(&m, i, nid, &f->contents);

		pm_node(&m, nid, f->nid, x.data, x.sub);
		f->count++;
	}
	if (plan->downloads)
		downloads_put(&m, &all[4]);
	folders_put(&m, all, sizeof(all) / sizeof(all[0]));
	pm_end(&m);
	if (fclose(m.file))
		m.failed = 1;
	return m.failed ? -1 : 0;
}

unsigned pst_made_attachments(const pst_plan *plan)
{
	unsigned i, n = 0;

	for (i = 0; i < plan->messages; i++)
		n += (plan->attach && i % 2) + (plan->embedded && i % 5 == 0);
	return n;
}
