// Looks at recordings as a person would: node recordings.mjs URL UNREADABLE-RECORDING FOLDER-FOR-SCREENSHOTS
// Prints one JSON object: what the page showed at some instants, and what the browser complained about.
import { chromium } from "playwright-core";

const [url, unreadable, folder] = process.argv.slice(2);
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({
  executablePath,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, colorScheme: "light" });
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (fault) => complaints.push(String(fault)));
  page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`));
  await page.goto(url);
  await page.waitForSelector("#agreement", { timeout: 120_000 });
  const state = await page.innerText("#replay-state");
  const count = 1 + Number(await page.getAttribute("#scrub", "max"));
  const answers = (side) => page.$$eval(`#${side} .head`, (cards) => Object.fromEntries(cards.map((card) => {
    const { seq, score } = card.querySelector(".answer").dataset;
    return [card.dataset.head, { seq: Number(seq), score: Number(score),
      label: card.querySelector(".answer").textContent }];
  })));
  const instants = [];
  for (const part of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
    const index = Math.round(part * (count - 1));
    await page.evaluate((value) => {
      const slider = document.querySelector("#scrub");
      slider.value = String(value);
      slider.dispatchEvent(new Event("input"));
    }, index);
    await page.waitForFunction((value) => ["replay-a", "replay-b"].every((side) =>
      [...document.querySelectorAll(`#${side} .answer`)].every((answer) => answer.dataset.seq === String(value))),
    index, { timeout: 30_000 });
    instants.push({ index, now: await answers("replay-a"), before: await answers("replay-b") });
  }
  const changed = await page.$$eval(".changed tr", (rows) => rows.slice(1).map((row) =>
    [...row.children].map((cell) => cell.textContent)));
  await page.waitForTimeout(500);
  const canvases = await page.$$eval("#replay canvas", (all) => all.map((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }));
  const scripts = await page.$$eval("script", (all) => all.length);
  if (folder) {
    await page.screenshot({ path: `${folder}/recordings-light.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${folder}/recordings-dark.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${folder}/recordings-phone.png`, fullPage: true });
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const agreement = await page.innerText("#agreement");
  const worries = [...complaints];
  await page.selectOption("#recording", unreadable);
  await page.waitForSelector("#replay-state.fault", { timeout: 30_000 });
  const refusal = await page.innerText("#replay-state");
  console.log(JSON.stringify({ state, agreement, count, instants, changed, canvases, scripts, wide, refusal,
    complaints: worries }));
} finally {
  await browser.close();
}
