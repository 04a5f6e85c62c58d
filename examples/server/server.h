#ifndef DEMO_SERVER_H
#define DEMO_SERVER_H
/*
 * server.h - a mail server that fails on purpose, as its script tells it.
 *
 * A service is a protocol on a port; a fault is one row of the script; each
 * pair that makes sense gets a port of its own. The dialogues (smtp.c, imap.c,
 * pop3.c, http.c) know nothing of sockets, conn.c nothing of mail.
 */
#include <openssl/ssl.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Where in a conversation a fault strikes. */
typedef enum phase {
	PHASE_CONNECT,
	PHASE_GREETING,
	PHASE_CAPABILITIES,
	PHASE_STARTTLS,
	PHASE_TLS,
	PHASE_LOGIN,
	PHASE_COMMAND,
	PHASE_RCPT,
	PHASE_DOT,
	PHASE_QUIT
} phase;

/* What happens there. */
typedef enum act {
	ACT_STALL,     /* not a word more, but stay connected */
	ACT_RESET,     /* hang up with a TCP reset */
	ACT_CLOSE,     /* hang up without a word */
	ACT_SLOW,      /* the right answer, late */
	ACT_DRIP,      /* the right answer, a byte at a time */
	ACT_ENDLESS,   /* a line that never ends */
	ACT_SAY,       /* `text` for an answer, then go on */
	ACT_END,       /* `text` for an answer, then hang up */
	ACT_HIDE,      /* do not offer it */
	ACT_STRIP,     /* its word is overwritten on the way */
	ACT_INJECT,    /* slip `text` in behind the right answer */
	ACT_TLS_FIRST, /* offer it over TLS only */
	ACT_STRANGE,   /* offer it in a way that nobody knows */
	ACT_TOKEN,     /* offer logins by token only, and refuse them */
	ACT_FOURTH, /* reset every fourth connection, as a bad backend does */
	ACT_ALERT,  /* a fatal TLS alert */
	ACT_OLD,    /* TLS 1.1 at most */
	ACT_CERT    /* another certificate */
} act;

typedef enum family { SMTP, IMAP, POP3, HTTP, FAMILIES } family;

typedef enum certificate {
	CERT_GOOD,
	CERT_EXPIRED,
	CERT_EARLY,
	CERT_NAME,
	CERT_SELF,
	CERT_CHAIN,
	CERT_STRANGER,
	CERT_SHIELD,
	CERT_REVOKED,
	CERT_WEAK,
	CERT_HUGE,
	CERTIFICATES
} certificate;

/* A protocol on a port. */
typedef struct service {
	const char *name;
	family family;
	unsigned bit; /* in fault.on */
	bool implicit_tls;
	bool logins;
} service;

/* One row of the script. */
typedef struct fault {
	const char *name, *what;
	phase at;
	act act;
	unsigned on; /* the services that can fail so */
	certificate certificate;
	const char *text[FAMILIES]; /* "@" at a line's start is IMAP's tag */
} fault;

typedef struct mail {
	time_t when;
	char *text;
	size_t len;
	unsigned uid;
} mail;

typedef struct account {
	char login[128], secret[128];
	long newest_minutes; /* how old the newest mail is */
	size_t count;
	mail *mails; /* oldest first */
} account;

/* What epoll hands back; first member of whatever waits for a descriptor. */
typedef struct watch {
	void (*ready)(struct watch *self, uint32_t events);
} watch;

typedef struct listener {
	watch watch;
	int fd;
	int port;
	unsigned taken; /* connections */
	const service *service;
	const fault *fault; /* NULL: works as it should */
} listener;

enum { IN_MAX = 16384 };

