// Looks at a running dashboard as a person would: node page.mjs URL SECONDS [FOLDER-FOR-SCREENSHOTS]
// Prints one JSON object: what the page showed, and what the browser complained about.
import { coloursOf, lookAt, overhang, takePictures } from "./look.mjs";

const [url, seconds, folder] = process.argv.slice(2);
await lookAt(url, async (page, complaints) => {
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
  const canvases = await coloursOf(page, "canvas.camera, canvas.sound, #timeline, .plot canvas");
  await takePictures(page, folder, "dashboard");
  const wide = await overhang(page);
  console.log(JSON.stringify({ shown, title, text, canvases, complaints, wide }));
});
