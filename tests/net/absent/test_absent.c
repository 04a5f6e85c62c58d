/* What is promised where the library was built without the world. */
#include <mailguard/net.h>

#include "support/ok.h"

Test(net_absent, whatever_would_touch_the_world_says_that_it_cannot)
{
	const mailguard_event *e;
	mailguard_talk *talk;
	mailguard_error err;
	mailguard_net *net;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	cr_expect(eq(int, mailguard_net_new(&net, mg, NULL, &err),
	             MAILGUARD_EUNSUPPORTED));
	cr_expect(eq(str, err.code, "net.absent"));
	cr_expect(eq(ptr, net, NULL));
	cr_expect(eq(int, mailguard_net_ask(&talk, NULL, NULL, &err),
	             MAILGUARD_EUNSUPPORTED));
	cr_expect(eq(ptr, talk, NULL));
	cr_expect(eq(int, mailguard_net_next(&e, NULL, 0, &err),
	             MAILGUARD_EUNSUPPORTED));
	cr_expect(eq(ptr, (void *)e, NULL));
	cr_expect(
		eq(int, mailguard_talk_go(NULL, &err), MAILGUARD_EUNSUPPORTED));
	cr_expect(eq(int, mailguard_net_fd(NULL), -1));
	cr_expect(eq(i64, mailguard_net_timeout(NULL), -1));
	mailguard_talk_stop(NULL);
	mailguard_net_free(NULL);
	mailguard_free(mg);
}
