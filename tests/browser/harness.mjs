// What every browser test needs: a daemon in a folder of its own, accounts, a Chromium, and persons who have signed in.
//
// Environment: BROWSER_TEST_DAEMON and BROWSER_TEST_CLI (the programs), BROWSER_TEST_PICTURES (a folder), BROWSER_TEST_CHROMIUM
// (/usr/bin/chromium where it is not said).
import assert from "node:assert/strict";
import { spawn, execFile } from "node:child_process";
import { createHash, createHmac, randomInt, X509Certificate } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);
const programs = { daemon: process.env.BROWSER_TEST_DAEMON, cli: process.env.BROWSER_TEST_CLI };
if (!programs.daemon || !programs.cli) throw new Error("BROWSER_TEST_DAEMON and BROWSER_TEST_CLI name the programs (ctest does)");
export const pictures = process.env.BROWSER_TEST_PICTURES ?? join(tmpdir(), "noroshi-browser");
mkdirSync(pictures, { recursive: true });

const readyPatience = 90_000;
const plainEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NOROSHI_") && !name.startsWith("BROWSER_TEST_")));

async function freePort() {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const free = await new Promise((resolve) => {
      const probe = net.createServer().once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

export class Daemon {
  static async start(config = "") {
    const daemon = new Daemon();
    daemon.folder = mkdtempSync(join(tmpdir(), "noroshi-browser-"));
    chmodSync(daemon.folder, 0o711); // started as root the cluster runs as user postgres, who must get there
    daemon.data = join(daemon.folder, "data");
    daemon.port = await freePort();
    daemon.origin = `https://localhost:${daemon.port}`;
    daemon.log = join(daemon.folder, "noroshid.log");
    if (config) {
      mkdirSync(daemon.data);
      writeFileSync(join(daemon.data, "noroshi.toml"), config);
    }
    await daemon.spawn();
    daemon.pin = await daemon.certificatePin();
    return daemon;
  }

  async spawn() {
    const log = openSync(this.log, "a");
    this.process = spawn(programs.daemon, ["--data", this.data, "--listen", `127.0.0.1:${this.port}`], { stdio: ["ignore", "pipe", log], env: plainEnvironment() });
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the daemon is not ready\n${this.logTail()}`)), readyPatience);
      this.process.stdout.on("data", (said) => {
        if (!String(said).includes("noroshid ready")) return;
        clearTimeout(timer);
        resolve();
      });
      this.process.once("exit", (code) => {
        clearTimeout(timer);
        reject(new Error(`the daemon ended with ${code}\n${this.logTail()}`));
      });
    });
  }

  logTail() {
    return readFileSync(this.log, "utf8").split("\n").slice(-20).join("\n");
  }

  // Ends the daemon alone; its number is ours.
  async stop() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await ended;
  }
  async end() {
    if (this.process.exitCode === null) await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async cli(...words) {
    const { stdout } = await run(programs.cli, ["--data", this.data, ...words], { env: plainEnvironment() });
    return stdout.trim();
  }
  // The path of a set-up link.
  async account(org, role, login, ...more) {
    const said = await this.cli("account", "add", "--org", org, "--role", role, "--login", login, ...more);
    return new URL(said.match(/https:\S+/)[0]).pathname;
  }
  async token(org, role) {
    return (await this.cli("token", "issue", "--org", org, "--role", role)).trim();
  }
  // As a program would: for what a test needs to be there.
  async call(token, method, path, body) {
    const headers = { Authorization: `Bearer ${token}`, Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (method !== "GET") headers["Idempotency-Key"] = crypto.randomUUID();
    const answer = await this.request(method, path, headers, body && JSON.stringify(body));
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  }

  // One request as it stands: what the browser would hide.
  async request(method, path, headers = {}, body) {
    const { request } = await import("node:https");
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: this.port, method, path, headers: { Host: `localhost:${this.port}`, ...headers }, rejectUnauthorized: false, agent: false }, (answer) => {
        const pieces = [];
        answer.on("data", (piece) => pieces.push(piece));
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(pieces), body: Buffer.concat(pieces).toString() }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  // Of the daemon's certificate, as Chromium takes it: the browser then trusts this one, and passkeys work.
  certificatePin() {
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host: "127.0.0.1", port: this.port, servername: "localhost", rejectUnauthorized: false }, () => {
        const key = new X509Certificate(socket.getPeerCertificate(true).raw).publicKey.export({ type: "spki", format: "der" });
        socket.end();
        resolve(createHash("sha256").update(key).digest("base64"));
      });
      socket.on("error", reject);
    });
  }
}

export async function startBrowser(daemon) {
  return chromium.launch({
    executablePath: process.env.BROWSER_TEST_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", `--ignore-certificate-errors-spki-list=${daemon.pin}`],
  });
}

// RFC 6238: the code of a moment.
export function totp(secret, at = Date.now()) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of secret.replaceAll(" ", "")) bits += letters.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const place = mac[19] & 15;
  return String((mac.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export const passphrase = "kettle orbit velvet anchor";

// A browser of its own: cookies, storage, language. It notes every request beyond the daemon, and every error of a page.
export class Person {
  static async arrive(browser, daemon, { language = "ja", colours = "light", width = 1280, height = 800 } = {}) {
    const person = new Person();
    person.daemon = daemon;
    person.context = await browser.newContext({ viewport: { width, height }, colorScheme: colours, reducedMotion: "reduce", baseURL: daemon.origin, locale: language === "ja" ? "ja-JP" : "en-GB" });
    // Before a page is there, a blank one stands in its place, which keeps nothing.
    await person.context.addInitScript((chosen) => location.protocol === "https:" && (localStorage.getItem("noroshi.language") ?? localStorage.setItem("noroshi.language", chosen)), language);
    person.strangers = [];
    person.faults = [];
    person.context.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      // The viewer of PDFs is a part of the browser, and so is what it loads.
      if (origin !== daemon.origin && !["data:", "chrome:", "chrome-extension:"].includes(protocol)) person.strangers.push(request.url());
    });
    person.context.on("weberror", (error) => person.faults.push(error.error().stack ?? String(error.error())));
    person.context.on("console", (message) => {
      // A refused call is told by the browser too; what it means, the page says.
      if (message.type() === "error" && !/Failed to load resource/.test(message.text())) person.faults.push(message.text());
    });
    person.page = await person.context.newPage();
    person.page.setDefaultTimeout(40_000);
    return person;
  }

  // By the link, with passphrase and authenticator; the secret is kept for later.
  async setUp(link) {
    await this.page.goto(link);
    this.secret = (await this.page.locator(".dads-secret").innerText()).trim();
    await this.page.locator("input[name=passphrase]").fill(passphrase);
    await this.page.locator("input[name=again]").fill(passphrase);
    await this.page.locator("input[name=code]").fill(totp(this.secret));
    await this.page.locator("form button[type=submit]").click();
    await this.page.waitForURL("**/desk/**");
    await this.page.locator("h1").waitFor();
    return this;
  }

  // For the pages that are opened next.
  async setLanguageAt(language, colours) {
    await this.page.emulateMedia({ colorScheme: colours, reducedMotion: "reduce" });
    if (this.page.url() === "about:blank") await this.page.goto("/sign-in");
    await this.page.evaluate((chosen) => localStorage.setItem("noroshi.language", chosen), language);
  }

  // Nothing went elsewhere, and nothing broke.
  check() {
    assert.deepEqual(this.strangers, [], "a request left the daemon's origin");
    assert.deepEqual(this.faults, [], "a page broke");
  }
  async leave() {
    await this.context.close();
  }
}

export function reportOf(reference, more = {}) {
  return {
    reference,
    stage: "first",
    title: "外部への不審な通信を検知",
    summary: "職員の端末1台から、外部の不明なサーバーへの通信を検知した。",
    times: { recognized: { value: new Date(Date.now() - 10 * 60_000).toISOString().replace("Z", "+00:00") } },
    assessment: "incident",
    cyberattack: "possible",
    classification: { confidentiality: 2 },
    handling: ["関係者限り"],
    ...more,
  };
}
