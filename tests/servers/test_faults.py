"""Each fault of the matrix has a reason, a phase and a sentence of its own,
and docs/FAULTS.md says what the program says."""
import base64
import collections
import os
import unittest

import ask
import faults
import test_lab


class Faults(unittest.TestCase):
    """All of faults.MODES, and the page."""

    @classmethod
    def setUpClass(cls):
        ask.program()
        cls.modes = [m for m in faults.MODES
                     if faults.can_filter() or not faults.needs_filter(m)]
        cls.answers, cls.printed = faults.answers(cls.modes, cls.slow())

    @staticmethod
    def slow():
        """Greetings after 6 and 20 seconds: the default limits take both."""
        return faults.LATE if "MAILGUARD_TEST_QUICK" not in os.environ else ()

    def asked(self):
        return [m for m in self.modes if m.name in self.answers]

    def test_each_has_its_reason_its_phase_and_something_to_do(self):
        for mode in self.asked():
            answer = self.answers[mode.name]
            told = {k: answer[k] for k in ("reason", "phase", "message")}
            with self.subTest(mode.name):
                self.assertEqual(answer["reason"], mode.reason, told)
                self.assertEqual(answer["phase"], mode.phase, told)
                self.assertEqual(answer["ok"], mode.reason == "success")
                codes = [f["code"] for f in answer["findings"]]
                if mode.finding:
                    self.assertIn(mode.finding, codes)
                self.assertTrue(answer["message"])
                self.assertEqual(bool(answer["action"]),
                                 mode.reason != "success")

    def test_no_two_are_told_alike_without_a_stated_why(self):
        told = collections.defaultdict(list)
        for mode in faults.MODES:
            told[mode.reason, mode.phase].append(mode)
        for alike in told.values():
            without = [m.name for m in alike if not m.like]
            self.assertLessEqual(len(without), 1, without)
        self.assertGreaterEqual(len(told), 60)

    def test_the_page_says_what_the_program_says(self):
        page = faults.DOCS.read_text(encoding="utf-8")
        for mode in self.asked():
            with self.subTest(mode.name):
                self.assertIn(faults.row(mode, self.answers[mode.name]), page)
        for mode in faults.MODES:
            with self.subTest(mode.name):
                self.assertIn(f"\n| {mode.name} | {mode.words} |", page)

    def test_no_secret_is_printed(self):
        secret = ask.SECRET.encode()
        for form in (secret, base64.b64encode(secret),
                     base64.b64encode(b"\0ann\0" + secret)):
            self.assertNotIn(form.decode(), self.printed)


if __name__ == "__main__":
    unittest.main()
