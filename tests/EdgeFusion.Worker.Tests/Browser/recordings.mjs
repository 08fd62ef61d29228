// Looks at recordings as a person would: node recordings.mjs URL UNREADABLE-RECORDING FOLDER-FOR-SCREENSHOTS
// Prints one JSON object: what the page showed at some instants, and what the browser complained about.
import { coloursOf, lookAt, overhang, takePictures } from "./look.mjs";

const [url, unreadable, folder] = process.argv.slice(2);
await lookAt(url, async (page, complaints) => {
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
  const canvases = await coloursOf(page, "#replay canvas");
  const scripts = await page.$$eval("script", (all) => all.length);
  await takePictures(page, folder, "recordings");
  const wide = await overhang(page);
  const agreement = await page.innerText("#agreement");
  const worries = [...complaints];
  await page.selectOption("#recording", unreadable);
  await page.waitForSelector("#replay-state.fault", { timeout: 30_000 });
  const refusal = await page.innerText("#replay-state");
  console.log(JSON.stringify({ state, agreement, count, instants, changed, canvases, scripts, wide, refusal,
    complaints: worries }));
});
