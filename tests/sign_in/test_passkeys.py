"""Passkeys with a real daemon: made, used, and wrong in one thing at a time; and the links of a demonstration."""

import unittest

from browser import COOKIE_OF_DEMONSTRATION, Authenticator, base64url, from_base64url
from test_sessions import PASSPHRASE, Scene


class Passkeys(Scene):
    def enrol(self, login, authenticator, browser=None):
        browser = browser or self.browser()
        code = self.add(login)
        options = browser.ask("GET", f"/set-up/{code}").json["passkey"]
        self.assertEqual((options["rp_id"], options["algorithms"], options["user_verification"]),
                         ("localhost", [-7, -8, -257], "required"))
        answer = browser.ask("POST", f"/set-up/{code}/passkey", authenticator.make(options, browser.origin))
        return browser, code, answer

    def options(self, browser):
        answer = browser.ask("POST", "/session/passkey/options", {})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def test_each_algorithm(self):
        for algorithm, login in ((-7, "es256"), (-8, "eddsa"), (-257, "rs256")):
            with self.subTest(login):
                authenticator = Authenticator(algorithm)
                browser, code, answer = self.enrol(login, authenticator)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(answer.json["methods"], {"passkeys": 1, "passphrase": False})
                self.assertEqual(browser.ask("GET", "/inbox").status, 200)
                self.assertEqual(browser.ask("GET", f"/set-up/{code}").code, "set_up_not_found")
                other = self.browser()
                answer = other.ask("POST", "/session/passkey", authenticator.get(self.options(other), other.origin))
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(answer.json["login"], f"jps/{login}")
                self.assertEqual(other.ask("GET", "/inbox").status, 200)

    def refused(self, given, browser=None):
        browser = browser or self.browser()
        answer = browser.ask("POST", "/session/passkey", given)
        self.assertEqual((answer.status, answer.code, browser.cookie), (401, "sign_in_refused", None))
        return answer.body

    def test_what_is_wrong_is_refused_with_one_text(self):
        authenticator, stranger = Authenticator(), Authenticator()
        _, _, answer = self.enrol("spoilt", authenticator)
        self.assertEqual(answer.status, 200, answer.body)
        browser = self.browser()
        texts = set()

        def signed(options=None, origin=None, flags=0x05, spoil=lambda given: None):
            given = authenticator.get(options or self.options(browser), origin or browser.origin, flags)
            spoil(given)
            texts.add(self.refused(given))

        signed(origin="https://evil.example")
        signed(origin=browser.origin.replace("https", "http"))
        signed(origin=f"https://localhost:{self.deployment.port + 1}")  # another server of this machine
        signed(origin="https://localhost")
        signed(flags=0x01)
        signed(flags=0x04)
        signed({**self.options(browser), "rp_id": "evil.example"})
        signed({**self.options(browser), "challenge": base64url(b"x" * 32)})
        signed({**self.options(browser), "state": self.options(browser)["state"]})
        signed(spoil=lambda given: given.update(user_handle=base64url(b"x" * 16)))
        signed(spoil=lambda given: given.update(id=base64url(b"x" * 32)))
        signed(spoil=lambda given: given.update(signature=base64url(bytes([from_base64url(given["signature"])[0] ^ 1]) +
                                                                     from_base64url(given["signature"])[1:])))
        signed(spoil=lambda given: given.update(authenticator_data=given["authenticator_data"][:40]))
        # Of a set-up link: for another purpose.
        code = self.add("other-purpose")
        signed(browser.ask("GET", f"/set-up/{code}").json["passkey"])
        # A stranger's key for that credential.
        stranger.id, stranger.user, stranger.counter = authenticator.id, authenticator.user, 1000
        texts.add(self.refused(stranger.get(self.options(browser), browser.origin)))
        self.assertEqual(len(texts), 1)
        # None of it has done harm.
        answer = browser.ask("POST", "/session/passkey", authenticator.get(self.options(browser), browser.origin))
        self.assertEqual(answer.status, 200, answer.body)

    def test_an_answer_is_good_once_and_a_counter_rises(self):
        authenticator = Authenticator()
        self.enrol("counting", authenticator)
        browser = self.browser()
        given = authenticator.get(self.options(browser), browser.origin)
        self.assertEqual(browser.ask("POST", "/session/passkey", given).status, 200)
        self.refused(given)
        authenticator.counter -= 1  # one that was cloned counts on from where it was
        self.refused(authenticator.get(self.options(browser), browser.origin))
        authenticator.counter += 5
        self.assertEqual(browser.ask("POST", "/session/passkey", authenticator.get(self.options(browser), browser.origin)).status, 200)
        # One that does not count is good; one that stops counting is not.
        still = Authenticator()
        self.enrol("still", still)
        for expected in (200, 200):
            still.counter = -1
            answer = self.browser().ask("POST", "/session/passkey", still.get(self.options(browser), browser.origin))
            self.assertEqual(answer.status, expected)
        authenticator.counter = -1
        self.refused(authenticator.get(self.options(browser), browser.origin))
        # An answer that is given again when the authenticator does not count is refused by its challenge.
        still.counter = -1
        given = still.get(self.options(browser), browser.origin)
        self.assertEqual(self.browser().ask("POST", "/session/passkey", given).status, 200)
        self.refused(given)

    def test_a_bad_registration_leaves_the_link_good(self):
        authenticator, browser = Authenticator(), self.browser()
        code = self.add("registering")
        ask = lambda: browser.ask("GET", f"/set-up/{code}").json["passkey"]
        where = f"/set-up/{code}/passkey"
        for given, pointer in ((authenticator.make(ask(), "https://evil.example"), "/attestation_object"),
                               (authenticator.make(ask(), browser.origin, flags=0x41), "/attestation_object"),
                               (authenticator.make({**ask(), "challenge": base64url(b"x" * 32)}, browser.origin), "/attestation_object"),
                               ({**authenticator.make(ask(), browser.origin), "state": "x" * 96}, "/state"),
                               ({**authenticator.make(ask(), browser.origin), "id": base64url(b"other")}, "/attestation_object"),
                               ({**authenticator.make(ask(), browser.origin), "attestation_object": "!"}, "/attestation_object")):
            answer = browser.ask("POST", where, given)
            self.assertEqual((answer.status, [error["pointer"] for error in answer.json["errors"]]), (422, [pointer]))
        good = authenticator.make(ask(), browser.origin)
        self.assertEqual(browser.ask("POST", where, good).status, 200)
        self.assertEqual(browser.ask("POST", where, good).status, 404)
        # Another account is not given a credential that somebody has.
        code = self.add("registering-2")
        options = self.browser().ask("GET", f"/set-up/{code}").json["passkey"]
        answer = self.browser().ask("POST", f"/set-up/{code}/passkey", authenticator.make(options, browser.origin))
        self.assertEqual(answer.status, 404)
        self.assertEqual(self.browser().ask("GET", f"/set-up/{code}").status, 200)


