#ifndef TALKS_H
#define TALKS_H
/*
 * What tests of conversations share: an ask of a server of ours, how it went,
 * and the scripts that most servers begin and end with.
 */
#include "net/wire/mail_own.h"
#include "net/wire/net_own.h"

#include "net/wire/server.h"

#define SECOND 1000000
#define PATIENCE (20 * (int64_t)SECOND)

typedef struct place {
	mailguard_endpoint to;
	mailguard_ask ask;
} place;

/* "mail.test", though it is 127.0.0.1; good until the next call. */
place *talk_at(int port, mailguard_protocol protocol, mailguard_tls tls);
place *talk_at_smtp(const server *s);
mailguard_net_options talk_options(void);
mailguard_net *talk_net(const mailguard_net_options *o);
mailguard_talk *talk_ask(mailguard_net *net, const place *p);
const mailguard_event *talk_wait(mailguard_net *net);

/* Free with mailguard_transcript_free(). */
mailguard_transcript *talk_done(mailguard_net *net);

/* The last step that is no goodbye. */
const mailguard_step *talk_last(const mailguard_transcript *t);

/* "connect:0 greeting:220 ..."; good until the next call. */
char *talk_phases(const mailguard_transcript *t);

/* All in one: ask, wait, and what came of it. */
mailguard_transcript *talk_converse(const mailguard_net_options *o,
                                    const place *p);

/* A mail from a to b with this body. */
place *talk_at_mail(const server *s, mailguard_source *body);

/* Lends the bytes. */
mailguard_source *talk_body(const void *bytes, size_t len);

#define HELLO                           \
 { SAY, "220 mail.test ESMTP\r\n", 0 }, \
 {                                      \
  HEAR, "EHLO client.test", 0           \
 }
#define OFFER(what)                           \
 {                                            \
  SAY, "250-mail.test\r\n250 " what "\r\n", 0 \
 }
#define BYE                                      \
 { HEAR, "QUIT", 0 }, { SAY, "221 bye\r\n", 0 }, \
 {                                               \
  END, NULL, 0                                   \
 }
#define TAKES                                                              \
 { HEAR, "MAIL FROM:<a@mail.test>", 0 }, { SAY, "250 ok\r\n", 0 },         \
	 { HEAR, "RCPT TO:<b@mail.test>", 0 }, { SAY, "250 ok\r\n", 0 },   \
	 { HEAR, "DATA", 0 }, { SAY, "354 go\r\n", 0 }, { MAIL, NULL, 0 }, \
 {                                                                         \
  SAY, "250 taken\r\n", 0                                                  \
 }

#define STARTTLS(kind)                                              \
 {                                                                  \
  HELLO, OFFER("STARTTLS"), { HEAR, "STARTTLS", 0 },                \
	  { SAY, "220 go ahead\r\n", 0 }, { TLS, NULL, kind },      \
	  { HEAR, "EHLO client.test", 0 }, OFFER("AUTH PLAIN"), BYE \
 }

/* A server that only says hello and goodbye. */
extern const deeds talk_plain[];

#endif
