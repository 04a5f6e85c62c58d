/* What a checkup promises of servers that cannot even be asked. */
#include <mailguard/checkup.h>

#include <string.h>

#include "support/ok.h"

TestSuite(checkup_servers, .timeout = 120);

static const char profile_text[] =
	"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
	"{\"id\":\"a1\",\"address\":\"a@one.example\",\"server_in\":\"S1\"},"
	"{\"id\":\"a2\",\"address\":\"b@two.example\",\"server_in\":\"S2\"}],"
	"\"servers\":["
	"{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":\"\xe6\x97\xa5."
	"example\","
	"\"port\":143,\"tls\":\"none\",\"provider\":\"A\"},"
	"{\"id\":\"S2\",\"protocol\":\"imap\",\"host\":\"localhost\","
	"\"address\":\"127.0.0.1\",\"port\":1,\"tls\":\"none\"}],"
	"\"providers\":[{\"id\":\"A\",\"status\":\"http://[\"}]}";

Test(checkup_servers, one_that_cannot_be_asked_does_not_end_the_checkup)
{
	mailguard_span text = { (const unsigned char *)profile_text,
		                strlen(profile_text) };
	const mailguard_checkup_step *step;
	mailguard_profile *p;
	mailguard_checkup *c;
	mailguard_status st;
	mailguard_error err;
	mailguard *mg;
	int stages[16] = { 0 }, failed = 0;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_profile_parse(&p, mg, text, NULL, NULL));
	ok(mailguard_checkup_new(&c, mg, p, NULL, NULL));
	while ((st = mailguard_checkup_next(&step, c, &err)) == MAILGUARD_OK) {
		stages[step->stage]++;
		failed += step->outcome == MAILGUARD_OUTCOME_FAIL;
		cr_expect(strlen(step->text) > 0);
	}
	cr_expect(eq(int, st, MAILGUARD_ITEROVER), "%s", err.message);
	cr_expect(eq(int, stages[MAILGUARD_CHECKUP_SERVER], 2));
	cr_expect(eq(int, stages[MAILGUARD_CHECKUP_PAGE], 1));
	cr_expect(eq(int, failed, 1), "the one that was asked refuses");
	mailguard_checkup_free(c);
	mailguard_profile_free(p);
	mailguard_free(mg);
}
