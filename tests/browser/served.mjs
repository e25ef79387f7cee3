// What the daemon serves of the screens, byte by byte.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Daemon } from "./harness.mjs";

let daemon;
before(async () => (daemon = await Daemon.start()));
after(() => daemon.end());

test("every address of a person gives the same page, which no cache keeps", async () => {
  const first = await daemon.request("GET", "/");
  for (const path of ["/sign-in", "/set-up/abc", "/desk", "/desk/inbox", "/desk/incidents/x/y"]) {
    const answer = await daemon.request("GET", path);
    assert.equal(answer.status, 200, path);
    assert.deepEqual(answer.bytes, first.bytes, path);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["content-security-policy"], "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
  }
  assert.doesNotMatch(first.body, /<style|<script>|\son\w+=|style=/, "nothing inline: the policy forbids it");
});

test("its files are kept under their hash, compressed for who takes it, asked again for nothing", async () => {
  const page = (await daemon.request("GET", "/")).body;
  const files = [...page.matchAll(/\/assets\/[\w.-]+/g)].map(([name]) => name);
  assert.ok(files.length >= 4, page);
  for (const path of files) {
    const plain = await daemon.request("GET", path);
    assert.equal(plain.status, 200, path);
    assert.equal(plain.headers["cache-control"], "public, max-age=31536000, immutable");
    assert.equal(plain.headers["content-encoding"], undefined);
    const zipped = await daemon.request("GET", path, { "Accept-Encoding": "gzip, br" });
    if (zipped.headers["content-encoding"] === "gzip") {
      assert.deepEqual(gunzipSync(zipped.bytes), plain.bytes, path);
      assert.notEqual(zipped.headers.etag, plain.headers.etag);
      assert.ok(zipped.bytes.length < plain.bytes.length);
    }
    const again = await daemon.request("GET", path, { "If-None-Match": plain.headers.etag });
    assert.equal(again.status, 304, path);
    assert.equal(again.bytes.length, 0);
    const head = await daemon.request("HEAD", path);
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers["content-length"]), plain.bytes.length);
    assert.equal(head.bytes.length, 0);
  }
});

test("no other name, no other method", async () => {
  for (const path of ["/assets/app.js", "/assets/index.html", "/assets/%2e%2e", "/assets/..%2f..%2fetc%2fpasswd"]) {
    const answer = await daemon.request("GET", path);
    assert.ok(answer.status === 404 || answer.status === 400 || answer.status === 401, `${path}: ${answer.status}`);
  }
  assert.equal((await daemon.request("POST", "/", { "Content-Length": "0" })).status, 405);
});
