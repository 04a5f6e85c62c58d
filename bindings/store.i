/* store.i - <mailguard/store.h>: mail files walked and checked. */
%{
typedef mailguard_store Store;

/* A walk, and what of the item before can be used again. */
typedef struct Walk {
	mailguard_walk *it;
	const mailguard_item *kept; /* stepped to, not yet told */
	const mailguard_item *at;   /* told last */
	PyObject *folder, *file;    /* of the item before */
	PyObject *folder_bytes, *file_bytes;
	py_watch watch;
	py_head head;
	mailguard_error late; /* what came behind the items of a page */
	int busy;             /* another thread is in a call */
} Walk;

/* A check, and who watches it. */
typedef struct Check {
	mailguard_check *it;
	py_watch watch;
	int busy;
} Check;

#define PY_PAGE 64

static PyTypeObject *py_item_type;

/* An item's names are most often those of the one before. */
static int py_walk_same(const Walk *w, const mailguard_item *item)
{
	return w->file_bytes && w->folder_bytes &&
	       !strcmp(item->file, PyBytes_AS_STRING(w->file_bytes)) &&
	       !strcmp(item->folder, PyBytes_AS_STRING(w->folder_bytes));
}

static int py_walk_names(Walk *w, const mailguard_item *item)
{
	if (py_walk_same(w, item))
		return 0;
	Py_CLEAR(w->folder);
	Py_CLEAR(w->file);
	Py_CLEAR(w->folder_bytes);
	Py_CLEAR(w->file_bytes);
	w->folder = PyUnicode_DecodeUTF8(item->folder,
	        (Py_ssize_t)strlen(item->folder), "replace");
	w->file = PyUnicode_DecodeFSDefault(item->file);
	w->folder_bytes = PyBytes_FromString(item->folder);
	w->file_bytes = PyBytes_FromString(item->file);
	return w->folder && w->file && w->folder_bytes && w->file_bytes ? 0
	                                                                 : -1;
}

/* An item as a mailguard.Item. */
static PyObject *py_walk_item(const Walk *w, const mailguard_item *item)
{
	PyObject *out = PyStructSequence_New(py_item_type);

	if (!out)
		return NULL;
	Py_INCREF(w->folder);
	Py_INCREF(w->file);
	PyStructSequence_SET_ITEM(out, 0, PyLong_FromUnsignedLongLong(
	                                          item->index));
	PyStructSequence_SET_ITEM(out, 1, w->folder);
	PyStructSequence_SET_ITEM(out, 2, w->file);
	PyStructSequence_SET_ITEM(out, 3, PyLong_FromUnsignedLongLong(
	                                          item->offset));
	PyStructSequence_SET_ITEM(out, 4, PyLong_FromUnsignedLongLong(
	                                          item->size));
	PyStructSequence_SET_ITEM(out, 5, PyLong_FromUnsignedLong(item->flags));
	PyStructSequence_SET_ITEM(out, 6, PyUnicode_InternFromString(
	                                  mailguard_walk_kind_name(item->kind)));
	PyStructSequence_SET_ITEM(out, 7, PyUnicode_InternFromString(
	                                mailguard_walk_state_name(item->state)));
	PyStructSequence_SET_ITEM(out, 8, PyUnicode_InternFromString(
	                                    mailguard_walk_how_name(item->how)));
	PyStructSequence_SET_ITEM(out, 9, PyUnicode_DecodeUTF8(
	        item->keywords, (Py_ssize_t)strlen(item->keywords), "replace"));
	return out;
}

/* Step, without the lock: 1, or 0 behind the last or on failure. */
static int py_walk_step(Walk *w, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	if (py_busy(w->busy, err))
		return 0;
	w->at = NULL;
	if (w->kept)
		return 1;
	w->busy = 1;
	Py_BEGIN_ALLOW_THREADS
	st = mailguard_walk_next(&w->kept, w->it, err);
	Py_END_ALLOW_THREADS
	w->busy = 0;
	return st == MAILGUARD_OK;
}

/* Fill a page with items of one file, without the lock. */
static size_t py_walk_fill(Walk *w, mailguard_item *page)
{
	mailguard_status st = MAILGUARD_OK;
	size_t n = 0;

	w->busy = 1;
	Py_BEGIN_ALLOW_THREADS
	while (st == MAILGUARD_OK && n < PY_PAGE && py_walk_same(w, w->kept)) {
		page[n++] = *w->kept;
		w->kept = NULL;
		st = mailguard_walk_next(&w->kept, w->it, &w->late);
		if (st != MAILGUARD_OK) {
			w->kept = NULL;
			break;
		}
	}
	Py_END_ALLOW_THREADS
	w->busy = 0;
	return n;
}

static const char py_item_doc[] =
	"Where one message lies: what can be told without reading it.\n\n"
	"index is from 1 and stable for an unchanged store; flags are as the\n"
	"client set them, see Flags.";

static PyStructSequence_Field py_item_fields[] = {
	{ "index", "from 1" },
	{ "folder", "\"/\" between levels" },
	{ "file", "the file it lies in" },
	{ "offset", "of its first byte in the file" },
	{ "size", "in bytes" },
	{ "flags", "seen 1, answered 2, flagged 4, deleted 8, draft 16, "
	           "passed 32" },
	{ "kind", "mail, contact, appointment, task, note, journal, list" },
	{ "state", "intact, repaired, damaged, lost" },
	{ "how", "indexed, or scavenged: found by looking for it" },
	{ "keywords", "names its client gave it, parted by spaces" },
	{ NULL, NULL },
};

static PyStructSequence_Desc py_item_desc = { "mailguard.Item", py_item_doc,
	                                      py_item_fields, 10 };
%}

