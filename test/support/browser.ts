// A real browser without a window, and what a page in it does: what it says to the console, whom it asks, what it looks like.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { openPeer } from './peers.ts';

/** Debian's Chromium. A page that asks the network for anything is refused. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: openPeer('chromium-headless-shell'), args: ['--disable-gpu'] });
}

export const screens = {
  desktop: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 } },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

/** A page that was opened from a file. */
export interface OpenedPage {
  readonly page: Page;
  /** Lines of the console, and errors of the page. */
  readonly said: readonly string[];
  /** URLs that were asked for besides the file's own. */
  readonly asked: readonly string[];
}

/** Opens a file without a network, and waits until all of it is there. */
export async function openFile(browser: Browser, path: string, options: BrowserContextOptions = screens.desktop): Promise<OpenedPage> {
  const [said, asked, own]: [string[], string[], string] = [[], [], pathToFileURL(path).href];
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.on('console', (message) => void said.push(message.text()));
  page.on('pageerror', (error) => void said.push(error.message));
  page.on('request', (request) => void (request.url() === own || asked.push(request.url())));
  await page.goto(own, { waitUntil: 'networkidle' });
  return { page, said, asked };
}

/** Closes a page and all that belongs to it. */
export async function closePage({ page }: Pick<OpenedPage, 'page'>): Promise<void> {
  await page.context().close();
}

/** Where runs keep what people are to look at; git passes over it. */
export const pictureFolder: string = join(import.meta.dirname, '../output/report');

/** Keeps a page as a file. @returns its path */
export function keepPage(name: string, content: string): string {
  mkdirSync(pictureFolder, { recursive: true });
  const path = join(pictureFolder, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.html`);
  writeFileSync(path, content);
  return path;
}

/** Pictures that are taller than that are not made. */
const tallest = 16_000;

/** Keeps a picture of a whole file on each screen, and on paper; the browser sometimes draws none, and then draws it anew. */
export async function keepPictures(browser: Browser, path: string): Promise<void> {
  for (const [screen, options] of Object.entries(screens)) await keepPicture(browser, path, screen, options, 5);
  const opened = await openFile(browser, path);
  await opened.page.pdf({ path: path.replace(/html$/, 'pdf'), format: 'A4' });
  await closePage(opened);
}

async function keepPicture(
  browser: Browser,
  path: string,
  screen: string,
  options: BrowserContextOptions,
  attempts: number,
): Promise<void> {
  const opened = await openFile(browser, path, options);
  try {
    const fullPage = (await heightOf(opened.page)) < tallest;
    await opened.page.screenshot({ path: path.replace(/html$/, `${screen}.png`), fullPage });
  } catch (error) {
    if (attempts === 1) throw error;
    await keepPicture(browser, path, screen, options, attempts - 1);
  } finally {
    await closePage(opened);
  }
}

async function heightOf(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollHeight'));
}

/** What axe-core has against a page, a line each. The page must be one that lets scripts in. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const run = `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary).join(' | ')))`;
  return (await page.evaluate(run)) as readonly string[];
}