typedef struct conn {
	watch watch;
	struct conn *next;
	const listener *at;
	int fd;
	SSL *ssl;
	bool shaking;    /* the TLS handshake is under way */
	bool mute;       /* whatever is heard is thrown away */
	bool endless;    /* fill `out` again whenever it is empty */
	bool closing;    /* hang up once `out` is empty */
	bool tls_next;   /* make TLS once `out` is empty */
	bool hello_next; /* TLS is to fail, once the client has begun */
	bool wants_out;  /* waits until the socket takes more */
	bool dead;
	int64_t until; /* milliseconds: keep `out` back so long */
	int64_t drip;  /* milliseconds behind each byte; 0: all at once */
	size_t in_len, out_len, out_room;
	char *out;
	/* Of the dialogue: */
	int step;           /* of a login, or of a message being sent */
	size_t literal;     /* IMAP: where the last one was asked for */
	char tag[32];       /* IMAP */
	char user[128];     /* named, not yet let in */
	const account *who; /* let in */
	char in[IN_MAX + 1];
} conn;

/* A protocol as conn.c sees it. */
typedef struct dialogue {
	void (*greet)(conn *c);
	/* `line` without its end, and may be written into. */
	void (*line)(conn *c, char *line);
	/* How long is the first command in c->in? 0: not all is here yet.
	   NULL: it ends with its line. */
	size_t (*whole)(conn *c);
} dialogue;

/* Where a conversation is between two lines: conn.step. */
enum {
	STEP_IDLE,
	STEP_PLAIN,
	STEP_LOGIN_NAME,
	STEP_LOGIN_SECRET,
	STEP_TOKEN,
	STEP_MESSAGE
};

/* What login.c says, in the words of a protocol. */
typedef struct dress {
	family family;
	void (*answer)(conn *c, const char *words);
	void (*welcome)(conn *c); /* let in */
	const char *challenge;    /* stands before one */
	const char *refused, *aborted, *strange;
	const char *begin_tls, *no_starttls;
} dress;

typedef struct command {
	const char *name; /* NULL ends a table */
	void (*run)(conn *c, const char *arg);
	bool inside; /* wants a login */
} command;

extern const dialogue smtp_dialogue, imap_dialogue, pop3_dialogue,
	http_dialogue;

/* login.c */
void say_line(conn *c, const char *words);
/* Nothing is the matter with the mechanisms of this port. */
bool mechanisms_whole(const conn *c);
/* `arg` is that of AUTH; the lines behind it go on. */
void login_begin(conn *c, const dress *d, const char *arg);
void login_goes_on(conn *c, const dress *d, const char *line);
/* `a` is NULL if name or secret are wrong. */
void login_end(conn *c, const dress *d, const account *a);
void starttls_run(conn *c, const dress *d);
/* False if there is no such command, now. */
bool command_run(conn *c,
                 const command *commands,
                 const char *name,
                 const char *arg);

/* faults.c */
extern const service services[];
extern const fault faults[];
size_t services_count(void);
size_t faults_count(void);

/* script.c */
/* True if the fault of this port has struck and answered for us. */
bool strikes(conn *c, phase at);
/* Is it the fault of this port to do `how` there? */
bool fails(const conn *c, phase at, act how);
/* "PLAIN LOGIN", or what the fault leaves of it. */
const char *mechanisms(const conn *c);
bool offers_starttls(const conn *c);
/* Late answers come so many milliseconds late. */
void script_slow(int64_t milliseconds);

/* conn.c */
int64_t milliseconds_now(void);
void conn_new(const listener *at, int fd);
void say(conn *c, const char *text);
void say_bytes(conn *c, const char *bytes, size_t len);
void sayf(conn *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void conn_reset(conn *c);
/* Free the dead, wake the late; returns how long epoll may wait. */
int conns_tend(void);
void loop_watch(int fd, watch *w, uint32_t events);

/* listen.c */
void listen_all(void);
void listen_print(const char *ca_file);

/* certs.c */
void certs_make(const char *ca_file);
SSL_CTX *certs_context(const fault *f);

/* accounts.c */
void accounts_load(const char *file); /* NULL: the built-in ones */
const account *account_find(const char *login);
const account *account_login(const char *login, const char *secret);
/* A base64 answer to AUTH PLAIN; NULL if it is wrong. */
const account *account_plain(const char *base64);
bool base64_decode(char *out, size_t room, const char *base64);

/* http.c */
void http_pages(const char *folder);

/* main.c */
void die(const char *what) __attribute__((noreturn));
void *need(void *memory); /* dies of NULL */

#endif
