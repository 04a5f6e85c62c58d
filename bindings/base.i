/* base.i - <mailguard/base.h>: the handle and the numbers of failures. */
%{
typedef struct mailguard MailGuard;
%}

%constant int OK = MAILGUARD_OK;
%constant int EINVAL = MAILGUARD_EINVAL;
%constant int ENOMEM = MAILGUARD_ENOMEM;
%constant int EIO = MAILGUARD_EIO;
%constant int EFORMAT = MAILGUARD_EFORMAT;
%constant int ECANCELLED = MAILGUARD_ECANCELLED;
%constant int EBUSY = MAILGUARD_EBUSY;
%constant int ELIMIT = MAILGUARD_ELIMIT;
%constant int EEXIST = MAILGUARD_EEXIST;
%constant int EUNSUPPORTED = MAILGUARD_EUNSUPPORTED;

%rename(version) mailguard_version;
const char *mailguard_version(void);

%nodefaultctor MailGuard;
%nodefaultdtor MailGuard;
/* The handle; immutable, may be shared by threads. */
typedef struct {} MailGuard;
%extend MailGuard {
	MailGuard(const char *lang, mailguard_error *err)
	{
		mailguard_options opts = MAILGUARD_OPTIONS_INIT;
		mailguard *mg;

		opts.lang = lang;
		(void)mailguard_new(&mg, &opts, err);
		return mg;
	}
	~MailGuard()
	{
		mailguard_free($self);
	}
	/* Stop, or allow again, all work of this handle; from any thread. */
	void interrupt(int on)
	{
		mailguard_interrupt($self, on);
	}
}
