/* What base/place.c promises. The name of a test is the promise. */
#include "base/place.h"
#include "base/text.h"
#include "support/ok.h"

#include <string.h>

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(base_place, .init = setup, .fini = teardown);

enum {
	CLOUD = MAILGUARD_PLACE_CLOUD,
	SHARE = MAILGUARD_PLACE_SHARE,
	LOCAL = MAILGUARD_PLACE_LOCAL,
	USB = MAILGUARD_PLACE_USB,
	NOWHERE = MAILGUARD_PLACE_UNKNOWN
};

Test(base_place, a_path_tells_whose_folder_it_is_in)
{
	static const struct {
		const char *path;
		int kind;
		char *provider;
	} rows[] = {
		{ "C:\\Users\\u\\OneDrive\\ドキュメント\\a.pst", CLOUD,
		  "onedrive" },
		{ "C:\\Users\\u\\OneDrive - Example KK\\a.pst", CLOUD,
		  "onedrive" },
		{ "c:/users/u/onedrive/a.pst", CLOUD, "onedrive" },
		{ "\\\\?\\C:\\Users\\u\\OneDrive\\a.pst", CLOUD, "onedrive" },
		{ "C:\\Users\\u\\OneDriver\\a.pst", LOCAL, "" },
		{ "C:\\Users\\u\\Documents\\a.pst", LOCAL, "" },
		{ "D:\\mail\\a.pst", NOWHERE, "" },
		{ "D:\\Dropbox\\a.pst", CLOUD, "dropbox" },
		{ "C:\\Users\\u\\Dropbox (Example)\\a.pst", CLOUD, "dropbox" },
		{ "G:\\My Drive\\a.pst", CLOUD, "google-drive" },
		{ "G:\\マイドライブ\\a.pst", CLOUD, "google-drive" },
		{ "\\\\server\\share\\mail\\a.pst", SHARE, "" },
		{ "//server/share/a.pst", SHARE, "" },
		{ "\\\\?\\UNC\\server\\share\\a.pst", SHARE, "" },
		{ "smb://server/share/a.pst", SHARE, "" },
		{ "\\\\server\\Dropbox\\a.pst", SHARE, "" },
		{ "/Users/u/Library/CloudStorage/Dropbox/a.mbox", CLOUD,
		  "dropbox" },
		{ "/Users/u/Library/CloudStorage/OneDrive-Example/a", CLOUD,
		  "onedrive" },
		{ "/Users/u/Library/CloudStorage/New-Service/a", CLOUD, "" },
		{ "/Users/u/Library/Mobile Documents/com~apple~CloudDocs/a",
		  CLOUD, "icloud" },
		{ "C:\\Users\\u\\iCloudDrive\\a.pst", CLOUD, "icloud" },
		{ "/home/u/Dropbox/mail", CLOUD, "dropbox" },
		{ "/home/u/Nextcloud/mail", CLOUD, "nextcloud" },
		{ "C:\\Users\\u\\Box\\a.pst", CLOUD, "box" },
		{ "C:\\Users\\u\\Letters\\Box\\a.pst", LOCAL, "" },
		{ "/home/u/mail/Box/cur", NOWHERE, "" },
		{ "/run/user/1000/gvfs/smb-share:server=s,share=m/a", SHARE,
		  "smb" },
		{ "/media/u/STICK/a.pst", USB, "" },
		{ "/run/media/u/STICK/a.pst", USB, "" },
		{ "/home/u/media/a.pst", NOWHERE, "" },
		{ "/home/u/mail", NOWHERE, "" },
		{ "mail", NOWHERE, "" },
		{ "/", NOWHERE, "" },
		{ "\\\\", NOWHERE, "" },
		{ "C:", LOCAL, "" },
		{ "", NOWHERE, "" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_place p = mgi_place_of_path(mgi_span_of(rows[i].path));

		cr_expect(eq(int, p.kind, rows[i].kind), "%s", rows[i].path);
		cr_expect(eq(str, (char *)p.provider, rows[i].provider), "%s",
		          rows[i].path);
	}
}

Test(base_place, a_path_tells_what_threatens_the_file)
{
	static const struct {
		const char *path;
		uint32_t risks;
	} rows[] = {
		{ "C:\\Users\\u\\Documents\\a.pst", 0 },
		{ "C:\\Users\\u\\OneDrive\\a.pst", MGI_RISK_SYNCED },
		{ "\\\\s\\m\\a.pst", MGI_RISK_REMOTE },
		{ "/media/u/S/a.pst", MGI_RISK_REMOVABLE },
		{ "C:\\m\\a (u の競合コピー 2026-01-13).pst",
		  MGI_RISK_CONFLICT },
		{ "/home/u/Dropbox/a (u's conflicted copy 2026-01-13).mbox",
		  MGI_RISK_SYNCED | MGI_RISK_CONFLICT },
		{ "C:\\Users\\u\\OneDrive\\a-DESKTOP-0A1B2C3.pst",
		  MGI_RISK_SYNCED | MGI_RISK_CONFLICT },
		{ "C:\\mail\\a-DESKTOP-0A1B2C3.pst", 0 },
		{ "C:\\mail\\a-PC.pst", 0 },
		{ "C:\\mail\\~$a.pst", MGI_RISK_TEMPORARY },
		{ "C:\\conflicted copy\\a.pst", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_place p = mgi_place_of_path(mgi_span_of(rows[i].path));

		cr_expect(eq(u32, p.risks, rows[i].risks), "%s", rows[i].path);
	}
}

Test(base_place, a_disk_tells_what_threatens_the_file)
{
	static const struct {
		const char *why;
		mgi_disk disk;
		int kind;
		uint32_t risks;
	} rows[] = {
		{ "own disk", { .fs = "ext" }, LOCAL, 0 },
		{ "share",
		  { .fs = "nfs", .remote = true },
		  SHARE,
		  MGI_RISK_REMOTE },
		{ "stick",
		  { .fs = "vfat", .file_max = UINT32_MAX },
		  LOCAL,
		  MGI_RISK_SMALL },
		{ "behind a program",
		  { .fs = "fuse", .through = true },
		  NOWHERE,
		  0 },
		{ "memory",
		  { .fs = "tmpfs", .memory = true },
		  LOCAL,
		  MGI_RISK_TEMPORARY },
		{ "read only",
		  { .fs = "udf", .read_only = true },
		  LOCAL,
		  MGI_RISK_READ_ONLY },
		{ "unheard of", { .fs = "" }, NOWHERE, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_place p = mgi_place_of_disk(&rows[i].disk);

		cr_expect(eq(int, p.kind, rows[i].kind), "%s", rows[i].why);
		cr_expect(eq(u32, p.risks, rows[i].risks), "%s", rows[i].why);
	}
}

Test(base_place, the_owners_path_outweighs_our_mount)
{
	mgi_place p;

	ok(mgi_place_find(&p, mg, "/proc", NULL, NULL));
	cr_expect(eq(str, (char *)p.provider, ""));
	ok(mgi_place_find(&p, mg, "/", "C:\\Users\\u\\OneDrive\\a.pst", NULL));
	cr_expect(eq(int, p.kind, CLOUD));
	cr_expect(eq(u32, p.risks, MGI_RISK_SYNCED));
	cr_expect(lt(u64, (uint64_t)0, p.disk.total_bytes));
	ok(mgi_place_find(&p, mg, "/dev/shm", "D:\\a.pst", NULL));
	cr_expect(eq(int, p.kind, NOWHERE));
	cr_expect(eq(u32, p.risks, 0u));
}

Test(base_place, memory_disks_are_seen_as_such)
{
	mgi_place p;

	ok(mgi_place_find(&p, mg, "/dev/shm", NULL, NULL));
	cr_expect(zero(int, p.disk.read_only));
	if (strcmp(p.disk.fs, "tmpfs") != 0)
		cr_skip_test("/dev/shm is no tmpfs here");
	cr_expect(eq(u32, p.risks & MGI_RISK_TEMPORARY, MGI_RISK_TEMPORARY));
}

Test(base_place, a_path_that_is_not_there_is_told)
{
	mailguard_error err;
	mgi_place p;

	cr_expect(eq(int, mgi_place_find(&p, mg, "/no/such/place", NULL, &err),
	             MAILGUARD_EIO));
	cr_expect(eq(str, err.code, "file.unreadable"));
	cr_expect(eq(str, (char *)p.provider, ""));
}

Test(base_place, every_risk_has_words)
{
	uint32_t bit;

	for (bit = 1; bit <= MGI_RISK_TEMPORARY; bit *= 2)
		cr_expect(ne(chr, mgi_place_risk_text(mg, bit)[0], '\0'));
	cr_expect(eq(str, (char *)mgi_place_risk_text(mg, 0), ""));
	cr_expect(eq(str, (char *)mgi_place_risk_text(mg, bit), ""));
}
