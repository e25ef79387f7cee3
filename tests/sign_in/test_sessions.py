"""Persons who sign in, with a real daemon and a real PostgreSQL: set-up links, sessions, back-off, and what a page of another
origin cannot do."""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "processes"))

from harness import Deployment, plain_environment  # noqa: E402
from browser import COOKIE, COOKIE_OF_DEMONSTRATION, Browser, code_of, stream_of, totp  # noqa: E402

NOROSHI = os.environ["NOROSHI"]
NOROSHID = os.environ["NOROSHID"]
PASSPHRASE = "kettle orbit velvet anchor"
PATIENCE = 10.0


def until(holds, patience=PATIENCE):
    """Asks again until it holds; the value."""
    deadline = time.monotonic() + patience
    while True:
        if value := holds():
            return value
        if time.monotonic() > deadline:
            raise AssertionError("it did not come to hold in time")
        time.sleep(0.05)


class Scene(unittest.TestCase):
    """One daemon for a class."""

    @classmethod
    def setUpClass(cls):
        cls.deployment = Deployment(NOROSHID, NOROSHI)
        cls.addClassCleanup(cls.deployment.clear_away)
        cls.deployment.start()

    @classmethod
    def command(cls, *arguments):
        done = subprocess.run([NOROSHI, "--lang", "en", "--data", cls.deployment.data, *arguments], capture_output=True, text=True,
                              timeout=60, env=plain_environment())
        return done.returncode, done.stdout, done.stderr

    def browser(self, **options):
        return Browser(self.deployment.port, self.deployment.data / "tls" / "ca.pem", **options)

    @property
    def page(self):
        return f"https://localhost:{self.deployment.port}"

    def add(self, login, role="csirt_member", organization="jps", *others):
        """The code of the account's set-up link."""
        code, out, err = self.command("account", "add", "--org", organization, "--role", role, "--login", login, "--url", self.page,
                                      *others)
        self.assertEqual(code, 0, err)
        self.assertRegex(out, rf"\A{re.escape(self.page)}/set-up/[A-Za-z0-9_-]{{43}}\n\Z")
        return code_of(out)

    def set_up(self, login, *others, passphrase=PASSPHRASE, browser=None, step=-1):
        """A browser that is signed in, and the secret of its codes; the code used is that of an earlier step, so that the present
        one is still good."""
        browser = browser or self.browser()
        code = self.add(login, *others)
        shown = browser.ask("GET", f"/set-up/{code}").json
        secret, state = shown["totp"]["secret"], shown["totp"]["state"]
        answer = browser.ask("POST", f"/set-up/{code}/passphrase",
                             {"passphrase": passphrase, "code": totp(secret, step=step), "state": state})
        self.assertEqual(answer.status, 200, answer.body)
        return browser, secret

    def sign_in(self, login, secret, passphrase=PASSPHRASE, step=0, browser=None):
        browser = browser or self.browser()
        return browser, browser.ask("POST", "/session/passphrase",
                                    {"login": login, "passphrase": passphrase, "code": totp(secret, step=step)})

    def move_clock(self, interval):
        self.deployment.sql(f"SELECT show_clock(clock() + interval '{interval}', 1);")