%{
/* (torn, a JSON object a line); frees `d`. */
static PyObject *py_downloads(MailGuard *mg, mailguard_downloads *d,
                              mailguard_error *err)
{
	const mailguard_download *one;
	mailguard_buffer *out = NULL;
	PyObject *list = NULL;
	size_t i;

	if (mailguard_buffer_new(&out, mg, err) >= 0)
		list = PyList_New(0);
	for (i = 0; list && (one = mailguard_downloads_at(d, i)); i++) {
		PyObject *text = NULL;

		mailguard_buffer_clear(out);
		if (mailguard_downloads_json(out, one, err) >= 0)
			text = PyUnicode_FromString(mailguard_buffer_text(out));
		if (!text || PyList_Append(list, text) < 0)
			Py_CLEAR(list);
		Py_XDECREF(text);
	}
	mailguard_buffer_free(out);
	if (list)
		list = Py_BuildValue("(KN)", (unsigned long long)
		                     mailguard_downloads_torn(d), list);
	mailguard_downloads_free(d);
	return list;
}

/* A JSON object a property; frees `p`. */
static PyObject *py_properties(MailGuard *mg, mailguard_properties *p,
                               mailguard_error *err)
{
	const mailguard_property *one;
	mailguard_buffer *out = NULL;
	mailguard_status st = mailguard_buffer_new(&out, mg, err);
	PyObject *list = st < 0 ? NULL : PyList_New(0);

	while (list && (st = mailguard_properties_next(&one, p, err)) !=
	                       MAILGUARD_ITEROVER) {
		PyObject *text = NULL;

		mailguard_buffer_clear(out);
		if (st >= 0 && mailguard_properties_json(out, one, err) >= 0)
			text = PyUnicode_FromString(mailguard_buffer_text(out));
		if (!text || PyList_Append(list, text) < 0)
			Py_CLEAR(list);
		Py_XDECREF(text);
	}
	mailguard_buffer_free(out);
	mailguard_properties_free(p);
	return list;
}

/* Of a path: a popstate.dat, or a store. */
static PyObject *downloads_of(MailGuard *mg, const char *path,
                              mailguard_error *err)
{
	mailguard_downloads *d;

	if (mailguard_downloads_read(&d, mg, path, err) < 0)
		return NULL;
	return py_downloads(mg, d, err);
}
%}

PyObject *downloads_of(MailGuard *mg, const char *path, mailguard_error *err);

%init %{
	py_item_type = PyStructSequence_NewType(&py_item_desc);
	if (!py_item_type || PyModule_AddObject(m, "Item",
	                                        (PyObject *)py_item_type) < 0)
		return NULL;
	Py_INCREF(py_item_type);
%}
%pythoncode %{
Item = _core.Item
%}