class Demonstration(Scene):
    """A folder that `noroshi demo` made is told by its marker; its links open a session by themselves, and stay good."""

    def links(self):
        self.deployment.sql("UPDATE set_up_link SET demonstration = true, expires_at = NULL;")

    def refuses(self, code, *calls):
        """As a link that never was."""
        bodies = {"/passphrase": {"passphrase": PASSPHRASE, "code": "123456", "state": "x"}, "/demonstration": {},
                  "/passkey": {"state": "x", "id": "", "client_data_json": "", "attestation_object": ""}}
        for call in calls:
            answers = [self.browser().ask("POST" if call else "GET", f"/set-up/{link}{call}", bodies.get(call))
                       for link in (code, "x" * 43)]
            self.assertEqual((answers[0].status, answers[0].code), (404, "set_up_not_found"), call)
            self.assertEqual(answers[0].body, answers[1].body)

    def test_a_link_of_a_demonstration_works_in_its_folder_alone(self):
        code = self.add("shown")
        self.links()
        browser = self.browser()
        self.refuses(code, "", "/passphrase", "/passkey", "/demonstration")
        (self.deployment.data / "demo").write_text("noroshi demo\n")
        self.deployment.stop()
        self.deployment.start()
        shown = browser.ask("GET", f"/set-up/{code}").json
        self.assertEqual((shown["demonstration"], shown["expires_at"], shown["totp"], shown["passkey"]), (True, None, None, None))
        for _ in range(2):
            browser = self.browser()
            answer = browser.ask("POST", f"/set-up/{code}/demonstration", {})
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json["methods"], {"passkeys": 0, "passphrase": False})
            self.assertEqual(browser.cookie_name, COOKIE_OF_DEMONSTRATION)
            self.assertEqual(browser.ask("GET", "/inbox").status, 200)
        # It gives nobody credentials there either.
        self.refuses(code, "/passphrase", "/passkey")
        # A link of an account that is none of a demonstration opens nothing there either.
        code = self.add("not-shown")
        self.assertEqual(self.browser().ask("POST", f"/set-up/{code}/demonstration", {}).code, "set_up_not_found")


if __name__ == "__main__":
    unittest.main()
