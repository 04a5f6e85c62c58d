/* store.i - <mailguard/store.h>: mail files walked and checked. */
%{
typedef mailguard_store Store;
typedef mailguard_walk Walk;
typedef mailguard_check Check;
%}

%newobject Store::walk;
%newobject Store::check;
%newobject Walk::message;
%nodefaultctor Store;
%nodefaultdtor Store;
%nodefaultctor Walk;
%nodefaultdtor Walk;
%nodefaultctor Check;
%nodefaultdtor Check;
%thread Store::Store;
%thread Store::salvage_json;
%thread Walk::step;
%thread Walk::json;
%thread Check::step;

/* A path: str, bytes or os.PathLike. */
%typemap(in) const char *path (PyObject *b = NULL) {
	if (!PyUnicode_FSConverter($input, &b))
		SWIG_fail;
	$1 = PyBytes_AS_STRING(b);
}
%typemap(freearg) const char *path {
	Py_XDECREF(b$argnum);
}

/* A mail file or folder, open to be read. */
typedef struct {} Store;
%extend Store {
	Store(MailGuard *mg, const char *path, mailguard_error *err)
	{
		mailguard_store *store;

		(void)mailguard_store_open(&store, mg, path, err);
		return store;
	}
	~Store()
	{
		mailguard_store_free($self);
	}
	const char *format(void)
	{
		return mailguard_store_format($self);
	}
	Walk *walk(mailguard_error *err)
	{
		mailguard_walk *walk;

		(void)mailguard_store_walk(&walk, $self, NULL, err);
		return walk;
	}
	Check *check(int quick, mailguard_error *err)
	{
		mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
		mailguard_check *check;

		opts.quick = quick != 0;
		(void)mailguard_store_check(&check, $self, &opts, err);
		return check;
	}
	/* Into a new store; the report as JSON. */
	mailguard_buffer *salvage_json(MailGuard *mg, const char *path,
	                               const char *format,
	                               mailguard_error *err)
	{
		mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
		mailguard_salvage_report report;
		mailguard_buffer *out;

		opts.format = format;
		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_store_salvage(&report, $self, path, &opts,
		                            err) >= 0)
			(void)mailguard_store_salvage_json(out, $self, path,
			                                   &report, err);
		return out;
	}
}

/* Message by message. */
typedef struct {} Walk;
%extend Walk {
	~Walk()
	{
		mailguard_walk_free($self);
	}
	/* 1, or 0 behind the last. */
	int step(mailguard_error *err)
	{
		const mailguard_item *item;

		return mailguard_walk_next(&item, $self, err) == MAILGUARD_OK;
	}
	/* The item just stepped to as JSON. */
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_message *msg;
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_walk_message(&msg, $self, err) >= 0) {
			(void)mailguard_walk_json(out, $self, msg, err);
			mailguard_message_free(msg);
		}
		return out;
	}
	/* Its message; outlives the walk. */
	Message *message(mailguard_error *err)
	{
		mailguard_message *msg;

		(void)mailguard_walk_message(&msg, $self, err);
		return msg;
	}
}

/* Finding by finding. */
typedef struct {} Check;
%extend Check {
	~Check()
	{
		mailguard_check_free($self);
	}
	/* The next finding as JSON; "" behind the last. */
	mailguard_buffer *step(MailGuard *mg, mailguard_error *err)
	{
		const mailguard_finding *f;
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_check_next(&f, $self, err) == MAILGUARD_OK)
			(void)mailguard_check_finding_json(out, $self, f, err);
		return out;
	}
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_check_json(out, $self, err);
		return out;
	}
}
