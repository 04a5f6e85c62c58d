/* backup.i - <mailguard/backup.h>: sealed copies of mail files. */
%{
#include <mailguard/backup.h>

/* A backup, who watches it, and what came of it last. */
typedef struct Backup {
	mailguard_backup *it;
	py_watch watch;
	mailguard_backup_report report;
	int reported, busy;
} Backup;

static Backup *py_backup_new(PyObject *watch, mailguard_error *err)
{
	Backup *b = calloc(1, sizeof(*b));

	if (b)
		py_watch_set(&b->watch, watch);
	else
		py_nomem(err);
	return b;
}

static Backup *py_backup_free(Backup *b)
{
	mailguard_backup_free(b->it);
	Py_XDECREF(b->watch.call);
	free(b);
	return NULL;
}
%}

%nodefaultctor Backup;
%nodefaultdtor Backup;
%newobject Backup::read;

/** A backup to be made, or one that is there. */
typedef struct {} Backup;
%extend Backup {
	/** One to be made; allow: bits of what is refused else. */
	Backup(MailGuard *mg, const char *label, unsigned allow, PyObject *watch,
	       mailguard_error *err)
	{
		mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
		Backup *b = py_backup_new(watch, err);

		if (!b)
			return NULL;
		opts.label = label;
		opts.allow = allow;
		opts.progress = py_watch_tick;
		opts.payload = &b->watch;
		if (mailguard_backup_new(&b->it, mg, &opts, err) < 0)
			return py_backup_free(b);
		return b;
	}
	~Backup()
	{
		(void)py_backup_free($self);
	}
	/** One that is there. */
	static Backup *read(MailGuard *mg, const char *path, PyObject *watch,
	                    mailguard_error *err)
	{
		mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
		Backup *b = py_backup_new(watch, err);
		mailguard_status st;

		if (!b)
			return NULL;
		opts.progress = py_watch_tick;
		opts.payload = &b->watch;
		Py_BEGIN_ALLOW_THREADS
		st = mailguard_backup_open(&b->it, mg, path, &opts, err);
		Py_END_ALLOW_THREADS
		return st < 0 ? py_backup_free(b) : b;
	}
	/** A mail file or folder into it. */
	void add(const char *path, mailguard_error *err)
	{
		(void)mailguard_backup_add($self->it, path, NULL, NULL, err);
	}
	/** A profile into it, and with `stores` its mail files. */
	void settings(Profile *profile, bool stores, mailguard_error *err)
	{
		(void)mailguard_backup_settings($self->it, profile, stores, err);
	}
	/** Make it. */
	void make(const char *path, mailguard_error *err)
	{
		if (py_busy($self->busy, err))
			return;
		$self->busy = 1;
		Py_BEGIN_ALLOW_THREADS
		(void)mailguard_backup_make($self->it, path, err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
	}
	/** Read it again. */
	void verify(bool quick, mailguard_error *err)
	{
		if (py_busy($self->busy, err))
			return;
		$self->busy = $self->reported = 1;
		Py_BEGIN_ALLOW_THREADS
		(void)mailguard_backup_verify(&$self->report, $self->it, quick,
		                              err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
	}
	/** Store `number` from 0, or all for -1, into `path`. */
	void restore(long number, const char *path, mailguard_error *err)
	{
		if (py_busy($self->busy, err))
			return;
		$self->busy = $self->reported = 1;
		Py_BEGIN_ALLOW_THREADS
		(void)mailguard_backup_restore(
			&$self->report, $self->it,
			number < 0 ? MAILGUARD_BACKUP_ALL : (size_t)number,
			path, err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
	}
	/** Restore it to a temporary place in `path_or_none`. */
	void drill(const char *path_or_none, mailguard_error *err)
	{
		if (py_busy($self->busy, err))
			return;
		$self->busy = $self->reported = 1;
		Py_BEGIN_ALLOW_THREADS
		(void)mailguard_backup_drill(&$self->report, $self->it,
		                             path_or_none, err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
	}
	/** As docs/schema/backup.json has it. */
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_backup_json(
			out, $self->it,
			$self->reported ? &$self->report : NULL, err);
		return out;
	}
	/** Lines for people. */
	mailguard_buffer *text(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_backup_text(
			out, $self->it,
			$self->reported ? &$self->report : NULL, err);
		return out;
	}
	/** The settings in it, a profile's JSON. */
	mailguard_buffer *profile(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_backup_profile(out, $self->it, err);
		return out;
	}
}
