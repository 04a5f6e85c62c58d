/* classify.i - <mailguard/classify.h>: failures explained. */
%{
typedef mailguard_classifier Classifier;
%}

%nodefaultctor Classifier;
%nodefaultdtor Classifier;
%thread Classifier::explain_json;
%thread Classifier::explain_text;
%thread Classifier::bounce_json;

/** The built-in tables and one's own; in one thread at a time. */
typedef struct {} Classifier;
%extend Classifier {
	Classifier(MailGuard *mg, mailguard_error *err)
	{
		mailguard_classifier *c;

		(void)mailguard_classifier_new(&c, mg, err);
		return c;
	}
	~Classifier()
	{
		mailguard_classifier_free($self);
	}
	/** Rows of a table of one's own, columns as in data/codes. */
	void add_rows(mailguard_span tsv, mailguard_error *err)
	{
		(void)mailguard_classifier_add($self, tsv, err);
	}
	/** A mail as what it may be: JSON objects, one a recipient. */
	mailguard_buffer *bounce_json(MailGuard *mg, mailguard_span mail,
	                              mailguard_error *err)
	{
		mailguard_source *source;
		mailguard_bounce *b = NULL;
		mailguard_buffer *out;
		mailguard_status st;
		size_t i = 0;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		st = mailguard_source_memory(&source, mg, mail, NULL, NULL,
		                             err);
		if (st == MAILGUARD_OK) {
			st = mailguard_bounce_read(&b, $self, source, err);
			mailguard_source_free(source);
		}
		for (; st == MAILGUARD_OK &&
		       mailguard_bounce_record_at(b, i); i++)
			st = mailguard_bounce_json(out, b, i, "", 1, err);
		if (b)
			mailguard_bounce_free(b);
		return out;
	}
	/** The explanation as a JSON object. */
	mailguard_buffer *explain_json(MailGuard *mg, const char *phase,
	                               mailguard_span text,
	                               mailguard_error *err)
	{
		mailguard_explanation *e;
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		if (mailguard_explain(&e, $self, mailguard_phase_find(phase),
		                      text, err) == MAILGUARD_OK) {
			(void)mailguard_explanation_json(out, e, err);
			mailguard_explanation_free(e);
		}
		return out;
	}
}
