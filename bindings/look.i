/* look.i - <mailguard/checkup.h>: settings and mail files of a computer. */
%{
#include <mailguard/checkup.h>

/* A look around, and who watches it. */
typedef struct Look {
	mailguard_look *it;
	py_watch watch;
	int busy;
} Look;
%}

%nodefaultctor Look;
%nodefaultdtor Look;
/** A look around on a computer, one thing seen a step. */
typedef struct {} Look;
%extend Look {
	/** path: where another computer's disk is mounted; None: this one. */
	Look(MailGuard *mg, const char *path_or_none, PyObject *watch,
	     mailguard_error *err)
	{
		mailguard_look_options opts = MAILGUARD_LOOK_OPTIONS_INIT;
		Look *l = calloc(1, sizeof(*l));

		if (!l) {
			py_nomem(err);
			return NULL;
		}
		opts.root = path_or_none;
		opts.progress = py_watch_tick;
		opts.payload = &l->watch;
		if (mailguard_look_new(&l->it, mg, &opts, err) < 0) {
			free(l);
			return NULL;
		}
		py_watch_set(&l->watch, watch);
		return l;
	}
	~Look()
	{
		mailguard_look_free($self->it);
		Py_XDECREF($self->watch.call);
		free($self);
	}
	/** Look also in this home; before the first step. */
	void home(const char *path, mailguard_error *err)
	{
		(void)mailguard_look_home($self->it, path, err);
	}
	/** (what, path, client, text, accounts); None behind the last. */
	PyObject *step(mailguard_error *err)
	{
		const mailguard_looked *seen;
		mailguard_status st;

		if (py_busy($self->busy, err))
			return NULL;
		$self->busy = 1;
		Py_BEGIN_ALLOW_THREADS
		st = mailguard_look_next(&seen, $self->it, err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
		if (st != MAILGUARD_OK)
			Py_RETURN_NONE; /* or the error's typemap raises */
		return Py_BuildValue("(iNzzn)", (int)seen->what,
		                     PyUnicode_DecodeFSDefault(seen->path),
		                     seen->client, seen->text,
		                     (Py_ssize_t)seen->accounts);
	}
	/** What was gathered so far. */
	%newobject profile;
	Profile *profile(void)
	{
		return mailguard_profile_ref(mailguard_look_profile($self->it));
	}
}
