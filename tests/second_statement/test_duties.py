"""The second statement held against the design's example and its bullets, written out by hand; and the
comparison held against answers that are wrong in one place each, so that it is known to hear."""

import copy
import json
import unittest
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import compare
from duties import Registry, answer

REGISTRY = Registry(Path(__file__).resolve().parents[2] / "routing/registry")
CELL = {"criterion": "property", "harm": "feared", "certainty": "may_be"}
EXAMPLE = {"organization": "jps", "times": {"recognized": {"value": "2018-08-01T09:00:00+09:00"}},
           "assessment": "incident", "cyberattack": "possible", "large_scale": [CELL]}


def ask(organization, recognized="2018-08-01T09:00:00+09:00", at=None, **members):
    report = {"organization": organization, "times": {"recognized": {"value": recognized}},
              "assessment": "incident", **members}
    return answer(REGISTRY, report, datetime.fromisoformat(at) if at else None)


def steps(said):
    """A duty as one would say it aloud: "g2 jps>mhlw"."""
    return sorted(f"{duty.clause[-2]}{duty.sentence or ''} {duty.holder}>{duty.recipient}"
                  for duty in said.duties)


ATTACK = {"cyberattack": "yes", "large_scale": [CELL]}


class TheTable(unittest.TestCase):
    def test_the_example_of_the_design(self):
        said = answer(REGISTRY, EXAMPLE)
        self.assertEqual(said.edition, "h30")
        self.assertEqual([tuple(duty)[1:7] for duty in said.duties], [
            ("2.2.4(2)(g)", 2, "jps", "mhlw", False, "assessment"),
            ("2.2.4(2)(g)", 3, "mhlw", "nisc", False, "receipt"),
            ("2.2.4(2)(h)", None, "jps", "police-tokyo", False, "assessment"),
            ("2.2.4(2)(i)", None, "mhlw", "cas-jitai", False, "receipt")])
        self.assertEqual((said.alarms.required, said.notes.required, said.co_supervisors), (set(), set(), {}))

    def test_an_agency_tells_the_centre_the_police_and_crisis_management_of_its_own_incident(self):
        said = ask("mext", **ATTACK)
        self.assertEqual(steps(said), ["g1 mext>nisc", "h mext>police-tokyo", "i mext>cas-jitai"])
        self.assertEqual({duty.opens_on for duty in said.duties}, {"assessment"})

    def test_under_h28_one_clause_has_three_sentences_and_only_agencies_hold_them(self):
        said = ask("mext", "2018-07-24T23:59:59+09:00", **ATTACK)
        self.assertEqual(steps(said), ["g1 mext>nisc", "g2 mext>police-tokyo", "g3 mext>cas-jitai"])
        corporation = ask("jps", "2018-07-24T23:59:59+09:00", **ATTACK)
        self.assertEqual((corporation.duties, corporation.notes.required), ([], {"no_duty_for_corporation"}))

    def test_every_joint_supervisor_is_told_and_relays(self):
        self.assertEqual(steps(ask("amed")), sorted(
            [f"g2 amed>{agency}" for agency in ("cao", "meti", "mext", "mhlw")] +
            [f"g3 {agency}>nisc" for agency in ("cao", "meti", "mext", "mhlw")]))
        self.assertIn("main_and_joint_is_our_reading", ask("amed").notes.required)

    def test_a_co_supervisor_is_not_told_but_shown_with_its_scope(self):
        said = ask("qst")
        self.assertEqual(steps(said), ["g2 qst>mext", "g3 mext>nisc"])
        self.assertEqual(list(said.co_supervisors), ["nra"])
        self.assertIn("放射線", said.co_supervisors["nra"])

    def test_a_supervisor_counts_from_the_day_it_exists(self):
        self.assertEqual(steps(ask("j-lis", "2021-08-31T23:59:59+09:00")), ["g2 j-lis>mic", "g3 mic>nisc"])
        self.assertEqual(len(ask("j-lis", "2021-09-01T00:00:00+09:00").duties), 4)
        self.assertNotIn("digital", ask("ipa", "2021-08-31T23:59:59+09:00").co_supervisors)
        self.assertIn("digital", ask("ipa", "2021-09-01T00:00:00+09:00").co_supervisors)


