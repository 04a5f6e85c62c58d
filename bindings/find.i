/* find.i - <mailguard/checkup.h>: which mail files lie here. */
%{
#include <mailguard/checkup.h>

/* A search, and who watches it. */
typedef struct Find {
	mailguard_find *it;
	py_watch watch;
	int busy;
} Find;
%}

%nodefaultctor Find;
%nodefaultdtor Find;
/** A search for mail files, one found thing a step. */
typedef struct {} Find;
%extend Find {
	/** profile: whose settings may name what is found, or None. */
	Find(MailGuard *mg, Profile *profile, PyObject *watch,
	     mailguard_error *err)
	{
		mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
		Find *f = calloc(1, sizeof(*f));

		if (!f) {
			py_nomem(err);
			return NULL;
		}
		opts.profile = profile;
		opts.progress = py_watch_tick;
		opts.payload = &f->watch;
		if (mailguard_find_new(&f->it, mg, &opts, err) < 0) {
			free(f);
			return NULL;
		}
		py_watch_set(&f->watch, watch);
		return f;
	}
	~Find()
	{
		mailguard_find_free($self->it);
		Py_XDECREF($self->watch.call);
		free($self);
	}
	/** Look also at a path and all below it. */
	void add(const char *path, mailguard_error *err)
	{
		(void)mailguard_find_add($self->it, path, err);
	}
	/** What lies below `path` its owner knows below `owner`. */
	void add_map(const char *owner, const char *path, mailguard_error *err)
	{
		(void)mailguard_find_map($self->it, owner, path, err);
	}
	/** (JSON, words) of the next thing found; None behind the last. */
	PyObject *step(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *json = NULL, *text = NULL;
		const mailguard_found *found;
		PyObject *out = NULL;
		mailguard_status st;

		if (py_busy($self->busy, err))
			return NULL;
		$self->busy = 1;
		Py_BEGIN_ALLOW_THREADS
		st = mailguard_find_next(&found, $self->it, err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
		if (st == MAILGUARD_ITEROVER)
			Py_RETURN_NONE;
		if (st == MAILGUARD_OK &&
		    mailguard_buffer_new(&json, mg, err) >= 0 &&
		    mailguard_buffer_new(&text, mg, err) >= 0 &&
		    mailguard_find_json(json, $self->it, found, err) >= 0 &&
		    mailguard_find_text(text, $self->it, found, err) >= 0)
			out = Py_BuildValue("(NN)", py_buffer_str(json),
			                    py_buffer_str(text));
		mailguard_buffer_free(json);
		mailguard_buffer_free(text);
		return out;
	}
}
