/*
 * transcript.c - a finished transcript: counted, read by index, never changed.
 */
#include "net/transcript_own.h"

mailguard_transcript *mailguard_transcript_ref(mailguard_transcript *t)
{
	atomic_fetch_add_explicit(&t->holders, 1, memory_order_relaxed);
	return t;
}

void mailguard_transcript_free(mailguard_transcript *t)
{
	mailguard *mg;

	if (!t)
		return;
	if (atomic_fetch_sub_explicit(&t->holders, 1, memory_order_acq_rel) !=
	    1)
		return;
	mg = mgi_arena_handle(t->arena);
	mgi_free(mg, t->steps.at);
	mgi_free(mg, t->certificates.at);
	mgi_free(mg, t->faults.at);
	mgi_free(mg, t->records.at);
	mgi_buf_done(&t->body);
	mgi_arena_free(t->arena); /* `t` lies in it */
}

const mailguard_step *mailguard_transcript_step(const mailguard_transcript *t,
                                                size_t i)
{
	const mailguard_step *all = t->steps.at;

	return i < t->steps.count ? all + i : NULL;
}

const mailguard_tls_facts *mailguard_transcript_tls(
	const mailguard_transcript *t)
{
	return t->has_tls ? &t->tls : NULL;
}

const mailguard_certificate *mailguard_transcript_certificate(
	const mailguard_transcript *t,
	size_t i)
{
	const mailguard_certificate *all = t->certificates.at;

	return i < t->certificates.count ? all + i : NULL;
}

const mailguard_tls_fault *mailguard_transcript_fault(
	const mailguard_transcript *t,
	size_t i)
{
	const mailguard_tls_fault *all = t->faults.at;

	return i < t->faults.count ? all + i : NULL;
}

const mailguard_record *mailguard_transcript_record(
	const mailguard_transcript *t,
	size_t i)
{
	const mailguard_record *all = t->records.at;

	return i < t->records.count ? all + i : NULL;
}

const mailguard_endpoint *mailguard_transcript_endpoint(
	const mailguard_transcript *t)
{
	return &t->endpoint;
}

const char *mailguard_transcript_address(const mailguard_transcript *t)
{
	return t->address;
}

mailguard_span mailguard_transcript_body(const mailguard_transcript *t)
{
	return mgi_buf_span(&t->body);
}

mailguard_time mailguard_transcript_begin(const mailguard_transcript *t)
{
	return t->begin;
}

mailguard_phase mailguard_transcript_reached(const mailguard_transcript *t)
{
	return t->reached;
}
