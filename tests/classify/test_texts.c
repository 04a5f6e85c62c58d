/* What a person pastes, in English and Japanese, and what must come out. */
#include "classify/fixture.h"

TestSuite(classify_texts, .init = setup, .fini = teardown);

typedef struct row {
	const char *text;
	char *fault;
	const char *rule; /* how it must begin; NULL: any */
	mailguard_phase phase;
} row;

static void check(const row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const mailguard_cause *k =
			cause_of(rows[i].text, rows[i].phase);

		cr_expect(eq(str, (char *)mailguard_fault_name(k->fault),
		             rows[i].fault),
		          "%s -> %s", rows[i].text, k->rule);
		if (rows[i].rule)
			cr_expect(eq(int,
			             strncmp(k->rule, rows[i].rule,
			                     strlen(rows[i].rule)),
			             0),
			          "%s -> %s, not %s", rows[i].text, k->rule,
			          rows[i].rule);
		cr_expect(le(u64, k->offset + k->length, strlen(rows[i].text)));
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows[0]))

Test(classify_texts, outlook_is_read_with_what_stands_beside_its_code)
{
	static const row rows[] = {
		{ "The connection to the server has failed. Account: 'a', "
		  "Server: 'pop.example.jp', Protocol: POP3, Port: 110, "
		  "Secure(SSL): No, Socket Error: 10060, Error Number: "
		  "0x800CCC0E",
		  "route", "winsock/10060", 0 },
		{ "0x800CCC0E Socket Error: 10061", "server_outage",
		  "winsock/10061", 0 },
		{ "0x800CCC0E Socket Error: 11001", "dns", "winsock/11001", 0 },
		{ "サーバーに接続できませんでした。アカウント : 'a', "
		  "プロトコル : POP3, ポート : 110, ソケット エラー : 11001, "
		  "エラー番号 : 0x800CCC0D",
		  "dns", NULL, 0 },
		{ "Server Response: '-ERR [AUTH] Authentication failed.', "
		  "Error Number: 0x800CCC92",
		  "auth", NULL, 0 },
		{ "Server Response: '-ERR [IN-USE] mailbox locked', "
		  "Port: 110, Error Number: 0x800CCC90",
		  "server_overload", NULL, 0 },
		{ "0x800CCC90 '-ERR [SYS/TEMP] try again later'",
		  "server_outage", NULL, 0 },
		{ "エラー番号 : ０ｘ８００ＣＣＣ０Ｅ ソケット エラー : "
		  "１００６０",
		  "route", "winsock/10060", 0 },
		{ "0x800ccc92", "auth", "outlook-ixp/0x800CCC92", 0 },
		{ "800CCC92", "auth", "outlook-ixp/0x800CCC92", 0 },
		{ "-2147221233", "local_store", "outlook-mapi/0x8004010F", 0 },
		{ "Outlook data file cannot be accessed (0x8004010F)",
		  "local_store", NULL, 0 },
		{ "0x80040600", "local_store", "outlook-mapi/0x80040600", 0 },
		{ "0x8007274C", "route", "winsock/10060", 0 },
		{ "HRESULT 0x8007016A", "local_store", "hresult/0x8007016A",
		  0 },
	};

	CHECK(rows);
}

Test(classify_texts, programs_and_libraries_are_known_by_their_codes)
{
	static const row rows[] = {
		{ "curl: (6) Could not resolve host: mail.example.jp", "dns",
		  NULL, 0 },
		{ "curl: (60) SSL certificate problem: certificate has expired",
		  "tls", "phrase/certificate-has-expired", 0 },
		{ "curl: (67)", "auth", "libcurl/67", 0 },
		{ "CURLE_COULDNT_CONNECT", "server_outage", "libcurl/7", 0 },
		{ "libcurl 64", "tls", "libcurl/64", 0 },
		{ "errno 111", "server_outage", "errno/111", 0 },
		{ "ECONNREFUSED", "server_outage", "errno/111", 0 },
		{ "connect ECONNREFUSED 192.0.2.1:993", "server_outage", NULL,
		  0 },
		{ "[Errno 111]", "server_outage", "errno/111", 0 },
		{ "[Errno 111] Connection refused", "server_outage", NULL, 0 },
		{ "WSAETIMEDOUT", "route", "winsock/10060", 0 },
		{ "Winsock error 10061", "server_outage", "winsock/10061", 0 },
		{ "winsock:10060", "route", "winsock/10060", 0 },
		{ "socket.gaierror: EAI_NONAME", "dns", "gai/-2", 0 },
		{ "X509_V_ERR_CERT_HAS_EXPIRED", "tls", "x509/10", 0 },
		{ "verify error:num=10", "tls", "x509/10", 0 },
		{ "Verify return code: 18", "tls", "x509/18", 0 },
		{ "error 20 at 0 depth lookup", "tls", "x509/20", 0 },
		{ "x509 10", "tls", "x509/10", 0 },
		{ "SSL alert number 40", "tls", "tls-alert/40", 0 },
		{ "smtpAuthFailure", "auth", "thunderbird/", 0 },
		{ "NSURLErrorDomain error -1001", "route", "apple/-1001", 0 },
		{ "AADSTS50126: Error validating credentials", "auth",
		  "oauth-aad/AADSTS50126", 0 },
		{ "status: NXDOMAIN", "dns", NULL, 0 },
	};

	CHECK(rows);
}

