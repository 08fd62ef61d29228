// What every look at a page shares: a browser, what it complains about, pictures, and whether it scrolls sideways.
import { chromium } from "playwright-core";

/** Opens a page, hands it to `look` with the list of complaints, and closes the browser whatever happens. */
export async function lookAt(url, look) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
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
    await look(page, complaints);
  } finally {
    await browser.close();
  }
}

/** Screenshots light, dark and on a phone, where there is a folder for them. */
export async function takePictures(page, folder, name) {
  if (!folder) return;
  await page.screenshot({ path: `${folder}/${name}-light.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}/${name}-dark.png`, fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}/${name}-phone.png`, fullPage: true });
}

/** How many colours each canvas shows: one means that nothing is drawn. */
export const coloursOf = (page, selector) => page.$$eval(selector, (all) => all.map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}));

/** Pixels by which the page is wider than the window. */
export const overhang = (page) => page.evaluate(
  () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
