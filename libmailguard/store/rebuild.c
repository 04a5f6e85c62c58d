/*
 * rebuild.c - a store into a new one of its own kind, for readers that can.
 */
#include "store/driver.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"

mailguard_status mailguard_store_rebuild(mailguard_salvage_report *out,
                                         mailguard_store *store,
                                         const char *dest,
                                         const mailguard_salvage_options *opts,
                                         mailguard_error *err)
{
	const mgi_store_more *more = store->reader->more;
	mailguard_salvage_options own;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	if (!dest || !dest[0])
		return mgi_fail(err, store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "dest");
	memset(&own, 0, sizeof(own));
	st = mgi_options_copy(&own, sizeof(own), opts, store->mg, err);
	if (st < 0)
		return st;
	if (!more || !more->rebuild)
		return mgi_fail(err, store->mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_REBUILD_FORMAT, "path", store->path);
	return more->rebuild(out, store, dest, &own, err);
}