%constant int FLAG_SEEN = MAILGUARD_FLAG_SEEN;
%constant int FLAG_ANSWERED = MAILGUARD_FLAG_ANSWERED;
%constant int FLAG_FLAGGED = MAILGUARD_FLAG_FLAGGED;
%constant int FLAG_DELETED = MAILGUARD_FLAG_DELETED;
%constant int FLAG_DRAFT = MAILGUARD_FLAG_DRAFT;
%constant int FLAG_PASSED = MAILGUARD_FLAG_PASSED;

%newobject Store::walk;
%newobject Store::check;
%nodefaultctor Store;
%nodefaultdtor Store;
%nodefaultctor Walk;
%nodefaultdtor Walk;
%nodefaultctor Check;
%nodefaultdtor Check;
%thread Store::Store;
%thread Store::salvage_json;
%thread Store::rebuild_json;

/** A mail file or folder, open to be read. */
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
	/** "mbox", "maildir", "eml" ... */
	const char *format(void)
	{
		return mailguard_store_format($self);
	}
	/** All items, watched by a callable(done, total, what) or None. */
	Walk *walk(MailGuard *mg, PyObject *watch, mailguard_error *err)
	{
		mailguard_walk_options opts = MAILGUARD_WALK_OPTIONS_INIT;
		Walk *w = calloc(1, sizeof(*w));

		if (!w) {
			py_nomem(err);
			return NULL;
		}
		opts.progress = py_watch_tick;
		opts.payload = &w->watch;
		if (py_head_init(&w->head, mg, err) < 0 ||
		    mailguard_store_walk(&w->it, $self, &opts, err) < 0) {
			py_head_done(&w->head);
			free(w);
			return NULL;
		}
		py_watch_set(&w->watch, watch);
		return w;
	}
	/** A check under way, watched as a walk is. */
	Check *check(bool quick, PyObject *watch, mailguard_error *err)
	{
		mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
		Check *c = calloc(1, sizeof(*c));

		if (!c) {
			py_nomem(err);
			return NULL;
		}
		opts.quick = quick;
		opts.progress = py_watch_tick;
		opts.payload = &c->watch;
		if (mailguard_store_check(&c->it, $self, &opts, err) < 0) {
			free(c);
			return NULL;
		}
		py_watch_set(&c->watch, watch);
		return c;
	}
	/** What was fetched by POP3: (torn, a JSON object a line). */
	PyObject *downloads(MailGuard *mg, mailguard_error *err)
	{
		mailguard_downloads *d;

		if (mailguard_store_downloads(&d, $self, err) < 0)
			return NULL;
		return py_downloads(mg, d, err);
	}
	/** Into a new store; the report as JSON. */
	mailguard_buffer *salvage_json(MailGuard *mg, const char *path,
	                               const char *format, py_watch *watch,
	                               mailguard_error *err)
	{
		mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
		mailguard_salvage_report report;
		mailguard_buffer *out;

		opts.format = format;
		opts.progress = py_watch_tick;
		opts.payload = watch;
		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_store_salvage(&report, $self, path, &opts,
		                            err) >= 0)
			(void)mailguard_store_salvage_json(out, $self, path,
			                                   &report, err);
		return out;
	}
	/** Into a new one of its kind; the report as JSON. */
	mailguard_buffer *rebuild_json(MailGuard *mg, const char *path,
	                               py_watch *watch, mailguard_error *err)
	{
		mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
		mailguard_salvage_report report;
		mailguard_buffer *out;

		opts.progress = py_watch_tick;
		opts.payload = watch;
		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_store_rebuild(&report, $self, path, &opts,
		                            err) >= 0)
			(void)mailguard_store_salvage_json(out, $self, path,
			                                   &report, err);
		return out;
	}
}

%extend Mail {
	/** The mail that its winmail.dat is; None if it has none. */
	PyObject *tnef(MailGuard *mg, mailguard_error *err)
	{
		mailguard_source *src;
		mailguard_status st;

		st = mailguard_tnef_source(&src, mg, $self->it, err);
		if (st == MAILGUARD_ITEROVER)
			Py_RETURN_NONE;
		return st < 0 ? NULL : py_bytes(src, 0, err);
	}
}

