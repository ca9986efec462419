import type { SandboxFile } from '../../lib/state';
import { emulatedEndpoint } from '../../lib/webhook-address';
import type { Checks } from '../kit/checks';
import type { Tenant } from '../kit/scenario-context';
import { apisOf } from '../../lib/api-addresses';
import type { Mtr } from '../operate/mtr';
import { checkEveryView, goTo, launchBrowser, openTab, type Tab } from './browser';

export interface PageFacts {
  readonly sandbox: SandboxFile;
  readonly mtr: Mtr;
  /** One of whose jobs runs, while another waits. */
  readonly tenant: Tenant;
  readonly waiting: number;
}

/** The page in a browser: as an operator by mtr open, as a tenant by a link, and what it keeps to itself. */
export async function lookAtPage(facts: PageFacts, executablePath: string, checks: Checks): Promise<void> {
  const browser = await launchBrowser(executablePath);
  try {
    const operator = await openTab(browser, facts.sandbox.page_url);
    await lookAsOperator(operator, facts, checks);
    await operator.close();
    const link = await linkFor(facts, checks);
    const tenant = await openTab(browser, link);
    await lookAsTenant(tenant, facts, checks);
    await tenant.close();
    const bent = await openTab(browser, `${link.slice(0, -3)}AAA`);
    const refused = await sees(bent, 'counts no more');
    checks.check('the page opens for no link that was bent', refused, await bent.page.innerText('body'));
    await bent.close();
  } finally {
    await browser.close();
  }
}

async function lookAsOperator(tab: Tab, { tenant, waiting }: PageFacts, checks: Checks): Promise<void> {
  const { page } = tab;
  const because = `because ${tenant.login} uses 1 of its 1 runner`;
  checks.check('the page shows an operator who waits and why', await sees(tab, because), await page.innerText('body'));
  checks.check('the page takes its secret out of the address', !page.url().includes('link='), page.url());
  await page.keyboard.press('Tab');
  const first = await page.evaluate('document.activeElement.textContent');
  checks.check('the first key leads past the navigation', String(first).startsWith('Skip'), String(first));
  await goTo(tab, 'Why');
  await page
    .getByLabel('Address of the job')
    .fill(`https://github.com/${tenant.login}/app/actions/runs/1/job/${waiting}`);
  await page.keyboard.press('Enter');
  const sentence = `Job ${waiting} of ${tenant.login}/app waits, ${because}.`;
  const isTold = (await sees(tab, sentence)) && (await sees(tab, "In GitHub's queue"));
  checks.check("the page says why by the address of a job's page", isTold, await page.innerText('body'));
  await goTo(tab, 'Health');
  const isHealthShown = (await sees(tab, 'Nets that catch what events miss')) && (await sees(tab, '-dlq'));
  checks.check('the page shows an operator nets and dead letters', isHealthShown, await page.innerText('body'));
  await checkEveryView('an operator', tab, checks);
  checkConduct('an operator', tab, checks);
}

async function lookAsTenant(tab: Tab, { sandbox, tenant }: PageFacts, checks: Checks): Promise<void> {
  const { page } = tab;
  const isShown = (await sees(tab, tenant.login)) && (await sees(tab, `installation ${tenant.id}`));
  checks.check('the page shows a tenant its own by a link', isShown, await page.innerText('body'));
  const others = (await page.getByRole('rowheader').allInnerTexts()).filter((name) => !name.includes(tenant.login));
  checks.check('the page shows a tenant no other', others.length === 0, others.join(', '));
  await checkEveryView('a tenant', tab, checks);
  checkConduct('a tenant', tab, checks);
  // As a script in that page would ask.
  const { tenants } = apisOf(sandbox);
  const ask = (path: string): Promise<unknown> =>
    page.evaluate(
      `fetch(${JSON.stringify(`${tenants}${path}`)}, ` +
        "{ headers: { authorization: 'Bearer ' + sessionStorage.getItem('token') } }).then(({ status }) => status)",
    );
  for (const path of [`/tenants/${tenant.id + 1}/overview`, '/overview', '/usage', '/health/nets', '/dead-letters']) {
    const status = await ask(path);
    const name = path.replace(/\d+/, '…');
    checks.check(`a tenant's link is refused ${name}`, status === 403, String(status));
  }
}

function checkConduct(who: string, { errors, strayed }: Tab, checks: Checks): void {
  checks.check(`the page of ${who} has no error in the console`, errors.length === 0, errors.join('; '));
  checks.check(
    `the page of ${who} asks no other origin, and only to read`,
    strayed.length === 0,
    [...new Set(strayed)].join('; '),
  );
}

async function linkFor({ sandbox, mtr, tenant }: PageFacts, checks: Checks): Promise<string> {
  const { code, out, err } = await mtr('open', '--tenant', tenant.login);
  checks.check('mtr open makes a link for a tenant', code === 0, err);
  return emulatedEndpoint(String(JSON.parse(out).url), sandbox.aws.endpoint_url);
}

async function sees({ page }: Tab, text: string): Promise<boolean> {
  try {
    await page.getByText(text).first().waitFor({ state: 'visible' });
    return true;
  } catch {
    return false;
  }
}