class TheConditions(unittest.TestCase):
    def clauses(self, **members):
        return {duty.clause[-2] for duty in ask("mext", **members).duties}

    def test_police_on_an_attack_or_its_possibility_and_on_large_harm_of_unknown_cause(self):
        for attack, cells, expected in (
                ("yes", [], "gh"), ("possible", [], "gh"), ("unknown", [], "g"), ("no", [], "g"),
                ("yes", [CELL], "ghi"), ("possible", [CELL], "ghi"), ("unknown", [CELL], "ghi"),
                ("no", [CELL], "g")):
            opened = self.clauses(cyberattack=attack, large_scale=cells)
            self.assertEqual(opened, set(expected), (attack, cells))
        self.assertEqual(self.clauses(large_scale=[CELL]), set("ghi"))  # absent is unknown

    def test_any_of_the_sixteen_cells_will_do(self):
        self.assertEqual(len(compare.CELLS), 16)
        for cell in compare.CELLS:
            self.assertEqual(self.clauses(cyberattack="yes", large_scale=[cell]), set("ghi"), cell)

    def test_another_police_may_be_named(self):
        self.assertIn("h mext>police-osaka", steps(ask("mext", cyberattack="yes", police="police-osaka")))
        self.assertIn("h nrib>police-hiroshima", steps(ask("nrib", cyberattack="yes")))

    def test_possible_and_not_incident_open_nothing(self):
        for assessment in ("possible", "not_incident"):
            self.assertEqual(ask("mext", assessment=assessment, **ATTACK).duties, [])
        for assessment, alarms in (("possible", {"large_scale_unassessed"}), ("not_incident", set())):
            self.assertEqual(ask("mext", assessment=assessment, **ATTACK).alarms.required, alarms)

    def test_large_harm_without_an_attack_contradicts_itself(self):
        self.assertEqual(ask("mext", cyberattack="no", large_scale=[CELL]).alarms.required,
                         {"large_scale_without_attack"})


class TheSharedPlatform(unittest.TestCase):
    def test_one_marked_system_of_an_assessed_incident_is_enough(self):
        for systems, expected in (
                ([], None), ([{"name": "a"}], None), ([{"name": "a", "shared_platform": False}], None),
                ([{"name": "a", "shared_platform": True}], "jps"),
                ([{"name": "a"}, {"name": "b", "shared_platform": True}], "jps")):
            self.assertEqual(ask("jps", systems=systems).platform, expected, systems)
        marked = [{"name": "a", "shared_platform": True}]
        for assessment in ("possible", "not_incident"):
            self.assertIsNone(ask("jps", assessment=assessment, systems=marked).platform)

    def test_under_h28_agencies_alone_follow_the_rules(self):
        marked = [{"name": "a", "shared_platform": True}]
        self.assertIsNone(ask("jps", "2018-07-24T23:59:59+09:00", systems=marked).platform)
        self.assertEqual(ask("mext", "2018-07-24T23:59:59+09:00", systems=marked).platform, "mext")


class InsideTheBody(unittest.TestCase):
    def test_the_officer_of_a_system_handles_and_the_csirt_shares_once_it_is_an_incident(self):
        for organization in ("jps", "mext", "nisc"):
            self.assertEqual(ask(organization).inside,
                             {("2.2.4(2)(e)", organization), ("2.2.4(2)(l)", organization)})
        for assessment in ("possible", "not_incident"):
            self.assertEqual(ask("jps", assessment=assessment).inside, set())

    def test_under_h28_sharing_has_another_letter_and_agencies_alone_owe_it(self):
        self.assertEqual(ask("mext", "2018-07-24T23:59:59+09:00").inside,
                         {("2.2.4(2)(e)", "mext"), ("2.2.4(2)(j)", "mext")})
        self.assertEqual(ask("jps", "2018-07-24T23:59:59+09:00").inside, set())

    def test_a_successor_owes_it(self):
        said = ask("nwec", "2026-03-30T09:00:00+09:00", "2026-04-01T00:00:00+09:00")
        self.assertEqual(said.inside, {("2.2.4(2)(e)", "danjo"), ("2.2.4(2)(l)", "danjo")})


