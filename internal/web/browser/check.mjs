// Checks the dashboard in headless Chromium: every page renders, live, without a script error; axe finds no serious
// fault, in light, dark and on a phone; hostile text is inert; the keyboard reaches the pages.
//
//   node check.mjs URL [DIRECTORY FOR SCREENSHOTS]
//
// Needs playwright-core and axe-core (npm install playwright-core axe-core) and Chromium (CHROMIUM, or /usr/bin/chromium).
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";

const require = createRequire(process.cwd() + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [url, shots] = process.argv.slice(2);
if (!url) throw new Error("node check.mjs URL [DIRECTORY]");
if (shots) mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let failed = 0;
const fail = (text) => { failed++; console.log("FAIL " + text); };
const runs = await (await fetch(url + "/api/v1/runs?limit=200")).json();
const bad = runs.find((r) => r.state === "dead") || runs[0];
const pages = ["", "work", "jobs", "job/" + encodeURIComponent(runs[0].job), "runs", "dead", "run/" + bad.id, "queues", "schedules", "workers", "signals", "alerts", "ledger", "audit"];

for (const [name, options] of [
  ["light", { viewport: { width: 1280, height: 900 }, colorScheme: "light" }],
  ["dark", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }],
  ["phone", { viewport: { width: 390, height: 844 }, colorScheme: "light", isMobile: true, hasTouch: true }],
]) {
  const context = await browser.newContext({ ...options, bypassCSP: true }); // axe is injected; the pages' own policy is tested without it below
  const page = await context.newPage();
  page.on("pageerror", (e) => fail(name + ": " + e.message));
  page.on("dialog", (d) => { fail(name + ": a dialog opened: " + d.message()); d.dismiss(); });
  for (const p of pages) {
    await page.goto(url + "/#/" + p);
    await page.reload();
    await page.waitForSelector("main h1");
    await page.waitForTimeout(150);
    const h1 = await page.textContent("main h1");
    if (/did not work|No such page/.test(h1)) fail(`${name} ${p}: ${h1}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 1) fail(`${name} ${p}: ${wide} pixels wider than the window`);
    await page.evaluate(axe);
    const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const v of result.violations) {
      const line = `${name} ${p}: ${v.impact} ${v.id}: ${v.nodes.length} × ${v.nodes[0].target}`;
      if (["serious", "critical"].includes(v.impact)) fail(line);
      else console.log("note " + line);
    }
    if (shots && ["", "run/" + bad.id, "jobs", "dead"].includes(p)) await page.screenshot({ path: `${shots}/${name}-${(p || "overview").split("/")[0]}.png` });
  }
  await context.close();
}

// The pages' own policy, live updates and the keyboard.
const page = await (await browser.newContext()).newPage();
page.on("pageerror", (e) => fail("own policy: " + e.message));
page.on("console", (m) => { if (m.type() === "error" && /Content Security Policy/i.test(m.text())) fail(m.text()); });
await page.goto(url + "/");
await page.waitForSelector("main h1");
await page.waitForFunction(() => document.getElementById("live").textContent === "live");
await page.keyboard.press("g");
await page.keyboard.press("r");
await page.waitForFunction(() => document.querySelector("main h1").textContent === "Runs");
await page.keyboard.press("j");
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.querySelector("main h1").textContent.startsWith("Run "));
await page.goto(url + "/#/runs");
await page.waitForSelector("tbody tr");
const first = await page.textContent("tbody tr td");
await fetch(url + "/api/v1/jobs/" + encodeURIComponent(runs[0].job) + "/run", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ args: runs[0].args }) });
await page.waitForFunction((first) => document.querySelector("tbody tr td").textContent !== first, first, { timeout: 5000 }).catch(() => fail("a new run did not appear by itself"));
if (await page.evaluate(() => window.hostile)) fail("hostile text ran as script");
await browser.close();
console.log(failed ? failed + " faults" : `no fault on ${pages.length} pages in light, dark and on a phone`);
process.exit(failed ? 1 : 0);
