// The report in a real browser: it says what the verification found, asks nobody for anything, and can be read by everybody.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ReportFacts } from '../../src/cli/report/facts.ts';
import { printReport } from '../../src/cli/report/page.ts';
import { outcomeJson } from '../../src/cli/verify/verdict-json.ts';
import { printable } from '../../src/cli/voice/fields.ts';
import {
  accessibilityProblems,
  closePage,
  keepPage,
  keepPictures,
  type OpenedPage,
  openBrowser,
  openFile,
  screens,
} from '../support/browser.ts';
import { needs } from '../support/peers.ts';
import { hostile, situations } from '../support/report-situations.ts';

const peers = needs('chromium-headless-shell');

/** What the page says first, the verdict on each signature, and texts that its pictures must have. */
interface Expected {
  readonly title: string;
  readonly signatures: readonly string[];
  readonly pictured?: readonly string[];
}

const expected: Readonly<Record<string, Expected>> = {
  verified: {
    title: 'Verified',
    signatures: ['Passed'],
    pictured: ['Payments Release', 'Not revoked (OCSP)', 'In ca:test', 'Signature expires · 2026-11-28'],
  },
  'short-lived': {
    title: 'Verified',
    signatures: ['Passed'],
    pictured: [
      'Expired 2026-06-02',
      'Timestamped · 2026-06-01',
      'Now · 2028-02-03',
      'In tsa:test',
      '2026-06-01 06:00 – 2026-06-02 06:00 UTC (24 h)',
    ],
  },
  timestamped: { title: 'Verified', signatures: ['Passed'], pictured: ['Timestamp authority', 'Timestamped · 2026-06-01', 'In tsa:test'] },
  unsigned: { title: 'Not verified: not signed', signatures: [] },
  skipped: { title: 'Not checked', signatures: [] },
  untrusted: {
    title: 'Not verified',
    signatures: ['Rejected: authenticity'],
    pictured: ['build-bot', 'In no trust store', 'Not asked if revoked'],
  },
  'another identity': { title: 'Not verified', signatures: ['Rejected: authenticity'], pictured: ['In ca:test'] },
  'expired chain': { title: 'Not verified', signatures: ['Rejected: authentic timestamp'], pictured: ['Expired 2026-03-01'] },
  'expired signature': {
    title: 'Not verified',
    signatures: ['Rejected: expiry'],
    pictured: ['Signature expires · 2026-11-28', 'Now · 2027-01-10'],
  },
  'no timestamp': { title: 'Not verified', signatures: ['Rejected: authentic timestamp'] },
  revoked: {
    title: 'Not verified',
    signatures: ['Rejected: revocation'],
    pictured: ['Revoked 2026-05-01', 'Revoked: Payments Release · 2026-05-01'],
  },
  'revocation unknown': { title: 'Not verified', signatures: ['Rejected: revocation'], pictured: ['Revocation unknown'] },
  logged: {
    title: 'Verified, with warnings',
    signatures: ['Passed, with warnings'],
    pictured: ['Expired 2026-03-01', 'Revocation unknown'],
  },
  'revocation skipped': { title: 'Verified', signatures: ['Passed'], pictured: ['Not asked if revoked'] },
  'moved from another artifact': { title: 'Not verified', signatures: ['Rejected: artifact'] },
  'other metadata': { title: 'Not verified', signatures: ['Rejected: user metadata'] },
  'not intact': { title: 'Not verified', signatures: ['Rejected: integrity'] },
  'critical attribute': { title: 'Not verified', signatures: ['Rejected: critical attributes'] },
  'not to be had': { title: 'Not verified', signatures: ['Rejected: fetch'] },
  'many signatures': {
    title: 'Verified',
    signatures: ['Rejected: authenticity', 'Rejected: fetch', 'Passed', 'Rejected: artifact', 'Passed'],
  },
  'too many signatures': { title: 'Not verified', signatures: ['Rejected: authenticity', 'Rejected: authenticity'] },
  'signing authority': {
    title: 'Verified',
    signatures: ['Passed'],
    pictured: ['Signed, as the signing authority says · 2026-02-01', 'In signingAuthority:test', 'Expired 2026-03-01'],
  },
  'long chain': { title: 'Verified', signatures: ['Passed'], pictured: ['intermediate 3'] },
  'self-signed': { title: 'Verified', signatures: ['Passed'], pictured: ['Signing certificate, self-signed'] },
  'a trust store that is not there': { title: 'Not verified', signatures: ['Rejected: authenticity'] },
  hostile: { title: 'Not verified', signatures: ['Rejected: authenticity', ...hostile.map(() => 'Rejected: fetch')] },
  'hostile, verified': { title: 'Verified', signatures: ['Passed'] },
  blob: { title: 'Verified', signatures: ['Passed'] },
  'changed blob': { title: 'Not verified', signatures: ['Rejected: artifact'] },
};

