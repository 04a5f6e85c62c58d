/* What asking about a domain promises where nobody answers. */
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <mailguard/probe.h>

#include <string.h>

/* Nobody listens there, and loopback says so at once. */
static const char *const nobody[] = { "127.0.0.1:1", NULL };

static mailguard_domain_options impatient(void)
{
	mailguard_domain_options o = MAILGUARD_DOMAIN_OPTIONS_INIT;

	o.resolvers = nobody;
	o.dns_usec = 300000;
	o.total_usec = 600000;
	return o;
}

Test(domain_run, without_a_resolver_nothing_is_called_missing)
{
	mailguard_domain_options o = impatient();
	const mailguard_finding *f;
	mailguard_domain *d;
	mailguard *mg;
	size_t i;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_domain_ask(&d, mg, "g.test", &o, NULL));
	cr_expect(zero(int, mailguard_domain_ok(d)));
	for (i = 0; (f = mailguard_domain_finding(d, i)) != NULL; i++)
		cr_expect(strstr(f->code, "missing") == NULL, "%s", f->code);
	cr_expect(i > 0);
	mailguard_domain_free(d);
	mailguard_free(mg);
}

Test(domain_run, an_interrupt_ends_it)
{
	mailguard_domain_options o = impatient();
	mailguard_domain *d;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	mailguard_interrupt(mg, 1);
	cr_expect(eq(int, mailguard_domain_ask(&d, mg, "g.test", &o, NULL),
	             MAILGUARD_ECANCELLED));
	cr_expect(d == NULL);
	mailguard_free(mg);
}

Test(domain_run, asking_survives_every_allocation_failure, .timeout = 240)
{
	mailguard_domain_options o = impatient();
	mailguard_status st = MAILGUARD_ENOMEM;
	int n;

	for (n = 1; st != MAILGUARD_OK; n++) {
		mailguard_domain *d;
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		st = mailguard_domain_ask(&d, tight, "g.test", &o, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d at %d", (int)st, n);
		mailguard_domain_free(d);
		mailguard_free(tight);
		cr_assert(zero(int, fail_alloc_live()), "at %d", n);
	}
	cr_expect(n > 20);
}
