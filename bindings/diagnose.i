/* diagnose.i - <mailguard/diagnose.h>: cases in, verdicts out. */
%{
typedef mailguard_cases Cases;
typedef mailguard_case Case;
typedef mailguard_verdict Verdict;
typedef mailguard_interview Ask;
%}

%newobject Cases::step;
%newobject Case::weigh;
%nodefaultctor Cases;
%nodefaultdtor Cases;
%nodefaultctor Case;
%nodefaultdtor Case;
%nodefaultctor Ask;
%nodefaultdtor Ask;
%thread Ask::question;
%nodefaultctor Verdict;
%nodefaultdtor Verdict;
%thread Case::weigh;

/** Cases of a JSON text, one a step; None behind the last. */
typedef struct {} Cases;
%extend Cases {
	Cases(MailGuard *mg, mailguard_span text, mailguard_error *err)
	{
		mailguard_cases *cases;

		(void)mailguard_cases_parse(&cases, mg, text, err);
		return cases;
	}
	~Cases()
	{
		mailguard_cases_free($self);
	}
	Case *step(mailguard_error *err)
	{
		mailguard_case *c;

		(void)mailguard_cases_next(&c, $self, err);
		return c;
	}
}

typedef struct {} Case;
%extend Case {
	~Case()
	{
		mailguard_case_free($self);
	}
	Verdict *weigh(mailguard_error *err)
	{
		mailguard_verdict *v;

		(void)mailguard_case_weigh(&v, $self, err);
		return v;
	}
}

typedef struct {} Verdict;
%extend Verdict {
	~Verdict()
	{
		mailguard_verdict_free($self);
	}
	mailguard_buffer *json(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_verdict_json(out, $self, err);
		return out;
	}
	mailguard_buffer *text(MailGuard *mg, mailguard_error *err)
	{
		mailguard_buffer *out;

		if (mailguard_buffer_new(&out, mg, err) < 0)
			return NULL;
		(void)mailguard_verdict_text(out, $self, err);
		return out;
	}
}

/** Questions about a case, one at a time. */
%pythonappend Ask::Ask %{ self._case = c %}
typedef struct {} Ask;
%extend Ask {
	Ask(Case *c, mailguard_error *err)
	{
		mailguard_interview *a;

		(void)mailguard_interview_new(&a, c, err);
		return a;
	}
	~Ask()
	{
		mailguard_interview_free($self);
	}
	/** The words of the next question; NULL: none would change anything. */
	const char *question(mailguard_error *err)
	{
		const mailguard_question *q;

		if (mailguard_interview_next(&q, $self, err) != MAILGUARD_OK)
			return NULL;
		return q->text;
	}
	void answer(const char *words, mailguard_error *err)
	{
		(void)mailguard_interview_answer($self, words, err);
	}
}
