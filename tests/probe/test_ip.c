/* What counts as an address, and how one is written. */
#include "base/text.h"
#include "probe/ip.h"
#include "support/ok.h"

Test(ip, reads_and_writes_addresses)
{
	static const struct {
		const char *in;
		char *out; /* "": it is none */
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "192.0.2.256", "" },
		{ "192.0.2", "" },
		{ "192.0.2.1.", "" },
		{ "192.0.02.1", "" },
		{ "192.0.2.1 ", "" },
		{ "", "" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201" },
		{ "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "1:2:3:4:5:6:7", "" },
		{ "1:2:3:4:5:6:7:8:9", "" },
		{ "1::2::3", "" },
		{ "::1::", "" },
		{ "1:2:3:4:5:6:7:8::", "" },
		{ ":1::2", "" },
		{ "1:", "" },
		{ "12345::", "" },
		{ "g::", "" },
		{ "::192.0.2", "" },
		{ "fe80::1%1", "" },
		{ ":", "" },
		{ ":::", "" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[MGI_IP_TEXT] = "";
		mgi_ip ip;

		if (mgi_ip_read(&ip, mgi_span_of(rows[i].in)))
			mgi_ip_write(text, &ip);
		cr_expect(eq(str, text, rows[i].out), "%s", rows[i].in);
	}
}

Test(ip, knows_what_nobody_outside_can_reach)
{
	static const struct {
		const char *in;
		int private;
	} rows[] = {
		{ "10.1.2.3", 1 },    { "172.31.0.1", 1 },  { "172.32.0.1", 0 },
		{ "192.168.1.1", 1 }, { "192.0.2.1", 0 },   { "127.0.0.1", 1 },
		{ "100.64.0.1", 1 },  { "fd00::1", 1 },     { "fe80::1", 1 },
		{ "::1", 1 },         { "2001:db8::1", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_ip ip;

		cr_assert(mgi_ip_read(&ip, mgi_span_of(rows[i].in)));
		cr_expect(eq(int, mgi_ip_private(&ip), rows[i].private), "%s",
		          rows[i].in);
	}
}
