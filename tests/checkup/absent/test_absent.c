/* Built without a network, a checkup looks at what lies on the disk. */
#include "support/ok.h"

#include <mailguard/checkup.h>

static const char profile[] =
	"{\"schema\":\"mailguard-profile-1\","
	"\"accounts\":[{\"id\":\"a1\",\"address\":\"ann@example.org\","
	"\"server_in\":\"S1\",\"provider\":\"A\",\"store\":\"m1\"}],"
	"\"servers\":[{\"id\":\"S1\",\"provider\":\"A\",\"protocol\":\"imap\","
	"\"host\":\"mail.example.org\",\"tls\":\"implicit\"}],"
	"\"providers\":[{\"id\":\"A\",\"name\":\"A\","
	"\"status\":\"https://status.example.org/\"}],"
	"\"stores\":[{\"id\":\"m1\",\"kind\":\"mbox\","
	"\"path\":\"/no/such/file.mbox\"}]}";

TestSuite(absent);

Test(absent, a_checkup_looks_at_files_only)
{
	mailguard_span text = { (const unsigned char *)profile,
		                sizeof(profile) - 1 };
	const mailguard_checkup_step *step;
	mailguard_checkup *c;
	mailguard_profile *p;
	mailguard_verdict *v;
	mailguard_status st;
	mailguard *mg;
	size_t n = 0;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_profile_parse(&p, mg, text, NULL, NULL));
	ok(mailguard_checkup_new(&c, mg, p, NULL, NULL));
	while ((st = mailguard_checkup_next(&step, c, NULL)) == MAILGUARD_OK) {
		if (step->stage == MAILGUARD_CHECKUP_FIRST)
			continue; /* looks at nothing */
		cr_expect(step->stage == MAILGUARD_CHECKUP_PLACE ||
		          step->stage == MAILGUARD_CHECKUP_STORE);
		cr_expect(eq(str, (char *)step->target, "m1"));
		cr_expect(eq(sz, step->done, ++n));
		cr_expect(eq(sz, step->total, 2));
	}
	cr_expect(eq(int, st, MAILGUARD_ITEROVER));
	cr_expect(eq(sz, n, 2));
	ok(mailguard_checkup_verdict(&v, c, NULL));
	mailguard_verdict_free(v);
	mailguard_checkup_free(c);
	mailguard_profile_free(p);
	mailguard_free(mg);
}