class TheBodies(unittest.TestCase):
    def test_the_centre_and_crisis_management_tell_themselves(self):
        for body, at_itself in (("nisc", "g"), ("cas-jitai", "i")):
            own = [duty for duty in ask(body, **ATTACK).duties if duty.self]
            self.assertEqual([(duty.clause[-2], duty.holder, duty.recipient) for duty in own],
                             [(at_itself, body, body)])
        self.assertEqual([duty for duty in ask("cas", **ATTACK).duties if duty.self], [])

    def test_the_police_agency_is_an_agency_and_may_be_its_own_police(self):
        self.assertIn("h npa>police-tokyo", steps(ask("npa", **ATTACK)))
        to_the_police = [duty for duty in ask("npa", police="npa", **ATTACK).duties if "(h)" in duty.clause]
        self.assertEqual([duty.self for duty in to_the_police], [True])

    def test_who_cannot_report_is_an_alarm_and_opens_nothing(self):
        for organization, recognized, alarm in (
                ("police-osaka", "2018-08-01T09:00:00+09:00", "not_a_reporting_body"),
                ("no-such-body", "2018-08-01T09:00:00+09:00", "unknown_organization"),
                ("nisc", "2025-07-01T00:00:00+09:00", "body_not_in_force"),
                ("nco", "2025-06-30T14:59:59Z", "body_not_in_force"),
                ("mext", "2016-08-30T23:59:59+09:00", "no_edition_in_force")):
            said = ask(organization, recognized, **ATTACK)
            self.assertEqual((said.duties, said.alarms.one_of), ([], {alarm}), organization)

    def test_a_body_without_known_police_raises_an_alarm(self):
        said = ask("danjo", "2026-04-01T00:00:00+09:00", cyberattack="yes")
        self.assertEqual(said.alarms.required, {"no_police_known"})
        self.assertEqual(steps(said), ["g2 danjo>cao", "g3 cao>nco"])
        self.assertEqual(list(said.co_supervisors), ["mext"])


class TheDays(unittest.TestCase):
    def test_a_day_begins_at_midnight_in_japan_however_it_is_written(self):
        for recognized, edition in (("2016-08-30T14:59:59Z", None), ("2016-08-30T15:00:00Z", "h28"),
                                    ("2018-07-24T23:59:59+09:00", "h28"), ("2018-07-24T15:00:00Z", "h30")):
            self.assertEqual(ask("mext", recognized).edition, edition, recognized)

    def test_later_editions_are_known_of_but_not_held(self):
        self.assertEqual(ask("mext", "2021-07-06T23:59:59+09:00").notes.required, set())
        later = ask("mext", "2021-07-07T00:00:00+09:00")
        self.assertEqual((later.edition, later.notes.required), ("h30", {"later_edition_not_held"}))

    def test_the_centre_is_the_one_of_the_recognised_day(self):
        self.assertEqual(steps(ask("mext", "2025-06-30T23:59:59+09:00")), ["g1 mext>nisc"])
        self.assertEqual(steps(ask("mext", "2025-07-01T00:00:00+09:00")), ["g1 mext>nco"])

    def test_a_body_that_has_ended_since_is_replaced_and_its_name_kept(self):
        said = ask("nwec", "2026-03-30T09:00:00+09:00", "2026-04-01T00:00:00+09:00", cyberattack="yes")
        self.assertEqual(steps(said), ["g2 danjo>mext", "g3 mext>nco", "h danjo>police-saitama"])
        self.assertEqual([duty.formerly for duty in said.duties], ["nwec", None, "nwec"])
        centre = ask("mext", "2025-06-30T09:00:00+09:00", "2025-07-01T00:00:00+09:00").duties[0]
        self.assertEqual((centre.recipient, centre.recipient_formerly), ("nco", "nisc"))
        own = ask("nisc", "2025-06-30T09:00:00+09:00", "2025-07-01T00:00:00+09:00").duties[0]
        self.assertEqual((own.holder, own.formerly, own.recipient, own.self), ("nco", "nisc", "nco", True))

    def test_where_no_successor_is_known_the_holder_stays_with_an_alarm(self):
        said = ask("ncgm", "2025-03-29T09:00:00+09:00", "2025-04-11T09:00:00+09:00")
        self.assertEqual(steps(said), ["g2 ncgm>mhlw", "g3 mhlw>nisc"])
        self.assertEqual(said.alarms.required, {"successor_unknown"})


