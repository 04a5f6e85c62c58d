#ifndef MIME_FIXTURE_H
#define MIME_FIXTURE_H
#include "support/ok.h"

#include "base/buf.h"
#include "base/text.h"

#include <mailguard/mime.h>

#include <string.h>

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

static inline mailguard_span span_of(const char *s)
{
	return mgi_span_of(s);
}

/* A message of literal bytes. */
static inline mailguard_message *message_of(mailguard *mg, mailguard_span bytes)
{
	mailguard_source *source;
	mailguard_message *m;

	ok(mailguard_source_memory(&source, mg, bytes, NULL, NULL, NULL));
	ok(mailguard_message_parse(&m, mg, source, NULL));
	mailguard_source_free(source);
	return m;
}

/* Mails with something of everything, for cutting, failing and comparing. */
static const char *const mails[] = {
	"",
	"\n",
	"just text\nand more\n",
	"From ann Thu Jan  1 00:00:00 2026\nSubject: a\nDate: Thu, 1 Jan 2026 "
	"00:00:00 +0000\n\nbody\n",
	"Subject: =?utf-8?B?5pel5pys?=\r\n =?utf-8?B?6Kqe?=\r\n"
	"From: \"Ann, B.\" <ann@example.org>\r\nTo: Team: bob@example.org, "
	"=?iso-2022-jp?B?GyRCNlhOOxsoQg==?= <c@example.org>;\r\n"
	"Message-ID: <1@example.org>\r\n\r\nline\r\n--\r\n-- \r\nsig\r\n",
	"Content-Type: multipart/mixed; boundary=b\r\nSubject: x\r\n\r\n"
	"preamble\r\n\r\n--b\r\nContent-Type: text/plain; "
	"charset=iso-2022-jp\r\n\r\n\x1b$BF|K\\\x1b(B\r\n\r\n--b\r\n"
	"Content-Type: application/pdf; name=old\r\n"
	"Content-Transfer-Encoding: base64\r\n"
	"Content-Disposition: attachment; filename*0*=utf-8''%E6%97%A5;\r\n "
	"filename*1*=%E6%9C%AC.pdf\r\n\r\nQUJD\r\nREVG\r\nR0g=\r\n--b\r\n"
	"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n"
	"Content-Type: multipart/alternative; boundary=\"c d\"\r\n\r\n"
	"--c d\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	"a=20b=\r\nc  \r\n=\r\n=C3=A9\r\n--c d\r\nContent-Type: text/html\r\n"
	"\r\n<p>\r\n--c d--\r\nepilogue\r\n\r\n--b--\r\nafter\r\n",
	"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: "
	"multipart/mixed; boundary=ab\n\n--ab\n\none\n--a\n"
	"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 f\n#04)#\n`\nend\n",
	"Subject: torn\nBad line\nX: y\nno colon here\n\nThe text\n",
	"X: \xe9t\xe9\nContent-Type: text/plain\r\nY: "
	"\0z\n\nbare\rcr\r\nmixed\n"
	"high \xff\n",
	"Content-Type: multipart/mixed\n\n--x\n\nlost\n--x--\n",
	"Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: 1\n\nx\n"
	"--d\n\nSubject: 2\n\ny\n--d--",
	"Subject: old\rFrom: mac@example.org\r\rone\rtwo\r\nthree\r",
	"\xef\xbb\xbfSubject: bom\nTo: a@b.c\n\ntext\n",
	"Subject: uu\n\nHere it is:\n\nbegin 644 a b.txt\n#04)#\n`\nend\n\nand "
	"another\nbegin 600 cut\n#04)#\nx y z\n\nAnn",
	"Received: from a\n(b)\nid c;\nSubject: torn\nContent-Type: "
	"multipart/mixed; boundary=z\n\n--z\n--z\n\n=?\n--z--\n",
	"Content-Type: text/plain; "
	"charset=us-ascii\nContent-Transfer-Encoding: "
	"base64\n\n5pel5pys6Kqe44Gu44Oh44O844Or\nQQ==\n-- \nlist",
	"A: b\nContent-Type: multipart/mixed; boundary=q\n\n--q\nX: 1\n--q\n"
	"Content-Transfer-Encoding: base64\n\nQUJ\n--q",
};

/* With the NULs that some of them have. */
static inline mailguard_span mail_bytes(size_t i)
{
	mailguard_span s = span_of(mails[i]);

	if (i == 8) /* "Y: \0z": the rest is behind the NUL */
		s.len += 1 + strlen(mails[i] + s.len + 1);
	return s;
}
#endif
