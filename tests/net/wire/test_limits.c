/* What net/wire/limits.h and address.h promise. */
#include "net/wire/limits.h"

#include "support/fail_alloc.h"
#include "support/ok.h"

#include <stdio.h>

enum { MANY = 300 };

static mailguard *mg;
static mgi_limits *limits;

typedef struct guest {
	mgi_place place;
	int admitted;
} guest;

static int turn; /* the number of the last one admitted */
static int order[MANY];

static void admitted(void *owner)
{
	guest *g = owner;

	g->admitted++;
	order[turn++] = (int)(g->place.inside);
}

static void begin(uint32_t per_host, uint32_t per_net)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mgi_limits_new(&limits, mg, per_host, per_net, NULL));
}

static void end(void)
{
	mgi_limits_free(limits);
	mailguard_free(mg);
}

static mailguard_status enter(guest *g, const char *address)
{
	mgi_address a;

	cr_assert(mgi_address_read(&a, address), "%s", address);
	*g = (guest){ { .admitted = admitted }, 0 };
	g->place.owner = g;
	return mgi_limits_enter(limits, &g->place, &a, NULL);
}

Test(net_limits, so_many_of_an_address_and_no_more)
{
	guest g[4];

	begin(2, 16);
	cr_expect(eq(int, enter(&g[0], "192.0.2.1"), MAILGUARD_OK));
	cr_expect(eq(int, enter(&g[1], "192.0.2.1"), MAILGUARD_OK));
	cr_expect(eq(int, enter(&g[2], "192.0.2.1"), MAILGUARD_AGAIN));
	cr_expect(eq(int, enter(&g[3], "192.0.2.2"), MAILGUARD_OK));
	mgi_limits_leave(limits, &g[3].place);
	cr_expect(eq(int, g[2].admitted, 0), "it was another address");
	mgi_limits_leave(limits, &g[0].place);
	cr_expect(eq(int, g[2].admitted, 1));
	mgi_limits_leave(limits, &g[0].place); /* twice is fine */
	mgi_limits_leave(limits, &g[1].place);
	mgi_limits_leave(limits, &g[2].place);
	end();
}

Test(net_limits, loopback_is_limited_by_choice_only)
{
	static const struct {
		const char *why, *address;
		uint32_t chosen;
		int count, st;
	} rows[] = {
		{ "one of 127/8", "127.0.0.1", 0, 40, MAILGUARD_OK },
		{ "another", "127.9.8.7", 0, 40, MAILGUARD_OK },
		{ "IPv6", "::1", 0, 40, MAILGUARD_OK },
		{ "IPv4 as IPv6", "::ffff:127.0.0.1", 0, 40, MAILGUARD_OK },
		{ "chosen", "127.0.0.1", 39, 40, MAILGUARD_AGAIN },
		{ "no loopback, four", "128.0.0.1", 0, 4, MAILGUARD_OK },
		{ "no loopback, a fifth", "128.0.0.1", 0, 5, MAILGUARD_AGAIN },
		{ "as IPv6", "::ffff:128.0.0.1", 0, 5, MAILGUARD_AGAIN },
		{ "not quite ::1", "::2", 0, 5, MAILGUARD_AGAIN },
	};
	guest g[40];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_status st = MAILGUARD_OK;
		int n;

		begin(rows[i].chosen, rows[i].chosen);
		for (n = 0; n < rows[i].count; n++)
			st = enter(&g[n], rows[i].address);
		cr_expect(eq(int, st, rows[i].st), "%s", rows[i].why);
		while (n > 0)
			mgi_limits_leave(limits, &g[--n].place);
		end();
	}
}