class TheComparison(unittest.TestCase):
    """An answer of the program that agrees, then spoiled in one place at a time."""

    def setUp(self):
        self.expected = answer(REGISTRY, {**EXAMPLE, "organization": "qst"})
        inner = [{"clause": clause, "holder": holder} for clause, holder in sorted(self.expected.inside)]
        self.said = {"inner": inner, "edition": "h30", "alarms": [], "notes": [],
                     "obligations": [self.printed(duty) for duty in self.expected.duties],
                     "not_opened": [{"clause": "2.2.4(2)(g)", "sentence": 2, "recipient": agency,
                                     "because": [scope]}
                                    for agency, scope in self.expected.co_supervisors.items()]}

    def printed(self, duty):
        members = {name: value for name, value in duty._asdict().items() if value not in (None, False)}
        members.pop("edition")
        return {**members, "target": "PT1H", "because": ["reason"]}

    def test_agreement_is_silent(self):
        self.assertEqual(compare.differences(self.expected, self.said), [])

    def test_every_spoiled_member_is_heard(self):
        spoilers = {
            "edition": lambda said: said.update(edition="h28"),
            "a duty lost": lambda said: said["obligations"].pop(),
            "a duty twice": lambda said: said["obligations"].append(said["obligations"][0]),
            "another holder": lambda said: said["obligations"][0].update(holder="mhlw"),
            "another recipient": lambda said: said["obligations"][1].update(recipient="nco"),
            "another sentence": lambda said: said["obligations"][0].update(sentence=1),
            "another clause": lambda said: said["obligations"][2].update(clause="2.2.4(2)(i)"),
            "opens too early": lambda said: said["obligations"][1].update(opens_on="assessment"),
            "a step to oneself": lambda said: said["obligations"][0].update(self=True),
            "a former name": lambda said: said["obligations"][0].update(formerly="nisc"),
            "its recipient's": lambda said: said["obligations"][0].update(recipient_formerly="nisc"),
            "no reason": lambda said: said["obligations"][0].update(because=[]),
            "an alarm too many": lambda said: said["alarms"].append({"code": "no_recipient"}),
            "a note too many": lambda said: said["notes"].append({"code": "later_edition_not_held"}),
            "a co-supervisor lost": lambda said: said["not_opened"].pop(),
            "a scope lost": lambda said: said["not_opened"][0].update(because=["reason"]),
            "a platform's rules": lambda said: said["inner"].append({"clause": "2.2.4(2)(f)", "holder": "jps"}),
            "a system nobody handles": lambda said: said["inner"].pop(0),
            "what nobody shares": lambda said: said["inner"].pop(),
            "shared twice": lambda said: said["inner"].append(said["inner"][-1]),
            "shared by another": lambda said: said["inner"][-1].update(holder="mext"),
            "a refusal": lambda said: said.update(errors=[{"code": "unknown"}]),
        }
        for name, spoil in spoilers.items():
            said = copy.deepcopy(self.said)
            spoil(said)
            self.assertNotEqual(compare.differences(self.expected, said), [], name)

    def test_a_missing_alarm_is_heard(self):
        expected = ask("no-such-body")
        silent = {"edition": "h30", "inner": [], "obligations": [], "not_opened": [], "alarms": [], "notes": []}
        self.assertNotEqual(compare.differences(expected, silent), [])
        silent["alarms"] = [{"code": "unknown_organization"}]
        self.assertEqual(compare.differences(expected, silent), [])


class TheFacts(unittest.TestCase):
    def test_every_body_meets_every_boundary_on_both_sides(self):
        reports = list(compare.every_fact(REGISTRY, compare.SEED))
        self.assertLess(60_000, len(reports))
        self.assertLess(len(reports), 110_000)
        met = Counter((report["organization"], report["times"]["recognized"]["value"]) for report in reports)
        for body in REGISTRY.bodies:
            for written in ("2018-07-24T23:59:59+09:00", "2018-07-25T00:00:00+09:00",
                            "2018-07-24T14:59:59Z", "2018-07-24T15:00:00Z",
                            "2016-08-31T00:00:00+09:00", "2021-07-06T15:00:00Z", "2025-06-30T15:00:00Z",
                            "2024-04-01T00:00:00+09:00", "2022-11-13T23:59:59+09:00"):
                self.assertGreater(met[body, written], 0, (body, written))
        self.assertEqual(compare.boundaries(REGISTRY)[-1], date(2026, 4, 1))

    def test_the_sample_repeats_for_its_seed(self):
        def sampled(seed):
            return json.dumps(list(compare.every_fact(REGISTRY, seed))[-100:])

        first, again, other = sampled(1), sampled(1), sampled(2)
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)


if __name__ == "__main__":
    unittest.main()