/** What axe-core looks at, on every screen: each kind of page once. */
const judgedByAxe = ['verified', 'short-lived', 'unsigned', 'skipped', 'logged', 'revoked', 'many signatures', 'hostile, verified', 'blob'];

describe('the page of a report', () => {
  let browser: Browser;
  before(async () => {
    if (peers.skip === undefined) browser = await openBrowser();
  });
  after(() => browser?.close());

  async function withPage(
    facts: ReportFacts,
    name: string,
    options: Parameters<typeof openFile>[2],
    look: (opened: OpenedPage) => Promise<void>,
  ): Promise<void> {
    const opened = await openFile(browser, keepPage(name, printReport(facts)), options);
    try {
      await look(opened);
    } finally {
      await closePage(opened);
    }
  }

  test('there is an expectation for each situation', () => assert.deepEqual(Object.keys(expected), Object.keys(situations)));

  for (const [name, make] of Object.entries(situations)) {
    test(`${name}: says what was found, and asks nobody`, peers, async () => {
      const facts = await make();
      await withPage(facts, name, screens.desktop, async ({ page, said, asked }) => {
        assert.deepEqual([said, asked], [[], []]);
        assert.equal(await page.locator('h1').innerText(), expected[name]?.title);
        assert.deepEqual(await page.locator('.pill').allInnerTexts(), expected[name]?.signatures);
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        assert.deepEqual(await stepsOn(page), stepsIn(facts));
        const pictured = await page.locator('svg.broad text').allTextContents();
        for (const text of expected[name]?.pictured ?? []) assert.ok(pictured.includes(text), `${text} in ${pictured.join(' | ')}`);
        assert.equal(await page.locator('script, img, iframe, object, embed, link, base, form, input, [style]').count(), 0);
        assert.deepEqual([said, asked], [[], []]);
      });
    });

    test(`${name}: a telephone need not scroll sideways`, peers, async () => {
      await withPage(await make(), name, screens.phone, async ({ page }) => {
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
        assert.equal(await page.locator('svg.broad').filter({ visible: true }).count(), 0);
      });
    });
  }

  for (const name of judgedByAxe) {
    test(`${name}: pictures are kept for people to look at`, peers, async () => {
      const facts = await situations[name]?.();
      assert.ok(facts);
      await keepPictures(browser, keepPage(name, printReport(facts)));
    });

    for (const [screen, options] of Object.entries(screens)) {
      test(`${name}: axe-core finds nothing, ${screen}`, peers, async () => {
        const facts = await situations[name]?.();
        assert.ok(facts);
        // axe-core is a script, and the page lets none in.
        await withPage(facts, name, { ...options, bypassCSP: true }, async ({ page }) => {
          assert.deepEqual(await accessibilityProblems(page), []);
          await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
          assert.deepEqual(await accessibilityProblems(page), []);
        });
      });
    }
  }

  for (const name of ['hostile', 'hostile, verified']) {
    test(`${name}: what would harm it is text`, peers, async () => {
      const facts = await situations[name]?.();
      assert.ok(facts);
      await withPage(facts, name, screens.desktop, async ({ page }) => {
        assert.notEqual(await page.title(), 'owned');
        assert.equal(
          await page.evaluate(
            "[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on')).length",
          ),
          0,
        );
        assert.deepEqual(
          await page.evaluate(
            "[...document.querySelectorAll('a, use')].map((one) => one.getAttribute('href')).filter((href) => !href.startsWith('#'))",
          ),
          [],
        );
        const text = String(await page.evaluate('document.body.textContent'));
        for (const one of hostile) assert.ok(text.includes(printable(one)), one);
        assert.doesNotMatch(text, /(?!\n)[\p{Cc}\u202e\u2066\u200b]/u);
      });
    });
  }

  test('the page lets no script in, and its own style', peers, async () => {
    const facts = await situations['verified']?.();
    assert.ok(facts);
    const spoiled = printReport(facts).replace(
      '<main>',
      '<main><script>document.title="owned"</script><p style="color:red" onclick="1">x</p>',
    );
    const { page, said } = await openFile(browser, keepPage('spoiled', spoiled));
    assert.notEqual(await page.title(), 'owned');
    assert.ok(said.some((line) => line.includes('Content Security Policy')));
    assert.equal(await page.evaluate("getComputedStyle(document.querySelector('h1')).color"), 'rgb(20, 105, 46)');
    await closePage({ page });
  });

  test('paper shows what is folded up, in the light scheme', peers, async () => {
    const facts = await situations['many signatures']?.();
    assert.ok(facts);
    await withPage(facts, 'many signatures', screens.dark, async ({ page }) => {
      const folded = page.locator('#signature-1 .steps');
      assert.equal(await folded.isVisible(), false);
      await page.emulateMedia({ media: 'print' });
      assert.equal(await folded.isVisible(), true);
      assert.equal(await page.evaluate("getComputedStyle(document.querySelector('h1')).color"), 'rgb(20, 105, 46)');
      assert.equal((await page.pdf({ format: 'A4' })).subarray(0, 5).toString(), '%PDF-');
    });
  });

  test('the keyboard reaches the verdict and unfolds signatures', peers, async () => {
    const facts = await situations['many signatures']?.();
    assert.ok(facts);
    await withPage(facts, 'many signatures', screens.desktop, async ({ page }) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'To the verdict');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      assert.equal(await page.locator('#signature-1 .steps').isVisible(), true);
      assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none');
    });
  });
});

