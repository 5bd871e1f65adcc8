import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe } from "vitest";

/** Where Chromium is: CHROMIUM names it, or it comes from a package of the system. */
const places = [process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"]].flat();
const executablePath = places.find((path) => existsSync(path));

if (executablePath === undefined)
  console.warn("skipped: there is no Chromium; install the package chromium, or name one in CHROMIUM");

/** A page that is open, with everything that it should not have done. */
export interface OpenPage {
  readonly page: Page;
  /** Messages of the console, faults of scripts, policies that were violated, requests that failed or went elsewhere. */
  readonly complaints: readonly string[];
}

/** Opens a page of a server; `others` are origins that it calls as well. */
export type Open = (url: string, others?: readonly string[]) => Promise<OpenPage>;

/** Specs with a browser; they are skipped where there is none. */
export function describeInBrowser(name: string, define: (open: Open) => void): void {
  describe.skipIf(executablePath === undefined)(name, () => {
    let browser: Browser;
    const pages: Page[] = [];

    beforeAll(async () => {
      // Playwright makes a profile that nobody has used before, and removes it.
      browser = await chromium.launch({ executablePath: executablePath ?? "", args: flags });
    });

    afterEach(async () => {
      await Promise.all(pages.splice(0).map((page) => page.close()));
    });

    afterAll(() => browser.close());

    define(async (url, others = []) => {
      const page = await browser.newPage();
      pages.push(page);
      const complaints = listenForComplaints(page, [new URL(url).origin, ...others]);
      await page.goto(url);
      return { page, complaints };
    });
  });
}

/** Nothing but what it is asked for, and nothing to elsewhere. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function listenForComplaints(page: Page, origins: readonly string[]): string[] {
  const complaints: string[] = [];
  // Policies that are violated are told in the console.
  page.on("console", (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("requestfailed", (request) =>
    complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`),
  );
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!origins.includes(url.origin) && url.protocol !== "data:") complaints.push(`elsewhere: ${url}`);
  });
  return complaints;
}
