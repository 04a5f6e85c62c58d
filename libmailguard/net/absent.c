/*
 * absent.c - what is answered where the library was built without the world
 * (-DMAILGUARD_NET=OFF). Transcripts are read and written all the same.
 */
#include "base/fail.h"

#include <mailguard/net.h>

static mailguard_status absent(const mailguard *mg, mailguard_error *err)
{
	return mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED, MGI_SAY_NET_ABSENT);
}

mailguard_status mailguard_net_new(mailguard_net **out,
                                   mailguard *mg,
                                   const mailguard_net_options *opts,
                                   mailguard_error *err)
{
	(void)opts;
	*out = NULL;
	return absent(mg, err);
}

void mailguard_net_free(mailguard_net *net)
{
	(void)net;
}

mailguard_status mailguard_net_ask(mailguard_talk **out,
                                   mailguard_net *net,
                                   const mailguard_ask *ask,
                                   mailguard_error *err)
{
	(void)net;
	(void)ask;
	*out = NULL;
	return absent(NULL, err);
}

mailguard_status mailguard_net_next(const mailguard_event **out,
                                    mailguard_net *net,
                                    int64_t usec,
                                    mailguard_error *err)
{
	(void)net;
	(void)usec;
	*out = NULL;
	return absent(NULL, err);
}

int mailguard_net_fd(const mailguard_net *net)
{
	(void)net;
	return -1;
}

int64_t mailguard_net_timeout(const mailguard_net *net)
{
	(void)net;
	return -1;
}

mailguard_status mailguard_talk_go(mailguard_talk *talk, mailguard_error *err)
{
	(void)talk;
	return absent(NULL, err);
}

void mailguard_talk_stop(mailguard_talk *talk)
{
	(void)talk;
}
