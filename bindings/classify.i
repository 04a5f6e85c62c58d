/* classify.i - <mailguard/classify.h>: failures explained. */
%{
typedef mailguard_classifier Classifier;
%}

%nodefaultctor Classifier;
%nodefaultdtor Classifier;
%thread Classifier::explain_json;
%thread Classifier::explain_text;

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
