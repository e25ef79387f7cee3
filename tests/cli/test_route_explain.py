"""`noroshi route explain`, from outside: one object or JSON Lines, and the exit code for each."""

import json
import subprocess
import unittest

from noroshi import Case

FACTS = {
    "organization": "jps",
    "times": {"recognized": {"value": "2018-08-01T09:00:00+09:00"}},
    "assessment": "incident",
    "cyberattack": "possible",
    "large_scale": [{"criterion": "property", "harm": "feared", "certainty": "may_be"}],
}


def steps(answer):
    return [(o["clause"], o.get("sentence"), o["holder"], o["recipient"]) for o in answer["obligations"]]


class RouteExplain(Case):
    def test_the_whole_chain_of_a_corporations_incident_is_told(self):
        code, out, _ = self.noroshi("route", "explain", self.write("facts.json", json.dumps(FACTS)))
        self.assertEqual(code, 0)
        answer = json.loads(out)
        self.assertEqual(answer["edition"], "h30")
        self.assertEqual(steps(answer), [
            ("2.2.4(2)(g)", 2, "jps", "mhlw"),
            ("2.2.4(2)(g)", 3, "mhlw", "nisc"),
            ("2.2.4(2)(h)", None, "jps", "police-tokyo"),
            ("2.2.4(2)(i)", None, "mhlw", "cas-jitai"),
        ])
        self.assertEqual([o["target"] for o in answer["obligations"][:2]], ["PT1H", "PT30M"])

    def test_an_object_over_many_lines_has_one_answer_on_one_line(self):
        code, out, _ = self.noroshi("route", "explain", "-", stdin=json.dumps(FACTS, indent=2, ensure_ascii=False))
        self.assertEqual(code, 0)
        self.assertEqual(len(out.splitlines()), 1)

    def test_json_lines_get_an_answer_a_line_in_order_and_bad_ones_their_errors(self):
        other = dict(FACTS, organization="mhlw")
        lines = [json.dumps(FACTS), "", "{bad", json.dumps(other), json.dumps(dict(FACTS, surprise=1)), "nonsense"]
        code, out, _ = self.noroshi("route", "explain", "-", stdin="\r\n".join(lines))
        self.assertEqual(code, 2)
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(answers), 5)
        self.assertEqual(answers[0]["obligations"][0]["holder"], "jps")
        self.assertIn("errors", answers[1])
        self.assertEqual(answers[2]["obligations"][0]["holder"], "mhlw")
        self.assertEqual(answers[3]["errors"][0]["pointer"], "/surprise")
        self.assertIn("errors", answers[4])

    def test_a_broken_object_over_many_lines_is_one_mistake_at_its_place(self):
        text = json.dumps(FACTS, indent=2).replace('"incident",', '"incident"')
        code, out, _ = self.noroshi("--lang", "en", "route", "explain", "-", stdin=text)
        self.assertEqual(code, 2)
        errors = json.loads(out)["errors"]
        self.assertEqual(len(errors), 1)
        self.assertIn("Line 9", errors[0]["message"])

    def test_an_edition_can_be_named_and_a_time_at_which_bodies_stand(self):
        old = self.noroshi("route", "explain", "-", "--edition", "h28", stdin=json.dumps(FACTS))
        self.assertEqual(old[0], 0)
        self.assertEqual(json.loads(old[1])["edition"], "h28")
        self.assertEqual(steps(json.loads(old[1])), [])
        today = self.noroshi("route", "explain", "-", "--at", "2026-01-01T00:00:00+09:00", stdin=json.dumps(FACTS))
        self.assertIn(("2.2.4(2)(g)", 3, "mhlw", "nco"), steps(json.loads(today[1])))

    def test_what_was_asked_wrongly_is_exit_2_and_told(self):
        facts = self.write("facts.json", json.dumps(FACTS))
        for arguments, word in ((["--edition", "r9"], "h30"), (["--at", "yesterday"], "--at"), (["--nonsense"], "nonsense")):
            code, out, err = self.noroshi("route", "explain", facts, *arguments)
            self.assertEqual((code, out), (2, ""))
            self.assertIn(word, err)
        self.assertEqual(self.noroshi("route", "explain", self.home / "none")[0], 2)
        self.assertEqual(self.noroshi("route", "explain", "-", stdin="")[0], 2)
        self.assertEqual(self.noroshi("route")[0], 2)

    def test_a_registry_with_a_mistake_is_exit_78_and_every_mistake_is_told(self):
        code, _, err = self.noroshi("route", "explain", "-", "--registry", self.home, "--editions", self.home / "no",
                                    stdin=json.dumps(FACTS))
        self.assertEqual(code, 78)
        for word in ("organizations.csv", "supervision_scopes.csv", str(self.home / "no")):
            self.assertIn(word, err)

    def test_reasons_are_japanese_unless_english_is_asked_for(self):
        asked = lambda **v: self.noroshi("route", "explain", "-", stdin=json.dumps(FACTS), **v)[1]
        self.assertIn("評価した", asked())
        self.assertNotIn("評価した", asked(LANG="en_US.UTF-8"))
        self.assertNotIn("評価した", asked(LC_ALL="en_GB.UTF-8", LANG="ja_JP.UTF-8"))

    def test_ten_thousand_facts_are_answered_one_by_one(self):
        line = json.dumps(FACTS)
        code, out, _ = self.noroshi("route", "explain", "-", stdin="\n".join([line] * 10_000))
        self.assertEqual(code, 0)
        answers = out.splitlines()
        self.assertEqual(len(answers), 10_000)
        self.assertEqual(len(set(answers)), 1)

    def test_an_answer_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(self.command("route", "explain", "-"), input=json.dumps(FACTS), text=True, stdout=full,
                                  stderr=subprocess.PIPE, env=self.environment(), timeout=60)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