Test(net_limits, neighbours_share_the_limit_of_their_network)
{
	static const struct {
		const char *why, *a, *b;
		int st;
	} rows[] = {
		{ "one /24", "192.0.2.1", "192.0.2.200", MAILGUARD_AGAIN },
		{ "two /24", "192.0.2.1", "192.0.3.1", MAILGUARD_OK },
		{ "one /48", "2001:db8:0:1::1", "2001:db8:0:2::1",
		  MAILGUARD_AGAIN },
		{ "two /48", "2001:db8:1::1", "2001:db8:2::1", MAILGUARD_OK },
		{ "two links", "fe80::1%1", "fe80::1%2", MAILGUARD_OK },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		guest a, b;

		begin(4, 1);
		ok(enter(&a, rows[i].a));
		cr_expect(eq(int, enter(&b, rows[i].b), rows[i].st), "%s",
		          rows[i].why);
		mgi_limits_leave(limits, &a.place);
		cr_expect(eq(int, b.admitted, rows[i].st == MAILGUARD_AGAIN),
		          "%s", rows[i].why);
		mgi_limits_leave(limits, &b.place);
		end();
	}
}

/* First come, first served, and a full address holds up only its own. */
Test(net_limits, everybody_gets_in_and_never_more_than_may)
{
	static guest g[MANY];
	size_t i, inside, round;
	char address[32];

	begin(2, 5);
	for (i = 0; i < MANY; i++) {
		snprintf(address, sizeof(address), "192.0.%zu.%zu", i % 3,
		         i % 7);
		cr_assert(ge(int, enter(&g[i], address), 0));
	}
	for (round = 0; round < MANY; round++) {
		for (i = 0, inside = 0; i < MANY; i++)
			inside += g[i].place.inside;
		cr_assert(le(sz, inside, 15));
		for (i = 0; i < MANY && !g[i].place.inside; i++)
			;
		cr_assert(lt(sz, i, MANY), "all wait, round %zu", round);
		mgi_limits_leave(limits, &g[i].place);
	}
	for (i = 0; i < MANY; i++)
		cr_expect(le(int, g[i].admitted, 1));
	end();
}

Test(net_limits, who_gives_up_waiting_is_not_called)
{
	guest a, b, c;

	begin(1, 16);
	ok(enter(&a, "192.0.2.1"));
	cr_expect(eq(int, enter(&b, "192.0.2.1"), MAILGUARD_AGAIN));
	cr_expect(eq(int, enter(&c, "192.0.2.1"), MAILGUARD_AGAIN));
	mgi_limits_leave(limits, &b.place);
	mgi_limits_leave(limits, &a.place);
	cr_expect(eq(int, b.admitted, 0));
	cr_expect(eq(int, c.admitted, 1));
	mgi_limits_leave(limits, &c.place);
	end();
}

Test(net_limits, survives_every_allocation_failure)
{
	mailguard_status st = MAILGUARD_ENOMEM;
	guest g[100];
	char address[32];
	int n, i;

	for (n = 1; st < 0; n++) {
		ok(mailguard_new(&mg, fail_alloc_at(n), NULL));
		st = mgi_limits_new(&limits, mg, 1, 1, NULL);
		for (i = 0; i < 100 && st >= 0; i++) {
			snprintf(address, sizeof(address), "192.0.%d.1", i);
			st = enter(&g[i], address);
		}
		cr_assert(st >= 0 || st == MAILGUARD_ENOMEM);
		while (limits && i-- > 0)
			mgi_limits_leave(limits, &g[i].place);
		end();
	}
	cr_expect(zero(int, fail_alloc_live()));
}

Test(net_address, is_read_and_written)
{
	static const struct {
		char *text, *back;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "fe80::1%7", "fe80::1%7" },
		{ "fe80::1%lo", "fe80::1%1" },
		{ "fe80::1%nosuch", NULL },
		{ "192.0.2.1%1", NULL },
		{ "192.0.2", NULL },
		{ "192.0.2.256", NULL },
		{ "mail.example.org", NULL },
		{ "", NULL },
		{ "1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7:8:9:1:2:3:4:5:6", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char back[MGI_ADDRESS_TEXT];
		mgi_address a;
		int fine = mgi_address_read(&a, rows[i].text);

		cr_expect(eq(int, fine, rows[i].back != NULL), "%s",
		          rows[i].text);
		if (!fine)
			continue;
		mgi_address_write(back, &a);
		cr_expect(eq(str, back, rows[i].back));
	}
}
