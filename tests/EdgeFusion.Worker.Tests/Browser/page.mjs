// Looks at a running dashboard as a person would: node page.mjs URL SECONDS [FOLDER-FOR-SCREENSHOTS]
// Prints one JSON object: what the page showed, and what the browser complained about.
import { chromium } from "playwright-core";

const [url, seconds, folder] = process.argv.slice(2);
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
  await page.waitForFunction(() => document.querySelector(".answer")?.dataset.seq, null, { timeout: 30_000 });
  const shown = {};
  const end = Date.now() + 1000 * Number(seconds);
  while (Date.now() < end) {
    const answers = await page.$$eval(".head", (cards) => cards.map((card) => ({
      head: card.dataset.head,
      seq: card.querySelector(".answer").dataset.seq,
      score: card.querySelector(".answer").dataset.score,
      label: card.querySelector(".answer").textContent,
    })));
    for (const { head, seq, score, label } of answers) shown[`${head}/${seq}`] = { label, score };
    await page.waitForTimeout(50);
  }
  const text = await page.innerText("body");
  const title = await page.title();
  const canvases = await page.$$eval("canvas.camera, canvas.sound, #timeline, .plot canvas", (all) =>
    all.map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }));
  if (folder) {
    await page.screenshot({ path: `${folder}/dashboard-light.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${folder}/dashboard-dark.png`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${folder}/dashboard-phone.png`, fullPage: true });
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  console.log(JSON.stringify({ shown, title, text, canvases, complaints, wide }));
} finally {
  await browser.close();
}