/** The verdict on each check of each signature, as the page tells it. */
async function stepsOn(page: Page): Promise<readonly (readonly string[])[]> {
  const signatures = await page.locator('section.signature').all();
  return Promise.all(
    signatures.map(async (one) =>
      (await one.locator('.steps > li').all()).reduce(
        async (known, item) => [
          ...(await known),
          `${await item.locator('strong').first().innerText()}: ${await item.locator('.verdict').innerText()}`,
        ],
        Promise.resolve<string[]>([]),
      ),
    ),
  );
}

interface JsonSignature {
  readonly status: string;
  readonly failedAt?: string;
  readonly checks: readonly { readonly check: string; readonly action: string; readonly result: string }[];
}

const titles: Readonly<Record<string, string>> = {
  fetch: 'Fetch',
  integrity: 'Integrity',
  'critical attributes': 'Critical attributes',
  authenticity: 'Authenticity',
  expiry: 'Expiry',
  authenticTimestamp: 'Authentic timestamp',
  revocation: 'Revocation',
  artifact: 'Artifact',
  'user metadata': 'User metadata',
};

/** The same, as `verify --output json` tells it; it stops at the signature that passes, so those after it are told as if they were alone. */
function stepsIn({ statement, signatures, subject }: ReportFacts): readonly (readonly string[])[] {
  return signatures.map((signature) => {
    const outcome =
      signature.status === 'verified'
        ? ({ status: 'verified', rejected: [], accepted: signature } as const)
        : ({ status: 'rejected', reason: 'all rejected', rejected: [signature] } as const);
    const [json] = JSON.parse(JSON.stringify(outcomeJson({ statement, ...outcome }))).signatures as readonly [JsonSignature];
    const order = Object.keys(titles);
    const end = json.failedAt === undefined ? order.length : order.indexOf(json.failedAt);
    return order
      .filter((step) => step !== 'fetch' || subject.kind === 'artifact')
      .map((step) => {
        const check = json.checks.find((one) => one.check === step);
        if (check?.result === 'failed') return `${titles[step]}: ${check.action === 'log' ? 'Failed, only logged' : 'Failed'}`;
        if (check?.result === 'skipped') return `${titles[step]}: Left out`;
        const place = order.indexOf(step);
        return `${titles[step]}: ${place < end ? 'Passed' : place === end ? 'Failed' : 'Not reached'}`;
      });
  });
}
