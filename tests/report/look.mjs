// node look.mjs RUNTIME CHROMIUM FOLDER: opens FOLDER/*.html and looks.
import { createRequire } from "node:module";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const [runtime, executablePath, folder] = process.argv.slice(2);
const { chromium } = createRequire(join(runtime, "package.json"))("playwright-core");

const CLASSES = ["How good it is", "What it mixes up", "How well classes are told apart", "Can its probabilities be believed?", "What it looks at", "Where it fails most"];
const NUMBERS = ["How good it is", "How far it is off", "What it looks at", "Where it fails most"];
const END = ["The data", "Configuration"];
const TRAINING = ["How training went", "The doctor’s findings"];
/** Of each page: its sections, how many charts each of them must hold at least, and texts. */
const PAGES = {
  binary: { sections: [...CLASSES, ...TRAINING, ...END], texts: ["Predicting diagnosis", "Right for", "Always saying “benign”", "two classes", "Choosing a threshold", "training rows", "validation rows", "--config binary.run.toml"] },
  multiclass: { sections: [...CLASSES, ...TRAINING, ...END], texts: ["10 classes", "Where it looks", "The mean of all rows", "Top-3 accuracy"], pictures: 21 },
  regression: { sections: [...NUMBERS, "How training went", "What was tried", "The doctor’s findings", ...END], texts: ["Off by", "explains", "candidate"] },
  targets: { sections: [...NUMBERS, "How training went", ...END], texts: ["Predicting target and bmi", "Target by target", "3 networks"] },
  stream: { sections: [...NUMBERS, "How training went", ...END], texts: ["rows went by", "a sample of"] },
  untested: { sections: [...TRAINING, ...END], texts: ["No rows were held out"] },
  evaluate: { sections: [...CLASSES, "The doctor’s findings", ...END], texts: ["Evaluation report", "kette evaluate binary.onnx"] },
  evaluate_numbers: { sections: [...NUMBERS, "The doctor’s findings", ...END], texts: ["Evaluation report"] },
  many: { sections: [...CLASSES.filter((s) => s !== "How well classes are told apart"), ...TRAINING, ...END], texts: ["</script><b>&amp; 7"] },
};
const CHARTS = { "What it mixes up": 1, "How well classes are told apart": 2, "Can its probabilities be believed?": 2, "How far it is off": 2, "What it looks at": 1, "How training went": 1, "The data": 1 };

let failures = 0;
function expect(isTrue, what) {
  if (isTrue) return;
  console.log(what);
  ++failures;
}

/** Contrast of two colours "rgb(r, g, b)" as WCAG 2 defines it. */
function contrast(a, b) {
  const light = (colour) => {
    const [r, g, blue] = colour.match(/[\d.]+/g).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [dark, bright] = [light(a), light(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

const browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"] });
for (const [name, wanted] of Object.entries(PAGES)) {
  const file = join(folder, `${name}.html`);
  const size = statSync(file).size;
  const data = readFileSync(file, "utf8").match(/id="report">(.*)<\/script>/)[1].length;
  expect(size - data < 600_000, `${name}: ${size - data} bytes without data`);
  expect(data < 1_000_000, `${name}: ${data} bytes of data`);
  for (const [colorScheme, width] of [["light", 1200], ["dark", 1200], ["light", 360]]) {
    const where = `${name}, ${colorScheme}, ${width} px`;
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.on("console", (message) => expect(false, `${where}: console ${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => expect(false, `${where}: ${error.message}`));
    page.on("request", (request) => expect(request.url().startsWith("file:") || request.url().startsWith("data:"), `${where}: loads ${request.url()}`));
    await page.goto(`file://${file}`);
    const charts = await page.locator(".chart").count();
    await page.waitForFunction((count) => document.querySelectorAll(".chart svg").length >= count, charts).catch(() => expect(false, `${where}: charts are missing`));

    const titles = await page.locator("h2").allTextContents();
    expect(JSON.stringify(titles) === JSON.stringify(wanted.sections), `${where}: sections ${titles.join(", ")}`);
    const text = await page.locator("body").innerText();
    for (const part of wanted.texts) expect(text.toLowerCase().includes(part.toLowerCase()), `${where}: lacks “${part}”`);
    expect(!/\b(NaN|undefined|Infinity|\[object)/.test(text), `${where}: says ${text.match(/.*\b(NaN|undefined|Infinity|\[object).*/)?.[0]}`);
    for (const section of await page.locator("section").all()) {
      const title = await section.locator("h2").textContent();
      const found = await section.locator("svg").count();
      const least = CHARTS[title] ?? 0;
      expect(found >= least || (await section.locator("canvas").count()) > 0, `${where}: ${title} has ${found} charts`);
      for (const label of await section.locator("svg").evaluateAll((all) => all.map((svg) => svg.closest("[role=img]")?.getAttribute("aria-label"))))
        expect(label, `${where}: a chart of ${title} has no label`);
    }
    if (wanted.pictures) expect((await page.locator("canvas").count()) === wanted.pictures, `${where}: ${await page.locator("canvas").count()} pictures`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${where}: is wider than the window`);
    const colours = await page.evaluate(() => {
      const of = (query) => document.querySelector(query) && getComputedStyle(document.querySelector(query)).color;
      return { paper: getComputedStyle(document.body).backgroundColor, texts: [of("body"), of(".lead"), of("figcaption"), of("a"), of(".role.target"), of(".kicker")].filter(Boolean) };
    });
    for (const colour of colours.texts) expect(contrast(colour, colours.paper) >= 4.5, `${where}: ${colour} on ${colours.paper} has a contrast of ${contrast(colour, colours.paper).toFixed(2)}`);
    expect((contrast(colours.paper, "rgb(0, 0, 0)") < 4) === (colorScheme === "dark"), `${where}: paper ${colours.paper}`);
    if (width === 1200 && colorScheme === "light") expect((await page.pdf({ format: "A4" })).length > 10_000, `${where}: does not print`);
    await context.close();
  }
}
await browser.close();
console.log(`${Object.keys(PAGES).length} pages, ${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