/** Message by message. */
typedef struct {} Walk;
%extend Walk {
	~Walk()
	{
		mailguard_walk_free($self->it);
		py_head_done(&$self->head);
		Py_XDECREF($self->folder);
		Py_XDECREF($self->file);
		Py_XDECREF($self->folder_bytes);
		Py_XDECREF($self->file_bytes);
		Py_XDECREF($self->watch.call);
		free($self);
	}
	/** The next few items, all of one file; empty behind the last. */
	PyObject *page(mailguard_error *err)
	{
		mailguard_item items[PY_PAGE];
		PyObject *page;
		size_t n, i;

		if ($self->late.status < 0) {
			*err = $self->late;
			memset(&$self->late, 0, sizeof($self->late));
			return NULL;
		}
		if (!py_walk_step($self, err))
			return err->status < 0 ? NULL : PyList_New(0);
		if (py_walk_names($self, $self->kept))
			return NULL;
		n = py_walk_fill($self, items);
		page = PyErr_Occurred() ? NULL : PyList_New((Py_ssize_t)n);
		for (i = 0; page && i < n; i++)
			PyList_SET_ITEM(page, (Py_ssize_t)i,
			                py_walk_item($self, &items[i]));
		if (PyErr_Occurred())
			Py_CLEAR(page);
		return page;
	}
	/** Step, and read the header: (Item, date, from, to, subject,
	 * message_id); None behind the last. */
	PyObject *head(MailGuard *mg, mailguard_error *err)
	{
		const mailguard_item *item;
		mailguard_status st;
		mailguard_source *src;
		py_head *h = &$self->head;

		if (!py_walk_step($self, err)) {
			if (err->status < 0)
				return NULL;
			Py_RETURN_NONE;
		}
		item = $self->kept;
		$self->kept = NULL;
		if (py_walk_names($self, item))
			return NULL;
		$self->busy = 1;
		Py_BEGIN_ALLOW_THREADS
		st = mailguard_walk_source(&src, $self->it, err);
		if (st >= 0)
			st = py_head_read(h, mg, src, err);
		mailguard_source_free(src);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
		if (st < 0)
			return NULL;
		$self->at = item;
		return Py_BuildValue("(NLNNNN)", py_walk_item($self, item),
		                     (long long)h->date, py_buffer_str(h->from),
		                     py_buffer_str(h->to),
		                     py_buffer_str(h->subject),
		                     py_buffer_str(h->id));
	}
	/** The delivered bytes of the item stepped to. */
	/** Of the Outlook item told last: a JSON object a property. */
	PyObject *properties(MailGuard *mg, mailguard_error *err)
	{
		mailguard_properties *p;

		if (py_busy($self->busy, err) ||
		    mailguard_walk_properties(&p, $self->it, err) < 0)
			return NULL;
		return py_properties(mg, p, err);
	}
	PyObject *raw(mailguard_error *err)
	{
		mailguard_source *src;

		if (py_busy($self->busy, err) ||
		    mailguard_walk_source(&src, $self->it, err) < 0)
			return NULL;
		return py_bytes(src, $self->at ? (size_t)$self->at->size : 0,
		                err);
	}
}

/** Finding by finding. */
typedef struct {} Check;
%extend Check {
	~Check()
	{
		mailguard_check_free($self->it);
		Py_XDECREF($self->watch.call);
		free($self);
	}
	/** The next finding as JSON; "" behind the last. */
	mailguard_buffer *step(MailGuard *mg, mailguard_error *err)
	{
		const mailguard_finding *f;
		mailguard_buffer *out;
		mailguard_status st;

		if (py_busy($self->busy, err) ||
		    mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		$self->busy = 1;
		Py_BEGIN_ALLOW_THREADS
		st = mailguard_check_next(&f, $self->it, err);
		Py_END_ALLOW_THREADS
		$self->busy = 0;
		if (st == MAILGUARD_OK)
			(void)mailguard_check_finding_json(out, $self->it, f,
			                                   err);
		return out;
	}
	/** The summary as JSON. */
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_check_json(out, $self->it, err);
		return out;
	}
	/** The summary in one sentence. */
	mailguard_buffer *text(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_check_text(out, $self->it, err);
		return out;
	}
}
