"""mailguard.weigh: who is at fault."""
import json
import pickle
import unittest

import mailguard

CLOUD = {
    "id": "cloud",
    "accounts": {
        "a1": {"sv": "S1", "pv": "P1", "st": "m1"},
        "a2": {"sv": "S2", "pv": "P2", "st": "m2"},
        "a3": {"sv": "S3", "pv": "P3", "st": "m3"},
    },
    "stores": {"m1": "cloud", "m2": "cloud", "m3": "local"},
    "observations": [
        {"t": "op", "a": "a1", "dir": "in", "r": "fail"},
        {"t": "op", "a": "a2", "dir": "in", "r": "fail"},
        {"t": "op", "a": "a3", "dir": "in", "r": "ok"},
        {"t": "probe", "sv": "S1", "pv": "P1", "dir": "in", "ph": "auth",
         "r": "ok", "a": "a1"},
        {"t": "probe", "sv": "S2", "pv": "P2", "dir": "in", "ph": "auth",
         "r": "ok", "a": "a2"},
        {"t": "store", "st": "m1", "r": "damaged"},
        {"t": "store", "st": "m2", "r": "damaged"},
        {"t": "store", "st": "m3", "r": "ok"},
    ],
}


class Ask(unittest.TestCase):
    def test_questions_lead_to_the_folder_without_a_probe(self):
        case = {"accounts": {
            f"a{i}": {"sv": f"S{i}", "pv": f"P{i}", "st": f"m{i}"}
            for i in range(1, 5)}, "observations": []}
        answers = {"receive": "1 2 3", "send": "1,2,3", "OneDrive": "1 2 a3"}
        ask, n = mailguard.Ask(case), 0
        while ask.verdict().grade != "likely":
            question = ask.question()
            self.assertIsNotNone(question)
            n += 1
            ask.answer(next((a for k, a in answers.items() if k in question),
                            "?"))
        self.assertLessEqual(n, 6)
        self.assertEqual(ask.verdict().components[0].name, "sync:cloud")

    def test_what_is_no_answer_is_refused_and_the_question_stays(self):
        ask = mailguard.Ask({"accounts": CLOUD["accounts"],
                             "observations": []})
        question = ask.question()
        with self.assertRaises(mailguard.InvalidArgument):
            ask.answer("nobody@example.com")
        self.assertEqual(ask.question(), question)


class Weigh(unittest.TestCase):
    def test_files_in_a_cloud_folder_are_blamed_servers_cleared(self):
        (v,) = mailguard.weigh(CLOUD)
        self.assertEqual((v.id, v.fault_domain, v.grade),
                         ("cloud", "local_store", "certain"))
        self.assertEqual(v.components[0].name, "sync:cloud")
        self.assertIn("server:S1", v.cleared)
        self.assertTrue(v.evidence and v.next and v.avoid)

    def test_text_and_list_give_the_same(self):
        one = list(mailguard.weigh(CLOUD))
        self.assertEqual(list(mailguard.weigh(json.dumps(CLOUD))), one)
        self.assertEqual(list(mailguard.weigh([CLOUD, CLOUD])), one + one)

    def test_a_verdict_reads_as_text(self):
        (v,) = mailguard.weigh(CLOUD, lang="ja")
        self.assertRegex(str(v), "[ぁ-ん]")
        self.assertEqual(pickle.loads(pickle.dumps(v)), v)

    def test_a_bad_word_is_named(self):
        bad = dict(CLOUD, observations=[{"t": "oops", "r": "ok"}])
        with self.assertRaises(mailguard.FormatError) as caught:
            list(mailguard.weigh(bad))
        self.assertIn("oops", str(caught.exception))

    def test_text_that_is_no_json_is_refused(self):
        with self.assertRaises(mailguard.FormatError) as caught:
            list(mailguard.weigh("{"))
        self.assertEqual(caught.exception.code[:5], "json.")


if __name__ == "__main__":
    unittest.main()
