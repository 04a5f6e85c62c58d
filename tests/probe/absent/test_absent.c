/* Built without a network, a probe says so, and sessions can still be read. */
#include "support/ok.h"

#include <mailguard/probe.h>

TestSuite(absent);

Test(absent, a_probe_says_that_it_was_left_out)
{
	mailguard_probe *p = NULL;
	mailguard_error err;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	cr_expect(eq(int, mailguard_probe_new(&p, mg, NULL, &err),
	             MAILGUARD_EUNSUPPORTED));
	cr_expect_null(p);
	mailguard_probe_free(p);
	mailguard_free(mg);
}