class Sessions(Scene):
    def test_a_link_gives_credentials_once_and_signs_in(self):
        browser = self.browser()
        code = self.add("duty-1", "csirt_member", "jps", "--name", "当直 一号")
        shown = browser.ask("GET", f"/set-up/{code}")
        self.assertEqual(shown.status, 200)
        shown = shown.json
        self.assertEqual((shown["organization"]["id"], shown["role"], shown["name"], shown["login"], shown["demonstration"]),
                         ("jps", "csirt_member", "当直 一号", "jps/duty-1", False))
        self.assertEqual(shown["totp"]["uri"],
                         f"otpauth://totp/Noroshi:jps%2Fduty-1?secret={shown['totp']['secret']}&issuer=Noroshi")
        self.assertEqual(shown["passkey"]["rp_id"], "localhost")
        secret, state = shown["totp"]["secret"], shown["totp"]["state"]
        for passphrase, digits, pointer in (("too short", totp(secret), "/passphrase"), (PASSPHRASE, "000000", "/code"),
                                            ("パスワード" * 2 + "四文字だ", totp(secret), "/passphrase")):
            refused = browser.ask("POST", f"/set-up/{code}/passphrase",
                                  {"passphrase": passphrase, "code": digits, "state": state})
            self.assertEqual((refused.status, [error["pointer"] for error in refused.json["errors"]]), (422, [pointer]))
        for guessable in ("a" * 20, "abcabcabcabcabcabc", "1234567890123456", "qwertyuiopasdfgh", "the words of DUTY-1 today",
                          "correct horse battery staple"):
            refused = browser.ask("POST", f"/set-up/{code}/passphrase", {"passphrase": guessable, "code": totp(secret), "state": state})
            self.assertEqual((refused.status, [(error["pointer"], error["code"]) for error in refused.json["errors"]]),
                             (422, [("/passphrase", "guessable")]))
        done = browser.ask("POST", f"/set-up/{code}/passphrase",
                           {"passphrase": PASSPHRASE, "code": totp(secret), "state": state})
        self.assertEqual(done.status, 200, done.body)
        [cookie] = done.cookies
        self.assertRegex(cookie, rf"\A{COOKIE}=[0-9a-f]{{32}}_[A-Za-z0-9_-]{{43}}; Path=/; Secure; HttpOnly; SameSite=Strict\Z")
        session = browser.ask("GET", "/session").json
        self.assertEqual(session, done.json)
        self.assertEqual(session["organization"],
                         {"id": "jps", "name": session["organization"]["name"], "name_ja": "日本年金機構",
                          "name_en": session["organization"]["name_en"], "kind": session["organization"]["kind"]})
        self.assertEqual((session["role"], session["login"], session["person"], session["clock_shifted"], session["methods"]),
                         ("csirt_member", "jps/duty-1", None, False, {"passkeys": 0, "passphrase": True}))
        for again in (browser.ask("GET", f"/set-up/{code}"), browser.ask("GET", "/set-up/" + "x" * 43),
                      browser.ask("POST", f"/set-up/{code}/passphrase",
                                  {"passphrase": PASSPHRASE, "code": totp(secret), "state": state}),
                      browser.ask("POST", f"/set-up/{code}/demonstration", {})):
            self.assertEqual((again.status, again.code), (404, "set_up_not_found"))

    def test_who_looked_at_a_link_has_no_secret_of_the_account(self):
        code, other = self.add("looked-at"), self.add("looked-at-too")
        look = lambda link: self.browser().ask("GET", f"/set-up/{link}").json["totp"]
        seen, shown, elsewhere = look(code), look(code), look(other)
        self.assertEqual(len({totp["secret"] for totp in (seen, shown, elsewhere)}), 3)
        self.assertEqual(len({totp["state"] for totp in (seen, shown, elsewhere)}), 3)
        send = lambda digits, state: self.browser().ask("POST", f"/set-up/{code}/passphrase",
                                                        {"passphrase": PASSPHRASE, "code": digits, **state})
        for secret, state, pointer in ((seen["secret"], {"state": shown["state"]}, "/code"),
                                       (elsewhere["secret"], {"state": elsewhere["state"]}, "/state"),
                                       (shown["secret"], {"state": shown["state"][:-4] + "AAAA"}, "/state"),
                                       (shown["secret"], {}, "/state")):
            refused = send(totp(secret), state)
            self.assertEqual((refused.status, [error["pointer"] for error in refused.json["errors"]]), (422, [pointer]))
        self.assertEqual(send(totp(shown["secret"], step=-1), {"state": shown["state"]}).status, 200)
        self.assertEqual(self.sign_in("jps/looked-at", seen["secret"])[1].status, 401)
        self.assertEqual(self.sign_in("jps/looked-at", shown["secret"])[1].status, 200)

    def test_signing_in_and_out(self):
        first, secret = self.set_up("in-and-out")
        browser, answer = self.sign_in("jps/in-and-out", secret)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(browser.ask("GET", "/inbox").status, 200)
        self.assertEqual(browser.ask("DELETE", "/session", csrf=False).code, "csrf_token_required")
        kept = browser.cookie
        gone = browser.ask("DELETE", "/session")
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assertEqual(gone.cookies, [f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"])
        # At once, though good sessions are remembered for a second.
        for path in ("/session", "/inbox"):
            answer = self.browser().ask("GET", path, headers={"Cookie": f"{COOKIE}={kept}"})
            self.assertEqual((answer.status, answer.code), (401, "no_session"))
        self.assertEqual(first.ask("GET", "/inbox").status, 200)  # the other session goes on

    def test_everywhere(self):
        first, secret = self.set_up("everywhere")
        second, answer = self.sign_in("jps/everywhere", secret)
        self.assertEqual(answer.status, 200)
        self.assertEqual(second.ask("GET", "/inbox").status, 200)
        self.assertEqual(first.ask("DELETE", "/session/all").status, 204)
        for browser in (first, second):
            self.assertEqual(browser.ask("GET", "/session").code, "no_session")

    def test_an_open_stream_ends_with_its_session(self):
        def follow_another_link(login, _):
            link = code_of(self.command("account", "link", f"jps/{login}", "--url", self.page)[1])
            shown = self.browser().ask("GET", f"/set-up/{link}").json["totp"]
            done = self.browser().ask("POST", f"/set-up/{link}/passphrase",
                                      {"passphrase": PASSPHRASE, "code": totp(shown["secret"]), "state": shown["state"]})
            self.assertEqual(done.status, 200, done.body)

        for login, end in (("streaming-1", lambda login, browser: browser.ask("DELETE", "/session")),
                           ("streaming-2", lambda login, browser: browser.ask("DELETE", "/session/all")),
                           ("streaming-3", follow_another_link),
                           ("streaming-4", lambda login, browser: self.command("account", "revoke", f"jps/{login}"))):
            with self.subTest(login):
                browser, _ = self.set_up(login)
                before = time.monotonic()
                stream = stream_of(browser)
                end(login, browser)
                since = time.monotonic()
                while stream.read1(65536):
                    pass
                # A second, and what a busy machine takes; an end by the ten seconds of tokens would come later than that.
                self.assertLess(time.monotonic() - since, 4 + (since - before) / 2)

    def test_what_changes_something_needs_the_token_of_this_session(self):
        browser, secret = self.set_up("csrf")
        other, _ = self.sign_in("jps/csrf", secret)
        report = {"reference": "CSRF-1", "stage": "first", "title": "試験", "assessment": "incident",
                  "times": {"recognized": {"value": "2026-01-05T09:00:00+09:00"}}}
        key = lambda: {"Idempotency-Key": os.urandom(16).hex()}
        for headers, code in (({}, "csrf_token_required"), ({"X-CSRF-Token": "x" * 43}, "csrf_token_required"),
                              ({"X-CSRF-Token": other.csrf}, "csrf_token_required"),
                              ({"X-CSRF-Token": browser.csrf, "Origin": "https://evil.example"}, "foreign_origin"),
                              ({"X-CSRF-Token": browser.csrf, "Origin": "null"}, "foreign_origin"),
                              ({"X-CSRF-Token": browser.csrf, "Sec-Fetch-Site": "cross-site"}, "foreign_origin"),
                              ({"X-CSRF-Token": browser.csrf, "Sec-Fetch-Site": "same-site"}, "foreign_origin")):
            with self.subTest(headers=headers):
                answer = browser.ask("POST", "/reports", report, headers={**headers, **key()}, csrf=False, origin=False)
                self.assertEqual((answer.status, answer.code), (403, code))
        for options in ({}, {"origin": False}):
            answer = browser.ask("POST", "/reports", {**report, "reference": f"CSRF-{len(options)}"}, headers=key(), **options)
            self.assertEqual(answer.status, 201, answer.body)
        # Nobody is signed in by a page of another origin either.
        answer = browser.ask("POST", "/session/passphrase", {"login": "jps/csrf", "passphrase": PASSPHRASE, "code": "000000"},
                             headers={"Origin": "https://evil.example"})
        self.assertEqual((answer.status, answer.code), (403, "foreign_origin"))

    def test_a_token_goes_before_a_cookie_and_is_none(self):
        browser, _ = self.set_up("beside-token")
        token = self.deployment.issue_token("mhlw", "csirt_member")
        answer = browser.ask("GET", "/session", headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(answer.code, "no_session")
        self.assertEqual(browser.ask("GET", "/inbox", headers={"Authorization": "Bearer nonsense"}).code, "token_invalid")
        for cookie in (f"{COOKIE}={token}", f"{COOKIE}={browser.cookie}; {COOKIE}={browser.cookie}", f"{COOKIE}=", "other=1"):
            answer = self.browser().ask("GET", "/inbox", headers={"Cookie": cookie})
            self.assertEqual(answer.status, 401, cookie)
        for bearer in (browser.cookie, f"session:{browser.cookie}", f"noroshi_{browser.cookie}"):
            answer = self.browser().ask("GET", "/inbox", headers={"Authorization": f"Bearer {bearer}"})
            self.assertEqual(answer.code, "token_invalid")

    def test_a_code_is_good_once_and_beside_its_time(self):
        _, secret = self.set_up("once")
        now = totp(secret)
        browser = self.browser()
        credentials = {"login": "jps/once", "passphrase": PASSPHRASE, "code": now}
        self.assertEqual(browser.ask("POST", "/session/passphrase", credentials).status, 200)
        again = browser.ask("POST", "/session/passphrase", credentials)
        self.assertEqual((again.status, again.code), (401, "sign_in_refused"))
        # The one before is used up too; the next one is good, however it is typed.
        self.assertEqual(self.sign_in("jps/once", secret, step=-1)[1].status, 401)
        following = totp(secret, step=1)
        typed = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in following[:3]) + " " + following[3:]
        self.assertEqual(browser.ask("POST", "/session/passphrase", {**credentials, "login": "ＪＰＳ/once", "code": typed}).status, 200)

    def test_failures_are_waited_out_and_tell_nothing(self):
        _, secret = self.set_up("guessed")
        texts = {}
        for login in ("nonsense", "jps/nobody", "jps/guessed"):
            texts[login], failures, failed_at = set(), 0, 0.0
            while True:
                since = time.monotonic()
                answer = self.browser().ask("POST", "/session/passphrase",
                                            {"login": login, "passphrase": "wrong horse battery staple", "code": "000000"})
                texts[login].add((answer.status, answer.body))
                wait = 2 ** (failures - 4) if failures > 4 else 0
                if answer.status == 429:
                    break
                # A slow machine may have waited it out, and nothing else lets anybody try again.
                self.assertEqual(answer.status, 401)
                self.assertTrue(wait == 0 or time.monotonic() - failed_at >= wait, failures)
                failures, failed_at = failures + 1, since
            self.assertGreaterEqual(failures, 5)
            self.assertIn(int(answer.headers["Retry-After"]), range(1, wait + 1))
        self.assertEqual(texts["jps/guessed"], texts["jps/nobody"])
        self.assertEqual(texts["jps/guessed"], texts["nonsense"])
        self.assertEqual(len(texts["nonsense"]), 2)
        # With the right passphrase too, until it has passed; then it is good, and the failures are forgotten.
        self.deployment.sql("UPDATE sign_in_try SET failures = 10;")  # so that no slow machine waits it out: 64 seconds
        self.assertEqual(self.sign_in("jps/guessed", secret)[1].code, "sign_in_later")
        self.move_clock("65 seconds")
        self.assertEqual(self.sign_in("jps/guessed", "A" * 32)[1].code, "sign_in_refused")
        answer = self.sign_in("jps/guessed", secret)[1]
        self.assertEqual((answer.status, answer.code), (429, "sign_in_later"))
        self.assertGreater(int(answer.headers["Retry-After"]), 64)
        self.move_clock("129 seconds")
        self.assertEqual(self.sign_in("jps/guessed", secret)[1].status, 200)
        ours = " UNION ALL ".join(f"SELECT sha256('{login}')" for login in texts)
        self.assertEqual(self.deployment.sql(f"SELECT failures FROM sign_in_try WHERE login_sha256 IN ({ours});"), ["10", "10"])

    def test_a_login_that_nobody_has_takes_the_same_time(self):
        self.set_up("timed")
        times = {"jps/timed": [], "jps/untimed": [], "no-login": []}
        for _ in range(4):
            for login, taken in times.items():
                since = self.processor_time()
                answer = self.browser().ask("POST", "/session/passphrase",
                                            {"login": login, "passphrase": "wrong horse battery staple", "code": "000000"})
                taken.append(self.processor_time() - since)
                self.assertEqual(answer.status, 401)
        least = {login: min(taken) for login, taken in times.items()}
        self.assertLess(max(least.values()), 2 * min(least.values()), times)
        self.assertGreater(min(least.values()), 0.03)  # a derivation was done for each

    def processor_time(self):
        """Of the daemon, in seconds: what else the machine does is not in it."""
        fields = Path(f"/proc/{self.deployment.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_logins_that_nobody_has_keep_nobody_out(self):
        _, secret = self.set_up("crowded")
        ending, heard = threading.Event(), []

        def crowd(number):
            browser, tries = self.browser(address=f"127.0.1.{number}", timeout=120), 0
            while not ending.is_set():
                tries += 1
                answer = browser.ask("POST", "/session/passphrase",
                                     {"login": f"jps/crowd-{number}-{tries}", "passphrase": PASSPHRASE, "code": "000000"})
                heard.append((answer.status, answer.body))

        threads = [threading.Thread(target=crowd, args=(number,)) for number in range(1, 25)]
        try:
            for thread in threads:
                thread.start()
            until(lambda: len(heard) >= 8, patience=60)
            entered = [self.sign_in("jps/crowded", secret, step=step, browser=self.browser(address="127.0.2.1", timeout=120))[1]
                       for step in (0, 1)]
        finally:
            ending.set()
            for thread in threads:
                thread.join()
        self.assertEqual([answer.status for answer in entered], [200, 200], [answer.body for answer in entered])
        self.assertEqual({status for status, _ in heard}, {401})
        self.assertEqual(len({body for _, body in heard}), 1)

    def test_a_revoked_account_has_no_session_within_a_second(self):
        browser, secret = self.set_up("revoked")
        self.assertEqual(browser.ask("GET", "/inbox").status, 200)
        self.assertEqual(self.command("account", "revoke", "jps/revoked")[0], 0)
        since = time.monotonic()
        until(lambda: browser.ask("GET", "/inbox").status == 401)
        self.assertLess(time.monotonic() - since, 1.5)
        self.assertEqual(self.sign_in("jps/revoked", secret)[1].status, 401)
        self.assertEqual(self.command("account", "revoke", "jps/revoked")[0], 1)
        self.assertEqual(self.command("account", "link", "jps/revoked", "--url", self.page)[0], 1)
        left = self.deployment.sql("SELECT count(*) FROM account a LEFT JOIN web_session w ON w.token = a.token"
                                   " WHERE a.login = 'revoked' AND (a.passphrase_hash IS NOT NULL OR w.id IS NOT NULL);")
        self.assertEqual(left, ["0"])
        self.add("revoked")  # the login is free again

    def test_two_sessions_of_one_account_are_one_person(self):
        head, secret = self.set_up("eyes-1", "csirt_head", "mhlw")
        other, answer = self.sign_in("mhlw/eyes-1", secret)
        self.assertEqual(answer.status, 200)
        second, _ = self.set_up("eyes-2", "ciso", "mhlw")
        asked = head.ask("POST", "/relay-switch", {"switched_on": True, "reason": "試験"})
        self.assertEqual(asked.status, 201, asked.body)
        where = f"/relay-switch/{asked.json['id']}/decision"
        for browser in (head, other):
            refused = browser.ask("POST", where, {"decision": "approved", "reason": "試験"})
            self.assertEqual((refused.status, refused.code), (409, "four_eyes"))
        self.assertEqual(second.ask("POST", where, {"decision": "approved", "reason": "試験"}).status, 201)

    def test_nothing_of_it_stands_in_the_log_and_little_at_rest(self):
        _, secret = self.set_up("unlogged", passphrase="a passphrase that nobody logs")
        _, answer = self.sign_in("jps/unlogged", secret, passphrase="a passphrase that nobody logs")
        self.assertEqual(answer.status, 200)
        log = self.deployment.log.read_text()
        for word in ("unlogged", secret, "nobody logs", answer.cookies[0].split("=")[1].split(";")[0]):
            self.assertNotIn(word, log)
        raw = base64.b32decode(secret).hex()
        [row] = self.deployment.sql("SELECT to_jsonb(a) FROM account a WHERE login = 'unlogged';")
        self.assertNotIn(raw, row)

    def test_accounts_at_the_machine(self):
        self.add("listed", "csirt_member", "jps", "--name", "一覧", "--expires", "P90D")
        code, out, _ = self.command("--json", "account", "list")
        [ours] = [item for item in json.loads(out)["items"] if item["login"] == "jps/listed"]
        self.assertEqual((ours["role"], ours["name"], ours["passphrase"], ours["link_waits"], ours["revoked_at"]),
                         ("csirt_member", "一覧", False, True, None))
        self.assertNotIn("jps/listed", self.command("--json", "token", "list")[1])
        self.assertNotIn(ours["token"], self.command("--json", "token", "list")[1])
        base = ("account", "add", "--url", self.page)
        for arguments, expected in ((("--org", "jps", "--role", "csirt_member", "--login", "listed"), 1),
                                    (("--org", "jps", "--role", "csirt_member", "--login", "Listed"), 2),
                                    (("--org", "jps", "--role", "csirt_member", "--login", "a/b"), 2),
                                    (("--org", "jps", "--role", "center_liaison", "--login", "wrong"), 2),
                                    (("--org", "nobody", "--role", "csirt_member", "--login", "wrong"), 2)):
            self.assertEqual(self.command(*base, *arguments)[0], expected, arguments)


class MovedClock(Scene):
    """A daemon that found its clock moved remembers nothing for a second."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deployment.sql("SELECT show_clock(clock() + interval '1 day', 1);")
        cls.deployment.stop()
        cls.deployment.start()

    def test_a_session_ends_by_itself(self):
        idle, secret = self.set_up("ending")
        busy, answer = self.sign_in("jps/ending", secret)
        self.assertEqual((answer.status, answer.json["clock_shifted"], busy.cookie_name), (200, True, COOKIE_OF_DEMONSTRATION))
        # A real daemon on another port of this host is not given it, and what that one gave is none here.
        self.assertEqual(self.browser().ask("GET", "/session", headers={"Cookie": f"{COOKIE}={busy.cookie}"}).status, 401)
        answers = []
        for _ in range(15):
            self.move_clock("50 minutes")
            answers.append(busy.ask("GET", "/session").status)
        self.assertEqual(answers, [200] * 14 + [401])  # 11:40, and 12:30
        gone = idle.ask("GET", "/session")
        self.assertEqual((gone.status, [cookie.partition("=")[0] for cookie in gone.cookies]), (401, [COOKIE_OF_DEMONSTRATION]))

    def test_a_session_that_nobody_uses_ends_after_an_hour(self):
        browser, _ = self.set_up("idle")
        for _ in range(2):
            self.move_clock("59 minutes")
            self.assertEqual(browser.ask("GET", "/session").status, 200)
        self.move_clock("61 minutes")
        self.assertEqual(browser.ask("GET", "/session").code, "no_session")

    def test_a_new_link_ends_what_was_before_when_it_is_followed(self):
        browser, secret = self.set_up("linked")
        code, out, err = self.command("account", "link", "jps/linked", "--url", self.page)
        self.assertEqual(code, 0, err)
        self.assertEqual(browser.ask("GET", "/session").status, 200)
        self.assertEqual(self.sign_in("jps/linked", secret)[1].status, 200)
        link = code_of(out)
        shown = self.browser().ask("GET", f"/set-up/{link}").json["totp"]
        fresh = shown["secret"]
        self.assertNotEqual(fresh, secret)
        other = "another passphrase of mine"
        done = self.browser().ask("POST", f"/set-up/{link}/passphrase", {"passphrase": other, "code": totp(fresh, step=-1),
                                                                                "state": shown["state"]})
        self.assertEqual(done.status, 200, done.body)
        self.assertEqual(browser.ask("GET", "/session").status, 401)
        self.assertEqual(self.sign_in("jps/linked", secret, step=1)[1].status, 401)
        self.assertEqual(self.sign_in("jps/linked", fresh, passphrase=other)[1].status, 200)
        # A link is good for half an hour, and only the last one.
        first = code_of(self.command("account", "link", "jps/linked", "--url", self.page)[1])
        second = code_of(self.command("account", "link", "jps/linked", "--url", self.page)[1])
        self.assertEqual(self.browser().ask("GET", f"/set-up/{first}").status, 404)
        self.assertEqual(self.browser().ask("GET", f"/set-up/{second}").status, 200)
        self.move_clock("31 minutes")
        self.assertEqual(self.browser().ask("GET", f"/set-up/{second}").status, 404)


if __name__ == "__main__":
    unittest.main()
