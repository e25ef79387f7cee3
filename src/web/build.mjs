// Makes the screens: checks the catalogues, makes the API's types, checks types, bundles, names files by their hashes, and
// writes web_files.cpp, which puts all of it into the binary.
//
//   node build.mjs [--out DIR]      DIR is src/web/dist where none is named
//   node build.mjs --untyped        without the type check
//   node build.mjs --watch          the same again after each change, without the type check; for `noroshid` see ARCHITECTURE.md
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const openapi = join(here, "../../schemas/api/openapi.json");
const argument = (name) => process.argv.includes(name) && process.argv[process.argv.indexOf(name) + 1];
const out = argument("--out") || join(here, "dist");

function fail(message) {
  console.error(`src/web: ${message}`);
  process.exit(1);
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

// Every word of a page stands in text/ja.json and text/en.json: the same keys, the same {places}, none unused, none missing.
// A key is used where it stands as a string, or by a family: word("family", value), words(…), options(…), choice(…) use every "family.*".
function checkCatalogues() {
  const read = (name) => {
    const text = readFileSync(join(here, "src/text", name), "utf8");
    const names = [...text.matchAll(/^\s*"([^"]+)":/gm)].map((match) => match[1]);
    const twice = names.filter((key, index) => names.indexOf(key) !== index);
    if (twice.length) fail(`text/${name} has a key twice: ${twice.join(", ")}`);
    return JSON.parse(text);
  };
  const ja = read("ja.json");
  const en = read("en.json");
  const mistakes = [];
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join(",");
  for (const key of Object.keys(ja)) {
    if (!(key in en)) mistakes.push(`en.json lacks ${key}`);
    else if (places(ja[key]) !== places(en[key])) mistakes.push(`${key} has other {places} in ja than in en`);
  }
  for (const key of Object.keys(en)) if (!(key in ja)) mistakes.push(`ja.json lacks ${key}`);

  const used = new Set();
  const families = new Set();
  for (const file of sources(join(here, "src"))) {
    const text = readFileSync(file, "utf8");
    for (const match of text.matchAll(/\bt\(\s*"([^"]+)"/g)) used.add(match[1]);
    for (const match of text.matchAll(/"([^"\s]+\.[^"\s]+)"/g)) if (match[1] in ja) used.add(match[1]);
    for (const match of text.matchAll(/\b(?:word|words|options|choice)\(\s*"([^"]+)"/g)) families.add(match[1]);
  }
  const inFamily = (key) => [...families].some((family) => key.startsWith(`${family}.`));
  for (const key of used) if (!(key in ja)) mistakes.push(`${key} is used, but stands in no catalogue`);
  for (const key of Object.keys(ja)) if (!used.has(key) && !inFamily(key)) mistakes.push(`${key} is not used: take it out`);
  for (const family of families)
    if (!Object.keys(ja).some((key) => key.startsWith(`${family}.`))) mistakes.push(`no word of the family ${family}`);

  // Words outside of the catalogues: any letter beyond ASCII in a source, comments aside.
  for (const file of sources(join(here, "src"))) {
    const lines = readFileSync(file, "utf8").split("\n");
    lines.forEach((line, index) => {
      const code = line.replace(/\/\/.*$/, "").replace(/^\s*\*.*$/, "").replace(/\/\*.*?\*\//g, "");
      if (/[\u3040-\u30ff\u4e00-\u9fff]/.test(code)) mistakes.push(`${file}:${index + 1}: words belong to src/text`);
    });
  }
  if (mistakes.length) fail(`catalogues:\n  ${mistakes.join("\n  ")}`);
}

function makeTypes() {
  const types = join(here, "generated/api.d.ts");
  if (existsSync(types) && statSync(types).mtimeMs > statSync(openapi).mtimeMs) return;
  mkdirSync(dirname(types), { recursive: true });
  const made = spawnSync(process.execPath, [join(here, "node_modules/openapi-typescript/bin/cli.js"), openapi, "-o", types], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (made.status !== 0) fail("no types of schemas/api/openapi.json");
}

function checkTypes() {
  const checked = spawnSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "-p", here], { stdio: "inherit" });
  if (checked.status !== 0) fail("types");
}

const mediaTypes = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

async function bundle() {
  const made = await build({
    absWorkingDir: here,
    entryPoints: { app: "src/main.tsx", first: "src/first.ts", style: "src/style/main.css", icon: "src/icon.svg" },
    bundle: true,
    minify: true,
    write: false,
    outdir: out,
    format: "iife",
    target: ["es2022", "chrome111", "firefox115", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    legalComments: "none",
    loader: { ".svg": "copy" },
    logLevel: "warning",
  });
  const named = {};
  const files = made.outputFiles.map((file) => {
    const [, stem, extension] = file.path.match(/([^/\\]+?)(?:-[A-Z0-9]{8})?\.(\w+)$/);
    const content = Buffer.from(file.contents);
    const name = `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 16)}.${extension}`;
    named[`${stem}.${extension}`] = name;
    return { name, extension, content };
  });
  const page = readFileSync(join(here, "src/index.html"), "utf8").replace(/\{\{([\w.]+)\}\}/g, (_, name) => {
    if (!named[name]) fail(`index.html asks for ${name}`);
    return `/assets/${named[name]}`;
  });
  return [{ name: "index.html", extension: "html", content: Buffer.from(page) }, ...files];
}

function write(files) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  let blobs = "";
  let symbols = "";
  let table = "";
  const blob = (symbol, name) => {
    blobs += `asm(".section .rodata\\n.global ${symbol}\\n.global ${symbol}_end\\n"\n`;
    blobs += `    "${symbol}:\\n.incbin \\"${name}\\"\\n${symbol}_end:\\n.byte 0\\n.previous\\n");\n`;
    symbols += `extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n`;
    return `{${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}`;
  };
  files.forEach(({ name, extension, content }, index) => {
    const zipped = gzipSync(content, { level: 9 });
    const smaller = zipped.length < content.length;
    writeFileSync(join(out, name), content);
    if (smaller) writeFileSync(join(out, `${name}.gz`), zipped);
    const etag = createHash("sha256").update(content).digest("hex");
    const whole = blob(`noroshi_web_${index}`, name);
    const gzip = smaller ? blob(`noroshi_web_${index}_gzip`, `${name}.gz`) : "{}";
    table += `      {"${name}", "${mediaTypes[extension]}", "${etag}",\n       ${whole},\n       ${gzip}},\n`;
  });
  writeFileSync(
    join(out, "web_files.cpp"),
    `// Written by src/web/build.mjs.
#include <cstddef>
#include <initializer_list>

#include "src/web/web_files.h"

${blobs}
extern "C" {
${symbols}}

namespace noroshi::web {

std::span<const WebFile> embedded_web() {
  static const std::initializer_list<WebFile> files = {
${table}  };
  return {files.begin(), files.size()};
}

}  // namespace noroshi::web
`,
  );
}

async function once(withTypes) {
  checkCatalogues();
  makeTypes();
  if (withTypes) checkTypes();
  write(await bundle());
}

await once(!process.argv.includes("--watch") && !process.argv.includes("--untyped"));
if (process.argv.includes("--watch")) {
  let timer;
  watch(join(here, "src"), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => once(false).catch((error) => console.error(String(error))), 50);
  });
}
