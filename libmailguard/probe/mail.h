#ifndef MGI_PROBE_MAIL_H
#define MGI_PROBE_MAIL_H
/*
 * mail.h - what the probers of SMTP, POP3 and IMAP share.
 */
#include "probe/answer.h"
#include "probe/prober.h"

/* One ask; `commands` follow a login, if there is a secret. */
mailguard_status mgi_ask_mail(mailguard_ask *out,
                              const mailguard_endpoint *target,
                              mailguard_phase until,
                              const char *const *commands);
/* prober.read of all of them. */
mailguard_status mgi_mail_read(mailguard_answer *out,
                               const mailguard_transcript *heard,
                               mailguard_classifier *c,
                               mailguard_error *err);
/* Step over the answers in what a step heard; false behind the last whole
   one. */
bool mgi_mail_reply(mailguard_reply *out,
                    const mailguard_step *s,
                    mailguard_protocol protocol,
                    size_t *at);
/* How full the mailbox is, where IMAP was asked (imap.c). */
void mgi_read_quota(const mgi_reader *r);
/* Why a token was refused, where one was (token.c). */
void mgi_read_token(const mgi_reader *r);
/* Ask for the newest mail behind all else; the list lies in `a` (newest.c). */
mailguard_status mgi_ask_newest(mailguard_ask *ask,
                                mgi_arena *a,
                                mailguard_error *err);
void mgi_read_newest(const mgi_reader *r);
bool mgi_command_newest(const mailguard_step *s);
/* A command whose refusal says nothing of the mailbox. */
bool mgi_command_optional(const mailguard_step *s);

#endif