Test(classify_texts, reply_words_beat_status_and_status_beats_code)
{
	static const row rows[] = {
		{ "550 5.1.1 <ann@example.org>: user unknown", "recipient",
		  "phrase/user-unknown", 0 },
		{ "550 5.1.0 <ann@example.org>: Sender listed at "
		  "zen.spamhaus.org",
		  "policy", NULL, MAILGUARD_PHASE_MAIL },
		{ "554 5.7.1 <ann@example.org>: Relay access denied", "policy",
		  "phrase/relay-access-denied", 0 },
		{ "550 5.7.1 mailbox full", "recipient", "phrase/mailbox-full",
		  0 },
		{ "550 5.0.0 mailbox full", "recipient", NULL, 0 },
		{ "552 5.2.2", "recipient", "smtp-enhanced/X.2.2", 0 },
		{ "552 5.3.4", "content", "smtp-enhanced/X.3.4", 0 },
		{ "421 4.7.0 Greylisted, try again later", "policy",
		  "phrase/greylisted", 0 },
		{ "550 no", "policy", "smtp-phase/5xx@MAIL",
		  MAILGUARD_PHASE_MAIL },
		{ "554 no", "recipient", "smtp-phase/5xx@RCPT",
		  MAILGUARD_PHASE_RCPT },
		{ "554 no", "policy", "smtp-phase/554@greeting",
		  MAILGUARD_PHASE_GREETING },
		{ "550-5.1.1 The email account that\r\n550-5.1.1 you tried to "
		  "reach does not exist.\r\n550 5.1.1 gsmtp",
		  "recipient",
		  "phrase/email-account-that-you-tried-to-reach-does-not-exist",
		  0 },
		{ "535 5.7.8 Error: authentication failed", "auth", NULL, 0 },
		{ "530 5.7.0 Must issue a STARTTLS command first", "tls", NULL,
		  0 },
		{ "421 4.3.2 System is going down for maintenance",
		  "provider_maintenance", NULL, 0 },
		{ "550 5.7.606 Access denied, banned sending IP "
		  "[192.0.2.1] x.protection.outlook.com",
		  "policy", NULL, 0 },
		{ "550 5.7.30 see the rules - gsmtp", "policy",
		  "vendor.google/550 5.7.30", 0 },
		{ "550 user unknown policy@blocked.example.org", "recipient",
		  NULL, 0 },
	};

	CHECK(rows);
}

Test(classify_texts, pop3_and_imap_codes_in_brackets_tell_locks_from_passwords)
{
	static const row rows[] = {
		{ "-ERR [IN-USE] Do you have another POP session running?",
		  "server_overload", NULL, 0 },
		{ "-ERR [SYS/TEMP] Authentication system unavailable",
		  "server_outage", NULL, MAILGUARD_PHASE_LOGIN },
		{ "-ERR [SYS/PERM] no", "server_outage", "pop3/[SYS/PERM]", 0 },
		{ "-ERR [AUTH] no", "auth", "pop3/[AUTH]", 0 },
		{ "-ERR [LOGIN-DELAY] wait", "server_overload", NULL, 0 },
		{ "-ERR sorry", "auth", "pop3/-ERR@PASS",
		  MAILGUARD_PHASE_LOGIN },
		{ "a1 NO [AUTHENTICATIONFAILED] Authentication failed.", "auth",
		  NULL, 0 },
		{ "a1 NO [UNAVAILABLE] Temporary authentication failure",
		  "server_outage", NULL, MAILGUARD_PHASE_LOGIN },
		{ "3 NO [INUSE] Mailbox in use", "server_overload", NULL, 0 },
		{ "a2 NO [OVERQUOTA] x", "recipient", "imap-code/[OVERQUOTA]",
		  0 },
		{ "* BYE see you", "server_outage", "imap-status/BYE", 0 },
	};

	CHECK(rows);
}

Test(classify_texts, japanese_messages_are_understood)
{
	static const row rows[] = {
		{ "メールサーバーのパスワードが正しくありません", "auth", NULL,
		  0 },
		{ "宛先のメールボックスがいっぱいです", "recipient", NULL, 0 },
		{ "宛先のメールアドレスが存在しません。", "recipient", NULL,
		  0 },
		{ "サーバーの証明書の有効期限が切れています", "tls", NULL, 0 },
		{ "只今メンテナンス中のためご利用いただけません",
		  "provider_maintenance", NULL, 0 },
		{ "送信（ＳＭＴＰ）サーバーからの応答を待っている間に"
		  "タイムアウトしました",
		  "route", NULL, 0 },
		{ "個人用フォルダー ファイルではありません", "local_store",
		  NULL, 0 },
		{ "25番ポートブロックの影響で送信できません", "route", NULL,
		  0 },
		{ "インターネットに接続されていません", "local_network", NULL,
		  0 },
		{ "添付ファイルのサイズが大きすぎます", "content", NULL, 0 },
		{ "「user unknown」と表示されました", "recipient", NULL, 0 },
	};

	CHECK(rows);
}

