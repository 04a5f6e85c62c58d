/*
 * bench_explain - microseconds for one text: lines of stdin, or a built-in
 * handful. `./dev bench` runs it; give it lines of replies to see your own.
 */
#include <mailguard/classify.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINES 4096
#define ROUNDS 200

static char lines[LINES][512];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static size_t fill(int argc)
{
	static const char *const own[] = {
		"550 5.1.1 <ann@example.org>: Recipient address rejected: User "
		"unknown in local recipient table",
		"421 4.7.0 [203.0.113.2] Our system has detected an unusual "
		"rate of mail; see https://support.example.com - gsmtp",
		"0x800CCC0E Socket Error: 10060",
		"サーバーの証明書の有効期限が切れています",
	};
	size_t n = 0;

	for (; argc > 1 && n < LINES; n++)
		if (!fgets(lines[n], sizeof(lines[n]), stdin))
			break;
	for (; argc == 1 && n < 4; n++)
		memcpy(lines[n], own[n], strlen(own[n]) + 1);
	return n;
}

int main(int argc, char **argv)
{
	size_t i, n = fill(argc), round;
	const mailguard_cause *cause;
	mailguard_classifier *c;
	mailguard *mg;
	double begin;

	(void)argv;
	if (mailguard_new(&mg, NULL, NULL) < 0 ||
	    mailguard_classifier_new(&c, mg, NULL) < 0 || !n)
		return 1;
	begin = now();
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < n; i++) {
			mailguard_span s = { (unsigned char *)lines[i],
				             strlen(lines[i]) };

			if (mailguard_classify_text(&cause, c, 0, s, NULL) < 0)
				return 1;
		}
	printf("%zu texts: %.2f us each\n", n,
	       (now() - begin) / (double)(ROUNDS * n));
	mailguard_classifier_free(c);
	mailguard_free(mg);
	return 0;
}
