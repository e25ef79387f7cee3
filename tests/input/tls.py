#!/usr/bin/env python3
"""The listener as other programs see it: sslscan, and with --long testssl.sh. TLS 1.3 alone, AES-GCM and ChaCha20-Poly1305, P-256,
P-384 and X25519, no renegotiation, no compression, no ticket, no early data; anything else that they find is a fault.

    tls.py --daemon build/release/noroshid --cli build/release/noroshi
"""

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

from support import Deployment, Fault

from seeded import main, say

SUITES = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"}
GROUPS = {"secp256r1 (NIST P-256)", "secp384r1 (NIST P-384)", "x25519"}
VERSIONS = {("ssl", "2"): "0", ("ssl", "3"): "0", ("tls", "1.0"): "0", ("tls", "1.1"): "0", ("tls", "1.2"): "0", ("tls", "1.3"): "1"}

# What testssl.sh calls worse than a remark and is none of the listener's: a certificate of an own authority, which is not in the
# programs' list of the web, and what a name of one machine cannot have.
OF_THE_AUTHORITY = {"cert_chain_of_trust", "cert_trust", "cert_ocspURL", "cert_crlDistributionPoints", "cert_revocation",
                    "DNS_CAArecord", "certificate_transparency", "OCSP_stapling", "engine_problem", "scanTime", "cert_caIssuers",
                    "cert_extlifeSpan", "HSTS", "HPKP", "banner_server", "security_headers"}


def program(name):
    found = shutil.which(name)
    if not found:
        raise Fault(f"{name} is not installed: deploy/install-packages tests")
    return found


def judged_by_sslscan(text):
    """What is wrong in sslscan's XML."""
    test = xml.fromstring(text).find("ssltest")
    if test is None:
        return ["sslscan could not connect"]
    wrong = []
    versions = {(found.get("type"), found.get("version")): found.get("enabled") for found in test.findall("protocol")}
    if versions != VERSIONS:
        wrong.append(f"versions: {versions}")
    suites = {(found.get("sslversion"), found.get("cipher")) for found in test.findall("cipher")}
    if suites != {("TLSv1.3", suite) for suite in SUITES}:
        wrong.append(f"suites: {sorted(suites)}")
    groups = {(found.get("sslversion"), found.get("name")) for found in test.findall("group")}
    if groups != {("TLSv1.3", group) for group in GROUPS}:
        wrong.append(f"groups: {sorted(groups)}")
    for name, attribute in (("renegotiation", "supported"), ("compression", "supported"), ("heartbleed", "vulnerable")):
        for found in test.findall(name):
            if found.get(attribute) != "0":
                wrong.append(f"{name}: {found.attrib}")
    signatures = {found.get("name") for found in test.findall("connection-signature-algorithm")}
    if signatures != {"ecdsa_secp256r1_sha256"}:
        wrong.append(f"signatures: {sorted(signatures)}")
    certificate = test.find("certificates/certificate[@type='short']")
    if certificate is None or certificate.findtext("self-signed") != "false" or certificate.findtext("expired") != "false":
        wrong.append("the certificate is self-signed or expired")
    return wrong


def judged_by_testssl(findings):
    wrong = []
    for finding in findings:
        if finding["severity"] in ("LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL") and finding["id"] not in OF_THE_AUTHORITY:
            wrong.append(f"testssl.sh: {finding['id']}: {finding['finding']} ({finding['severity']})")
    found = {finding["id"]: finding["finding"] for finding in findings}
    for name in ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2"):
        if not found.get(name, "").startswith("not offered"):
            wrong.append(f"testssl.sh: {name}: {found.get(name)}")
    if not found.get("TLS1_3", "").startswith("offered"):
        wrong.append(f"testssl.sh: TLS1_3: {found.get('TLS1_3')}")
    return wrong


def resumption(options, deployment, wrong):
    """By openssl's client: no ticket to resume with, so no early data either; no compression; http/1.1 is the only protocol."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{deployment.port}", "-CAfile", deployment.data / "tls" / "ca.pem",
                           "-verify_return_error", "-alpn", "h2,http/1.1", "-ign_eof"],
                          input="GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", capture_output=True, text=True, timeout=60)
    for expected in ("Verify return code: 0 (ok)", "ALPN protocol: http/1.1", "Early data was not sent", "HTTP/1.1 200", "New, TLSv1.3"):
        if expected not in done.stdout:
            wrong.append(f"openssl s_client did not say {expected!r}")
    for unwanted in ("New Session Ticket", "Max Early Data: 1", "Compression: zlib"):
        if unwanted in done.stdout:
            wrong.append(f"openssl s_client said {unwanted!r}")
    refused = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{deployment.port}", "-alpn", "h2"], input="", capture_output=True,
                             text=True, timeout=60)
    if "no application protocol" not in refused.stderr:
        wrong.append("a client that speaks h2 alone was not refused in the handshake")
    say(options, "openssl s_client: one handshake without a ticket, http/1.1 alone")


# That it can fail: a listener that is worse is told by name.
WORSE = """<document><ssltest host="x" sniname="x" port="1">
  <protocol type="tls" version="1.2" enabled="1" /><protocol type="tls" version="1.3" enabled="1" />
  <renegotiation supported="1" secure="1" /><compression supported="1" /><heartbleed sslversion="TLSv1.2" vulnerable="1" />
  <cipher status="accepted" sslversion="TLSv1.2" cipher="AES128-SHA" /><group sslversion="TLSv1.3" name="x448" />
  <connection-signature-algorithm sslversion="TLSv1.2" name="rsa_pkcs1_sha1" /></ssltest></document>"""


def run(options):
    if len(judged_by_sslscan(WORSE)) < 8:
        raise Fault(f"a bad listener is not told: {judged_by_sslscan(WORSE)}")
    wrong = []
    deployment = Deployment(options.daemon, options.cli)
    try:
        deployment.start()
        done = subprocess.run([program("sslscan"), "--no-colour", "--xml=-", "--show-sigs", f"localhost:{deployment.port}"],
                              capture_output=True, text=True, timeout=120, check=True)
        wrong += judged_by_sslscan(done.stdout)
        say(options, "sslscan has looked")
        resumption(options, deployment, wrong)
        if options.long:
            report = deployment.folder / "testssl.json"
            subprocess.run([program("testssl"), "--quiet", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1", "--jsonfile", report,
                            "-p", "-s", "-f", "-U", f"https://localhost:{deployment.port}/"], capture_output=True, timeout=1700, check=False)
            findings = json.loads(report.read_text(encoding="utf-8"))
            say(options, f"testssl.sh has {len(findings)} findings")
            if len(findings) < 20:
                wrong.append("testssl.sh found too little to prove anything")
            wrong += judged_by_testssl(findings)
    finally:
        deployment.clear_away()
    for line in wrong:
        say(options, line)
    return not wrong


if __name__ == "__main__":
    sys.exit(main("input.tls", __doc__, run, lambda parser: parser.add_argument("--long", action="store_true")))