/* Not one that is missing: another sign-in method helps (RFC 4954, 6). */
Test(classify_texts, a_mechanism_too_weak_is_told_from_one_missing)
{
	static const char *const rows[] = {
		"534 5.7.9 Authentication mechanism is too weak",
		"534 5.7.9 authentication method too weak",
		"-ERR authentication mechanism too weak",
		"a1 NO mechanism is too weak for this user",
		"X.7.9",
		"534 5.7.9 この認証方式が弱いため使えません",
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(i32, cause_of(rows[i], 0)->reason,
		             MAILGUARD_REASON_MECHANISM_TOO_WEAK),
		          "%s", rows[i]);
	cr_expect(
		eq(i32,
	           cause_of("504 unrecognized authentication type", 0)->reason,
	           MAILGUARD_REASON_MECHANISM_MISSING));
}

/* A socket is no file: the mail store has no part in it. */
Test(classify_texts, a_socket_forbidden_blames_the_firewall_not_the_store)
{
	static const char *const rows[] = {
		"winsock 10013",
		"Socket Error: 10013, Error Number: 0x800CCC0E",
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(i32, cause_of(rows[i], 0)->reason,
		             MAILGUARD_REASON_LOCAL_FIREWALL),
		          "%s", rows[i]);
	cr_expect(eq(i32, cause_of("errno 13", 0)->fault,
	             MAILGUARD_FAULT_LOCAL_STORE));
}

Test(classify_texts, what_says_nothing_is_unknown)
{
	static char *const texts[] = {
		"",
		" \r\n\t",
		"SQLSTATE[99999]: something",
		"mail is broken, please help",
		"メールが変です",
		"ねこ",
		"12345678901234567890",
		"\xff\xfe\x80",
		"has no mail",
		"the meeting is in room 4.2 at 5",
		"550e8400-e29b-41d4-a716-446655440000",
		"0x12345678",
		"version 5.1.1.2",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const mailguard_cause *k =
			cause_of(texts[i], MAILGUARD_PHASE_NONE);

		cr_expect(eq(i32, k->reason, MAILGUARD_REASON_UNKNOWN),
		          "%s -> %s", texts[i], k->rule);
		cr_expect(eq(i32, k->confidence, 0), "%s", texts[i]);
		cr_expect(eq(str, (char *)k->rule, ""), "%s", texts[i]);
		cr_expect(eq(u64, k->length, 0), "%s", texts[i]);
	}
}

Test(classify_texts, what_is_no_failure_is_none)
{
	static const row rows[] = {
		{ "250 2.0.0 Ok: queued as 4F2A", "none", NULL, 0 },
		{ "250 2.1.5 Ok", "none", NULL, 0 },
		{ "libcurl 0", "none", NULL, 0 },
	};

	CHECK(rows);
}

Test(classify_texts, the_deciding_bytes_are_those_of_the_original)
{
	static const char text[] =
		"エラー：　５５０ <ann@example.org>\r\n  User　Unknown です";
	const mailguard_cause *k = cause_of(text, MAILGUARD_PHASE_NONE);
	const char *at = strstr(text, "User");

	cr_assert(eq(str, (char *)k->rule, "phrase/user-unknown"));
	cr_expect(eq(u64, k->offset, (uint64_t)(at - text)));
	cr_expect(eq(u64, k->length, strlen("User　Unknown")));
}

Test(classify_texts, the_reply_class_decides_whether_to_try_again)
{
	cr_expect(eq(i32, cause_of("450 4.2.2 mailbox full", 0)->temporary, 1));
	cr_expect(eq(i32, cause_of("550 5.2.2 mailbox full", 0)->temporary, 0));
	cr_expect(eq(i32, cause_of("user unknown", 0)->temporary, 0));
}

Test(classify_texts, only_the_first_64_kib_are_read)
{
	static char text[MAILGUARD_CLASSIFY_TEXT_MAX + 64];
	mailguard_span s = { (unsigned char *)text, sizeof(text) };
	const mailguard_cause *k;

	memset(text, ' ', sizeof(text));
	memcpy(text + MAILGUARD_CLASSIFY_TEXT_MAX + 8, "user unknown", 12);
	ok(mailguard_classify_text(&k, c, 0, s, NULL));
	cr_expect(eq(i32, k->reason, MAILGUARD_REASON_UNKNOWN));
	memcpy(text + MAILGUARD_CLASSIFY_TEXT_MAX - 20, "user unknown", 12);
	ok(mailguard_classify_text(&k, c, 0, s, NULL));
	cr_expect(eq(i32, k->reason, MAILGUARD_REASON_USER_UNKNOWN));
}
