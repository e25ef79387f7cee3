"""Commands at the machine, with a real daemon and a real PostgreSQL: token, migrate, doctor, demo; and the terminal's
commands against that daemon."""

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from noroshi import NOROSHI, REPORT, Case

NOROSHID = Path(NOROSHI).with_name("noroshid")


class Daemon:
    def __init__(self, data):
        self.log = open(f"{data}.log", "ab")
        self.process = subprocess.Popen([NOROSHID, "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("noroshid ready "):
            raise AssertionError(Path(f"{data}.log").read_text())
        self.url = line.split()[2]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.log.close()
        return code


class Machine(Case):
    """One data folder for the class: making a cluster takes a second or two."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As root the cluster runs as user postgres, who must be able to pass.
        folder = Path(tempfile.mkdtemp(prefix="noroshi-machine-"))
        os.chmod(folder, 0o755)
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.data = folder / "data"

    def at(self, *arguments, data=None, **options):
        return self.noroshi("--data", data or self.data, *arguments, **options)

    def issue(self, organization, role, *arguments):
        code, out, err = self.at("token", "issue", "--org", organization, "--role", role, *arguments)
        self.assertEqual(code, 0, err)
        self.assertRegex(out, r"\Anoroshi_[0-9a-f]{32}_[A-Za-z0-9_-]{43}\n\Z")
        return out.strip()

    def start(self):
        daemon = Daemon(self.data)
        self.addCleanup(lambda: daemon.process.poll() is None and daemon.stop())
        return daemon

    def person(self, daemon, organization, role):
        token = self.write(f"{organization}.{role}", self.issue(organization, role) + "\n")
        return ("--url", daemon.url, "--token-file", token, "--ca", self.data / "tls/ca.pem")

    def test_a_token_issued_before_the_daemon_ever_ran_is_good_and_a_revoked_one_is_not(self):
        token = self.issue("jps", "csirt_member", "--name", "当直", "--expires", "P1D")
        daemon = self.start()
        file = self.write("t", token)
        asked = ("inbox", "--url", daemon.url, "--token-file", file, "--ca", self.data / "tls/ca.pem")
        self.assertEqual(self.noroshi(*asked)[0], 0)
        listed = json.loads(self.at("--json", "token", "list")[1])["items"]
        [ours] = [t for t in listed if t["id"].replace("-", "") == token.split("_")[1]]
        self.assertEqual((ours["organization"], ours["role"], ours["name"]), ("jps", "csirt_member", "当直"))
        self.assertNotIn(token.split("_")[2], json.dumps(listed))
        self.assertEqual(self.at("token", "revoke", ours["id"])[0], 0)
        self.assertEqual(self.at("token", "revoke", ours["id"])[0], 1)
        # The daemon may remember a good token for a second.
        for _ in range(100):
            if self.noroshi(*asked)[0] == 77:
                break
        else:
            self.fail("a revoked token is still good")
        self.assertEqual(daemon.stop(), 0)

    def test_a_role_that_does_not_fit_the_body_is_exit_2(self):
        for arguments in (("--org", "jps", "--role", "center_liaison"), ("--org", "jps", "--role", "cymat_member"),
                          ("--org", "nobody", "--role", "reporter"), ("--org", "jps", "--role", "king"),
                          ("--org", "jps", "--role", "reporter", "--expires", "soon")):
            code, out, err = self.at("token", "issue", *arguments)
            self.assertEqual((code, out), (2, ""), err)
        self.assertEqual(self.noroshi("token", "issue", "--org", "jps", "--role", "reporter")[0], 2)
        self.assertEqual(self.at("token", "revoke", "nonsense")[0], 2)

    def test_people_posts_and_turns_of_duty_from_the_terminal(self):
        daemon = self.start()
        head = self.person(daemon, "mhlw", "csirt_head")
        ciso = self.person(daemon, "mhlw", "ciso")
        done = lambda *arguments: self.noroshi(*arguments)
        code, out, err = done("user", "add", "--name", "厚生労働 花子", "--skill", "forensics", "--skill", "ログ解析", *head)
        self.assertEqual(code, 0, err)
        person = out.strip()
        self.assertRegex(person, r"\A[0-9a-f-]{36}\Z")
        self.assertEqual(done("user", "appoint", person, "--post", "exception_officer", "--ground", "office", *head)[0], 77)
        code, out, err = done("user", "appoint", person, "--post", "csirt_head", "--ground", "expertise", *ciso)
        self.assertEqual(code, 0, err)
        appointment = out.strip()
        self.assertEqual(done("user", "appoint", *ciso)[0], 2)
        for arguments in (("user", "train", person, "--kind", "csirt", "--course", "研修", "--completed", "2018-06-01T00:00:00+09:00",
                           "--valid-until", "2099-06-01T00:00:00+09:00"),
                          ("user", "change", person, "--clearance", "yes")):
            self.assertEqual(done(*arguments, *head)[0], 0)
        code, out, err = done("roster", "add", person, "--post", "csirt_head", "--from", "2098-01-01T09:00:00+09:00", "--until",
                              "2098-01-01T17:00:00+09:00", *head)
        self.assertEqual(code, 0, err)
        shift = out.strip()
        self.assertIn("厚生労働 花子", done("roster", "show", "--at", "2098-01-01T10:00:00+09:00", *head)[1])
        self.assertIn("DTSTART:20980101T000000Z", done("roster", "calendar", *head)[1])
        self.assertIn("csirt_head", done("user", "list", *head)[1])
        self.assertIn("研修", done("user", "show", person, *head)[1])

        listed = self.write("people.csv", "name,employment,post,ground\n名簿 一,employee,csirt_member,expertise\n名簿 二,king,,\n")
        code, out, err = done("user", "import", listed, "--dry-run", *head)
        self.assertNotEqual(code, 0)
        self.assertIn("/3/employment", out + err)
        listed = self.write("people.csv", "name,employment,post,ground\n名簿 一,employee,csirt_member,expertise\n")
        self.assertEqual(done("user", "import", listed, "--dry-run", *head)[0], 0)
        self.assertNotIn("名簿 一", done("user", "export", *head)[1])
        self.assertEqual(done("user", "import", listed, *head)[0], 0)
        self.assertIn("名簿 一", done("user", "export", *head)[1])

        # A token that is bound to a person bears the name; of another body it is not issued.
        self.issue("mhlw", "csirt_head", "--person", person)
        [bound] = [t for t in json.loads(self.at("--json", "token", "list")[1])["items"] if t["person"] == person]
        self.assertEqual(bound["name"], "厚生労働 花子")
        for organization, whom in (("jps", person), ("mhlw", "0198f3a0-bd00-7000-8000-000000000101"), ("mhlw", "花子")):
            code, out, err = self.at("token", "issue", "--org", organization, "--role", "csirt_head", "--person", whom)
            self.assertEqual((code, out), (2, ""), err)

        self.assertEqual(done("roster", "cancel", shift, "--reason", "病気", *head)[0], 0)
        self.assertEqual(done("user", "appoint", "--end", appointment, "--reason", "交代", *ciso)[0], 0)
        self.assertEqual(done("user", "leave", person, "--reason", "異動", *ciso)[0], 0)
        self.assertNotIn("花子", done("user", "list", *head)[1])
        self.assertIn("花子", done("user", "list", "--left", *head)[1])
        self.assertEqual(self.at("record", "verify", "--tables")[0], 0)
        self.assertEqual(daemon.stop(), 0)

    def test_a_report_goes_its_way_from_terminal_to_terminal(self):
        daemon = self.start()
        jps = self.person(daemon, "jps", "csirt_member")
        mhlw = self.person(daemon, "mhlw", "csirt_member")
        report = self.write("report.json", json.dumps(dict(REPORT, reference="CLI-1", cyberattack="possible")))
        code, out, err = self.noroshi("report", "submit", report, "--queue", self.queue, *jps)
        self.assertEqual(code, 0, err)
        number = re.search(r"JPS-\d+-\d+", out)[0]
        self.assertIn("2.2.4(2)(g) 2", out)
        self.assertIn("厚生労働省 (mhlw)", out)

        self.assertIn(number, self.noroshi("report", "show", "CLI-1", *jps)[1])
        self.assertIn(number, self.noroshi("report", "show", number, *mhlw)[1])
        self.assertEqual(self.noroshi("report", "show", "CLI-none", *jps)[0], 1)

        [message] = json.loads(self.noroshi("inbox", "--json", *mhlw)[1])["items"]
        self.assertEqual(message["from"], "jps")
        self.assertIn(REPORT["title"], self.noroshi("inbox", "show", message["id"], *mhlw)[1])
        self.assertEqual(self.noroshi("inbox", "ack", message["id"], "--by", "当直", *mhlw)[0], 0)
        self.assertEqual(self.noroshi("inbox", "--unacknowledged", *mhlw)[1], "受信箱は空です。\n")
        duties = json.loads(self.noroshi("obligations", "--holder", "jps", "--overdue", "--json", *jps)[1])["items"]
        self.assertIn("2.2.4(2)(h)", {duty["clause"] for duty in duties})
        self.assertTrue(all(duty["overdue"] and duty["holder"] == "jps" for duty in duties))
        self.assertIn("期限超過", self.noroshi("obligations", *jps)[1])
        self.assertEqual(self.noroshi("alarms", *jps)[0], 0)
        self.assertEqual(daemon.stop(), 0)

    def test_duties_are_met_judged_and_waived_from_the_terminal(self):
        daemon = self.start()
        jps, mhlw, nco = (self.person(daemon, *who) for who in
                          (("jps", "csirt_member"), ("mhlw", "csirt_member"), ("nco", "center_liaison")))
        report = self.write("report.json", json.dumps(dict(REPORT, reference="CLI-2", assessment="possible", cyberattack="unknown")))
        self.assertEqual(self.noroshi("report", "submit", report, "--queue", self.queue, *jps)[0], 0)

        # Judged, it opens duties; the incident is named by the body's own reference.
        code, out, err = self.noroshi("incident", "assess", "CLI-2", "--assessment", "incident", "--cyberattack", "possible",
                                      "--large-scale", "property:feared:may_be", "--reason", "解析の結果", *jps)
        self.assertEqual(code, 0, err)
        number = re.search(r"JPS-\d+-\d+", out)[0]
        self.assertIn("2.2.4(2)(g) 2", out)
        self.assertIn("警視庁", out)
        self.assertEqual(self.noroshi("incident", "move", number, "--to", "contained", "--reason", "隔離", *jps)[0], 0)

        # Every mistake, in the caller's language; nothing was done.
        duties = lambda holder, who: json.loads(self.noroshi("obligations", "--json", "--holder", holder, "--state", "open", *who)[1])["items"]
        relay = next(duty["id"] for duty in duties("mhlw", mhlw) if duty["rule"] == "g.3" and duty["number"] == number)
        code, out, err = self.noroshi("obligation", "fulfill", relay, "--method", "pigeon", "--at", "yesterday", *mhlw)
        self.assertEqual((code, out), (2, ""))
        for place in ("/method", "/at"):
            self.assertIn(place, err)
        english = self.noroshi("--lang", "en", "obligation", "fulfill", relay, "--method", "pigeon", "--at", "yesterday", *mhlw)[2]
        self.assertIn("must be one of", english)
        self.assertNotEqual(err, english)

        # Relayed, it is in the centre's inbox; the same key again does it once.
        fulfill = ("obligation", "fulfill", relay, "--method", "relay", "--note", "詳細確認中", "--key", "CLI-2-relay", *mhlw)
        code, out, err = self.noroshi(*fulfill)
        self.assertEqual(code, 0, err)
        self.assertIn("国家サイバー統括室 (nco) の受信箱に送信しました", out)
        self.assertEqual(self.noroshi(*fulfill)[0], 0)
        arrived = [m for m in json.loads(self.noroshi("inbox", "--json", *nco)[1])["items"] if m["number"] == number]
        self.assertEqual([message["kind"] for message in arrived], ["relay"])
        self.assertIn("履行: relay", self.noroshi("obligation", "show", relay, *mhlw)[1])
        self.assertEqual(self.noroshi("obligation", "fulfill", relay, "--method", "relay", *nco)[0], 77)
        self.assertEqual(self.noroshi("obligation", "show", "0190163d-8694-739b-9bea-966c26f8ad02", *mhlw)[0], 1)

        # A waiver is asked for by one person and decided by another.
        police = next(duty["id"] for duty in duties("jps", jps) if duty["rule"] == "h" and duty["number"] == number)
        officer = self.person(daemon, "jps", "exception_officer")
        decide = ("waiver", "decide", police, "--decision", "approved", "--reason", "確認済み")
        self.assertEqual(self.noroshi(*decide, *officer)[0], 1)
        self.assertEqual(self.noroshi("waiver", "ask", police, "--reason", "別件で届出済み", *jps)[0], 0)
        self.assertIn("別件で届出済み", self.noroshi("obligation", "show", police, *officer)[1])
        self.assertEqual(self.noroshi(*decide, *jps)[0], 77)
        code, out, err = self.noroshi(*decide, *officer)
        self.assertEqual(code, 0, err)
        self.assertIn("例外措置", out)
        self.assertEqual(daemon.stop(), 0)

    def test_a_running_daemon_tells_the_configuration_that_config_show_tells(self):
        daemon = self.start()
        token = self.issue("nco", "operator")
        context = ssl.create_default_context(cafile=self.data / "tls/ca.pem")
        request = urllib.request.Request(f"{daemon.url}/version", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            running = json.load(answer)["configuration_sha256"]
        show = lambda listen: json.loads(self.at("--json", "config", "show", "--listen", listen)[1])["configuration_sha256"]
        self.assertEqual(show("127.0.0.1:0"), running)
        self.assertNotEqual(show("127.0.0.1:1"), running)
        self.assertEqual(daemon.stop(), 0)

    def test_the_doctor_finds_a_healthy_folder_healthy_and_names_what_is_not(self):
        self.start().stop()
        self.issue("nco", "center_liaison")
        code, out, err = self.at("--json", "doctor")
        self.assertEqual(code, 0, out + err)
        outcomes = {item["check"]: item["outcome"] for item in json.loads(out)["items"]}
        self.assertEqual(outcomes, dict.fromkeys(
            ("law", "programs", "folder", "disk", "certificate", "database", "migrations", "clock", "record", "center", "zones", "content"),
            "good"))

        certificate = self.data / "tls/server.pem"
        good = certificate.read_bytes()
        certificate.write_bytes(b"nonsense")
        os.chmod(self.data, 0o777)
        code, out, _ = self.at("--json", "doctor", "--registry", self.home)
        certificate.write_bytes(good)
        os.chmod(self.data, 0o711)
        self.assertEqual(code, 1)
        bad = {item["check"]: item["remedy"] for item in json.loads(out)["items"] if item["outcome"] == "bad"}
        self.assertEqual(set(bad), {"law", "folder", "certificate"})
        self.assertIn("chmod go-w", bad["folder"])
        self.assertTrue(all(bad.values()))

        code, _, _ = self.at("doctor", data=self.home / "none")
        self.assertEqual(code, 1)
        self.assertFalse((self.home / "none").exists(), "the doctor makes nothing")

    def test_the_doctor_names_what_gives_the_centre_somebody_who_hears(self):
        data = self.data.parent / "unheard"
        self.assertEqual(self.at("migrate", data=data)[0], 0)
        code, out, _ = self.at("--json", "doctor", data=data)
        self.assertEqual(code, 1)
        bad = {item["check"]: item["remedy"] for item in json.loads(out)["items"] if item["outcome"] == "bad"}
        self.assertEqual(bad, {"center": "noroshi token issue --org nco --role center_liaison"})
        add = ("account", "add", "--org", "nco", "--role", "center_liaison", "--login", "duty-1", "--url", "https://localhost:8443")
        self.assertEqual(self.at(*add, data=data)[0], 0)
        code, out, _ = self.at("--json", "doctor", data=data)
        self.assertEqual(code, 1, "an account that nobody has set up hears nothing")
        [bad] = [item for item in json.loads(out)["items"] if item["outcome"] == "bad"]
        self.assertIn("nco/duty-1", bad["what"])
        self.assertIn("noroshi account link nco/duty-1", bad["remedy"])
        self.assertEqual(self.at("token", "issue", "--org", "nco", "--role", "center_liaison", data=data)[0], 0)
        code, out, _ = self.at("--json", "doctor", data=data)
        self.assertEqual(code, 0, out)

    def test_a_link_names_where_the_daemon_serves_whatever_the_configuration_says(self):
        daemon = self.start()  # --listen 127.0.0.1:0: a port that no file knows
        port = daemon.url.rsplit(":", 1)[1]
        code, link, err = self.at("account", "add", "--org", "jps", "--role", "csirt_member", "--login", "served-1")
        self.assertEqual(code, 0, err)
        self.assertTrue(link.startswith(f"https://localhost:{port}/set-up/"), link)
        link = self.at("account", "link", "jps/served-1")[1]
        self.assertTrue(link.startswith(f"https://localhost:{port}/set-up/"), link)
        code, out, _ = self.at("account", "list")
        self.assertRegex(out, r"jps/served-1 +CSIRT職員 \(csirt_member\) .*設定用リンクあり")
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse((self.data / "address").exists())
        link = self.at("account", "link", "jps/served-1")[1]
        self.assertTrue(link.startswith("https://localhost:8443/set-up/"), link)

    def test_migrate_tells_what_it_would_do_then_does_it_once(self):
        data = self.data.parent / "fresh"
        planned = self.at("--json", "migrate", "--dry-run", data=data)[1].splitlines()
        self.assertGreater(len(planned), 0)
        applied = self.at("--json", "migrate", data=data)[1].splitlines()
        self.assertEqual([json.loads(p)["sha256"] for p in planned], [json.loads(a)["sha256"] for a in applied])
        self.assertEqual(self.at("--json", "migrate", data=data), (0, "", ""))


class Demo(Case):
    # "  2020-05-11 10:45  ▲ level 2  nisc center_liaison: …"
    ALARM = re.compile(r"^  (\S+ \S+)  ▲ level ([\d-]+)  (\S+) (\S+): (.*)$", re.M)

    def folder(self):
        folder = Path(tempfile.mkdtemp(prefix="noroshi-demo-"))
        os.chmod(folder, 0o755)
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def start(self, data, *options):
        process = subprocess.Popen(self.command("--data", data, "demo", "--listen", "127.0.0.1:0", *options),
                                   stdout=subprocess.PIPE, text=True, env=self.environment())
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return process

    def get(self, url, data, token, path):
        context = ssl.create_default_context(cafile=data / "tls/ca.pem")
        secret = (data / "tokens" / token).read_text().strip()
        request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {secret}"})
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return json.load(answer), answer.headers

    def enter(self, url, data, code):
        request = urllib.request.Request(f"{url}/api/v1/set-up/{code}/demonstration", b"{}", {"Content-Type": "application/json"})
        context = ssl.create_default_context(cafile=data / "tls/ca.pem")
        with urllib.request.urlopen(request, context=context, timeout=60) as answer:
            return json.load(answer), answer.headers["Set-Cookie"]

    def test_a_folder_that_is_no_demonstrations_is_left_alone(self):
        mine = self.folder() / "mine"
        mine.mkdir()
        (mine / "file").write_text("precious")
        self.assertEqual(self.noroshi("--data", mine, "demo", "--exit")[0], 2)
        self.assertEqual([path.name for path in mine.iterdir()], ["file"])

    def test_the_cases_are_replayed_once_with_their_alarms_and_then_served_until_it_is_told_to_end(self):
        data = self.folder() / "demo"
        code, out, err = self.noroshi("--data", data, "demo", "--exit", "--lang", "en", "--listen", "127.0.0.1:0")
        self.assertEqual(code, 0, err)
        # Lateness comes out of the program: three days until the ministry knew, eighteen until the centre did.
        self.assertIn("jps → mhlw  2.2.4(2)(g) sentence 2  fulfilled [LATE by 2d 21h]", out)
        self.assertIn("mhlw → nisc  2.2.4(2)(g) sentence 3  fulfilled [LATE by 18d]", out)
        self.assertIn("sentence 1 (a step to itself)  fulfilled", out)
        self.assertIn("nco [formerly nisc]", out)
        self.assertEqual(oct(os.stat(data / "tokens/jps.csirt_member").st_mode & 0o777), "0o600")

        # Every alarm in the minute in which its clock rings, and who heard while the desk was silent.
        alarms = [match.groups() for match in self.ALARM.finditer(out)]
        self.assertEqual(len(set(alarms)), len(alarms))
        for alarm in [("2020-05-11 10:15", "1", "mhlw", "csirt_member", "2.2.4(2)(g) 2 not acknowledged by mhlw [due now]"),
                      ("2020-05-11 10:30", "2", "mhlw", "csirt_head", "2.2.4(2)(g) 2 not acknowledged by mhlw [15m late]"),
                      ("2020-05-11 10:45", "3", "mhlw", "ciso", "2.2.4(2)(g) 2 not acknowledged by mhlw [30m late]"),
                      ("2020-05-11 10:45", "2", "nisc", "center_liaison", "mhlw → nisc 2.2.4(2)(g) 3 not relayed [15m late]"),
                      ("2020-05-12 11:00", "4", "mhlw", "csirt_head", "no follow-up of jps [1h late]"),
                      ("2023-06-22 16:00", "4", "nisc", "center_liaison",
                       "kahaku → police-tokyo 2.2.4(2)(h) not met [1h late]")]:
            self.assertIn(alarm, alarms)
        self.assertNotIn("body_without_person", out)
        for delay in re.findall(r"the latest rose ([\d.]+) s after its moment", out):
            self.assertLess(float(delay), 5)
        self.assertIn("mhlw, above the desk: csirt_head on 2020-05-11 10:30, ciso on 2020-05-11 10:45 would have heard, the "
                      "first 30m after the first report. As it happened: 2020-05-25 10:00, 13d 23h later.", out)
        self.assertIn("nisc: center_liaison on 2020-05-11 10:45 would have heard", out)

        self.assertNotIn("https://", out, "no link to a daemon that has ended")
        self.assertIn("Without --exit", out)

        def served():
            process, text = self.start(data), ""
            for line in process.stdout:
                text += line
                if "Ctrl-C" in line:
                    break
            return process, text, re.findall(r"^  (https://\S+)$", text, re.M)[-1]

        process, again, url = served()
        self.assertIn("前回の実行で再現済み", again)
        self.assertIn("国家サイバー統括室 (nco)［旧 nisc］", again)
        duties = lambda text, heading: re.findall(r"^  .* → .*$", text[text.index(heading):], re.M)
        self.assertEqual(len(duties(again, "センター（NISC")), len(duties(out, "The duties as the centre")))
        listed, headers = self.get(url, data, "mhlw.external_contact", "/api/v1/alarms?limit=200")
        self.assertIsNone(headers["Noroshi-Clock"])
        clocks = [tuple(item[name] for name in ("incident_id", "obligation_id", "code", "level", "organization", "due_at", "raised_at"))
                  for item in listed["items"]]
        self.assertGreater(len(clocks), 10)
        self.assertEqual(len(set(clocks)), len(clocks))
        # A link for each role signs in, as often as it is opened; the same link in each run.
        links = lambda text: re.findall(r"^  (\w+) +(\S+) +https://localhost:\d+/set-up/([\w-]{43})$", text, re.M)
        self.assertEqual(len(links(again)), 14)
        [(_, body, code)] = [link for link in links(again) if link[0] == "center_liaison"]
        for _ in range(2):
            session, cookie = self.enter(url, data, code)
            self.assertEqual((session["organization"]["id"], session["role"], session["clock_shifted"]), (body, "center_liaison", False))
            self.assertIn("HttpOnly; SameSite=Strict", cookie)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0)
        with self.assertRaises(OSError):
            self.get(url, data, "mhlw.external_contact", "/api/v1/alarms")
        process, third, _ = served()
        self.assertEqual(links(third), links(again))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_at_speed_alarms_rise_while_the_clock_runs_and_ctrl_c_ends_it_in_order(self):
        data = self.folder() / "demo"
        process = self.start(data, "--speed", "20000", "--lang", "en")
        out = ""
        for line in process.stdout:
            out += line
            if "no follow-up of jps" in line:  # a day of the story after the report
                break
        process.send_signal(signal.SIGINT)
        out += process.stdout.read()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn("the next run replays the cases from the start", out.lower())

        # The step happens at its time, whatever a round trip takes.
        self.assertIn("mhlw → nisc  2.2.4(2)(g) sentence 3  open, due 2020-05-11 10:30", out)
        alarms = [match.groups() for match in self.ALARM.finditer(out)]
        self.assertEqual(len(set(alarms)), len(alarms))
        heard = {}
        for at, level, organization, role, _ in alarms:
            heard.setdefault((organization, role), at)
        self.assertEqual(heard["jps", "csirt_member"], "2020-05-11 10:00")
        for who in ("mhlw", "csirt_head"), ("mhlw", "ciso"), ("nisc", "center_liaison"):
            # A second of ours is five and a half hours.
            self.assertGreaterEqual(heard[who], "2020-05-11 10:30")
            self.assertLess(heard[who], "2020-05-11 22:00")
        self.assertIn("mhlw → nisc 2.2.4(2)(g) 3 not relayed", out)
        delays = [float(delay) for delay in re.findall(r"\(([\d.]+) s after its moment\)", out)]
        self.assertEqual(len(delays), len(alarms))
        self.assertLess(max(delays), 5)

        # What is left stands in the story, and says so.
        daemon = Daemon(data)
        self.addCleanup(daemon.stop)
        listed, headers = self.get(daemon.url, data, "mhlw.csirt_member", "/api/v1/alarms?limit=200")
        self.assertEqual(headers["Noroshi-Clock"], "shifted")
        self.assertTrue(all(item["raised_at"].startswith("2020-05-1") for item in listed["items"]))


if __name__ == "__main__":
    unittest.main()
