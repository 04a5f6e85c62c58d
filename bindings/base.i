/* base.i - <mailguard/base.h>: the handle and the numbers of failures. */
%{
typedef struct mailguard MailGuard;

#define PY_LOCAL_TIME INT32_MIN

/* Of a zone that is a number, which is the payload itself. */
static int32_t py_fixed_offset(mailguard_time at, void *payload)
{
	(void)at;
	return (int32_t)(intptr_t)payload;
}

/* Of the system's zone, summer time and all. */
static int32_t py_local_offset(mailguard_time at, void *payload)
{
	time_t seconds = (time_t)(at / 1000000);
	struct tm local;

	(void)payload;
	return localtime_r(&seconds, &local) ? (int32_t)local.tm_gmtoff : 0;
}
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

%constant int LOCAL_TIME = PY_LOCAL_TIME;

%rename(version) mailguard_version;
/** The library's version, "0.1.0". */
const char *mailguard_version(void);

%nodefaultctor MailGuard;
%nodefaultdtor MailGuard;
/** The handle; immutable, may be shared by threads. */
typedef struct {} MailGuard;
%extend MailGuard {
	/** lang: of every text for people, "en" or "ja"; utc_offset: seconds
	 * east of UTC in which it tells times, LOCAL_TIME for the system's. */
	MailGuard(const char *lang, int32_t utc_offset, mailguard_error *err)
	{
		mailguard_options opts = MAILGUARD_OPTIONS_INIT;
		mailguard *mg;

		opts.lang = lang;
		opts.utc_offset = utc_offset == PY_LOCAL_TIME
		                          ? py_local_offset
		                          : py_fixed_offset;
		opts.payload = (void *)(intptr_t)utc_offset;
		(void)mailguard_new(&mg, &opts, err);
		return mg;
	}
	~MailGuard()
	{
		mailguard_free($self);
	}
	/** Stop, or allow again, all work of this handle; from any thread. */
	void interrupt(bool on)
	{
		mailguard_interrupt($self, on);
	}
}
