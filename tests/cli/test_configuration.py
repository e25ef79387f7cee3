"""`noroshi config check` and `config show`, from outside: what noroshid would read, and what it would refuse."""

import json
import re
import subprocess
import unittest
from pathlib import Path

from noroshi import NOROSHI, Case

NOROSHID = Path(NOROSHI).with_name("noroshid")


class Configuration(Case):
    def setUp(self):
        super().setUp()
        self.data = self.home / "data"

    def file(self, text):
        self.data.mkdir(exist_ok=True)
        path = self.data / "noroshi.toml"
        path.write_text(text)
        return path

    def config(self, *arguments, **variables):
        return self.noroshi("--lang", "en", "--data", self.data, "config", *arguments, **variables)

    def told(self, *arguments, **variables):
        return json.loads(self.config(*arguments, "--json", **variables)[1])

    def test_a_folder_that_is_not_there_yet_has_the_defaults_and_is_not_made(self):
        code, out, err = self.config("check")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(len(out.splitlines()), 1)
        for word in ("ok ", "no file", "127.0.0.1:8443", "private cluster", "h28, h30", "195 bodies"):
            self.assertIn(word, out)
        self.assertFalse(self.data.exists())

    def test_file_environment_and_flags_stand_above_each_other(self):
        path = self.file('[listen]\naddress = "127.0.0.1:1001"\n[targets]\n"g.2" = "PT45M"\n')
        code, out, _ = self.config("check")
        self.assertEqual(code, 0)
        for word in (str(path), "127.0.0.1:1001", "by the operator: 1"):
            self.assertIn(word, out)
        self.assertIn("127.0.0.1:1002", self.config("check", NOROSHI_LISTEN="127.0.0.1:1002")[1])
        self.assertIn("127.0.0.1:1003", self.config("check", "--listen", "127.0.0.1:1003", NOROSHI_LISTEN="127.0.0.1:1002")[1])
        other = self.write("other.toml", '[listen]\naddress = "127.0.0.1:1004"\n')
        self.assertIn("127.0.0.1:1004", self.config("check", "--config", other)[1])
        self.assertIn(str(other), self.config("check", NOROSHI_CONFIG=str(other))[1])

    def test_every_mistake_is_told_with_file_line_and_column_as_noroshid_tells_it(self):
        path = self.file('[listen]\naddress = "everywhere"\nadress = "127.0.0.1:1"\n\n[targets]\n"g.2" = "soon"\n[loud]\n')
        code, out, err = self.config("check", NOROSHI_LOG_LEVEL="loud")
        self.assertEqual((code, out), (78, ""))
        for place in (f"{path}:2:11: ", f"{path}:3:1: ", f"{path}:6:1: ", f"{path}:7:2: ", "NOROSHI_LOG_LEVEL: "):
            self.assertIn(place, err)
        daemon = subprocess.run([NOROSHID, "--data", self.data], capture_output=True, text=True, timeout=60,
                                env=self.environment(NOROSHI_LOG_LEVEL="loud"))
        self.assertEqual(daemon.returncode, 78)
        lines = lambda text: [line.removeprefix("noroshi:").strip() for line in text.splitlines()[1:]]
        self.assertEqual(lines(err), lines(daemon.stderr))
        mistakes = self.told("check", NOROSHI_LOG_LEVEL="loud")
        self.assertFalse(mistakes["ok"])
        self.assertIn((str(path), 3, 1), [(m["file"], m["line"], m["column"]) for m in mistakes["mistakes"]])
        self.assertEqual(len(mistakes["mistakes"]), 5)
        self.assertEqual(self.config("show", NOROSHI_LOG_LEVEL="loud")[0], 78)

    def test_targets_that_no_edition_has_and_files_that_are_not_there_are_told_together(self):
        path = self.file(f'[listen]\ncertificate = "none.pem"\nkey = "none.key"\n[targets]\n"z.9" = "PT1H"\n"r5:g.1" = "PT1H"\n')
        code, _, err = self.config("check")
        self.assertEqual(code, 78)
        for word in (f"{path}:5:1: ", f"{path}:6:1: ", f"{self.data}/none.pem: ", f"{self.data}/none.key: "):
            self.assertIn(word, err)
        code, _, err = self.config("check", "--registry", self.home / "r", "--editions", self.home / "e")
        self.assertEqual(code, 78)
        for word in ("r/organizations.csv: ", "r/supervision_scopes.csv: ", f"{self.home}/e: ", "none.pem"):
            self.assertIn(word, err)

    def test_a_certificate_and_a_key_that_do_not_belong_together_are_told(self):
        ours, strange = self.certificates.ours, self.certificates.strange
        self.file(f'[listen]\ncertificate = "{ours[0]}"\nkey = "{ours[1]}"\n')
        self.assertIn(str(ours[0]), self.config("check")[1])
        self.file(f'[listen]\ncertificate = "{ours[0]}"\nkey = "{strange[1]}"\n')
        code, _, err = self.config("check")
        self.assertEqual(code, 78)
        self.assertIn(str(strange[1]), err)

    def test_a_password_is_read_from_its_file_and_never_shown(self):
        secret = self.write("url", "postgresql://noroshi:geheim@db.example.jp/noroshi\n")
        path = self.file(f'[database]\nurl_file = "{secret}"\n')
        for command in ("check", "show"):
            for form in ((), ("--json",)):
                code, out, err = self.config(command, *form)
                self.assertEqual(code, 0, err)
                self.assertIn("db.example.jp", out)
                self.assertNotIn("geheim", out + err)
        secret.unlink()
        code, _, err = self.config("check")
        self.assertEqual(code, 78)
        self.assertIn(f"{path}:2:12: ", err)

    def test_what_is_shown_can_be_read_back(self):
        self.file('[listen]\nnames = ["a.example.jp"]\n[targets]\n"g.2" = "PT45M"\n"h28:g.1" = 600\n[log]\nlevel = "debug"\n')
        code, shown, err = self.config("show")
        self.assertEqual(code, 0, err)
        before = self.told("show")
        (self.data / "noroshi.toml").write_text(shown)
        after = self.told("show")
        self.assertEqual(after["configuration"], before["configuration"])
        self.assertEqual(after["configuration_sha256"], before["configuration_sha256"])
        self.assertEqual(before["configuration"]["targets"], {"g.2": "PT45M", "h28:g.1": "PT10M"})

    def test_every_duty_is_shown_with_its_target_its_default_and_whose_it_is(self):
        path = self.file('[targets]\n"g.2" = "PT45M"\n')
        code, shown, _ = self.config("show", NOROSHI_TARGETS_I="PT5M")
        self.assertEqual(code, 0)
        self.assertIn("目標", shown)
        self.assertIn("not numbers of the standard", shown)
        rows = {line.split()[1]: line for line in shown.splitlines() if re.match("# .* PT?[0-9]+[DHM] ", line)}
        self.assertRegex(rows["g.2"], rf"h30 +2\.2\.4\(2\)\(g\) 2 +- +PT45M +PT1H +the operator, {path}:2:1$")
        self.assertRegex(rows["g.3"], r"2\.2\.4\(2\)\(g\) 3 +- +PT30M +PT30M +the edition's default$")
        self.assertRegex(rows["i"], r"PT5M +PT15M +the operator, NOROSHI_TARGETS_I$")
        self.assertRegex(rows["h28:g.1"], r"h28 .* the edition's default$")
        self.assertRegex(rows["acknowledgement"], r"- +- +- +PT15M +PT15M +the default$")

        told = self.told("show", NOROSHI_TARGETS_I="PT5M")
        self.assertEqual([duty["key"] for duty in told["targets"]], list(rows))
        [g2] = [duty for duty in told["targets"] if duty["key"] == "g.2"]
        self.assertEqual(g2, {"key": "g.2", "edition": "h30", "rule": "g.2", "clause": "2.2.4(2)(g)", "sentence": 2,
                              "severity": None, "body": None, "target": "PT45M", "default": "PT1H", "set_by": "operator",
                              "set_at": {"file": str(path), "line": 2, "column": 1}, "target_is": "operator_target"})
        self.assertEqual({duty["set_by"] for duty in told["targets"]}, {"operator", "edition", "program"})
        self.assertIn("by the operator: 2;", self.config("check", NOROSHI_TARGETS_I="PT5M")[1])

    def test_targets_by_severity_and_by_body_stand_below_the_usual_one(self):
        path = self.file('[targets.severity.large_scale]\n"g.3" = "PT10M"\nacknowledgement = "PT5M"\n'
                         '[targets.body.mhlw]\n"g.3" = "PT20M"\n[followup]\ntarget = "PT12H"\n[inquiry]\nanswer = "PT6H"\n')
        told = self.told("show")["targets"]
        of = lambda key: [(t["severity"], t["body"], t["target"], t["set_by"], t["set_at"] and t["set_at"]["line"]) for t in told
                          if t["key"] == key]
        self.assertEqual(of("g.3"), [(None, None, "PT30M", "edition", None), ("large_scale", None, "PT10M", "operator", 2),
                                     (None, "mhlw", "PT20M", "operator", 5)])
        self.assertEqual(of("acknowledgement"), [(None, None, "PT15M", "program", None), ("large_scale", None, "PT5M", "operator", 3)])
        self.assertEqual(of("followup"), [(None, None, "PT12H", "operator", 7)])
        self.assertEqual(of("inquiry"), [(None, None, "PT6H", "operator", 9)])
        shown = self.config("show")[1]
        (self.data / "noroshi.toml").write_text(shown)
        self.assertEqual(self.config("show")[1].replace(f"{path}:", "").split("# 目標")[0], shown.split("# 目標")[0])
        self.file('[targets.body.nobody]\n"g.3" = "PT20M"\n')
        code, _, err = self.config("check")
        self.assertEqual(code, 78)
        self.assertIn(f"{path}:2:1: ", err)

    def test_a_key_that_names_its_edition_goes_before_the_short_one(self):
        path = self.file('[targets]\n"g.2" = "PT45M"\n"h30:g.2" = "PT40M"\n')
        [g2] = [duty for duty in self.told("show")["targets"] if (duty["edition"], duty["rule"]) == ("h30", "g.2")]
        self.assertEqual((g2["key"], g2["target"], g2["set_at"]["line"]), ("h30:g.2", "PT40M", 3), path)

    def test_without_a_folder_it_says_what_is_missing_as_noroshid_does(self):
        code, _, err = self.noroshi("config", "check")
        self.assertEqual(code, 78)
        self.assertIn("--data", err)
        self.assertEqual(self.noroshi("config", "check", NOROSHI_DATA=str(self.data))[0], 0)
        self.assertEqual(self.noroshi("config")[0], 2)


if __name__ == "__main__":
    unittest.main()
