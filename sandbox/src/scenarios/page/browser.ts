import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Checks } from '../kit/checks';

export const VIEWS = ['Live', 'Why', 'Usage', 'Health'] as const;
export type ViewName = (typeof VIEWS)[number];

/** A tab of a fresh browser profile, and what it did that a page may not. */
export interface Tab {
  readonly page: Page;
  /** Errors of the console and of scripts. */
  readonly errors: readonly string[];
  /** Requests to other origins, and those that could change something. */
  readonly strayed: readonly string[];
  close(): Promise<void>;
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  // As root Chromium starts only without its own sandbox; it loads nothing but our page.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export async function openTab(browser: Browser, url: string): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 } });
  const page = await context.newPage();
  const errors: string[] = [];
  const strayed: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(`${origin}/`) || /^(data|blob):/.test(request.url());
    if (!isOwn || request.method() !== 'GET') strayed.push(`${request.method()} ${new URL(request.url()).origin}`);
  });
  await page.goto(url);
  return { page, errors, strayed, close: () => context.close() };
}

export async function goTo({ page }: Tab, view: ViewName): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: view }).click();
  await page.getByRole('heading', { level: 1, name: view }).waitFor();
  await page.getByText('Loading …').waitFor({ state: 'detached' });
}

/** What axe finds that stands in the way of people, in the colours of now. */
export async function findBarriers({ page }: Tab): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<readonly { readonly id: string; readonly nodes: readonly { html: string }[] }[]>(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ' +
      '({ id, nodes: nodes.map(({ html }) => ({ html })) })))',
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Every view without a barrier, in light and in dark, and not wider than a telephone. */
export async function checkEveryView(who: string, tab: Tab, checks: Checks): Promise<void> {
  const { page } = tab;
  for (const view of VIEWS) {
    await page.setViewportSize({ width: 1100, height: 800 });
    await goTo(tab, view);
    const barriers: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      barriers.push(...(await findBarriers(tab)));
    }
    await page.setViewportSize({ width: 380, height: 800 });
    const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
    const held = barriers.length === 0 && width <= 380;
    const detail = `${barriers.join('; ')}; ${width} px wide`;
    checks.check(`the page shows ${who} ${view}, light and dark, at 380 px, without a barrier`, held, detail);
  }
  await page.setViewportSize({ width: 1100, height: 800 });
  await page.emulateMedia({ colorScheme: null });
}
