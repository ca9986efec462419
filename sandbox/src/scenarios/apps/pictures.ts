import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from '../../../setup/browser.mjs';
import { launchBrowser, openTab } from '../page/browser';
import { SHOP, type AppsContext } from './looks';
import { terminalPicture, type Command } from './terminal-picture';

/** The pictures of docs/apps.md, images/app-*: what an operator's terminal says of an app, and the app in a browser. */
export async function takePictures({ mtr, front, paths }: AppsContext, log: (line: string) => void): Promise<void> {
  const folder = join(paths.root, 'images');
  const commands: Command[] = [];
  for (const args of [
    ['apps', 'deployments', SHOP, '--limit', '4'],
    ['apps', 'why', SHOP],
  ]) {
    const { code, out, err } = await mtr(...args, '--output', 'table');
    if (code !== 0) throw new Error(err);
    commands.push({ line: `mtr ${args.join(' ')}`, out });
  }
  writeFileSync(join(folder, 'app-terminal.svg'), terminalPicture(commands));
  const executablePath = await ensureBrowser({ log });
  if (executablePath === undefined)
    throw new Error('There is no Chromium; install it, or name one in SANDBOX_BROWSER.');
  const browser = await launchBrowser(executablePath);
  try {
    // Chromium knows every name below localhost, without any DNS.
    const tab = await openTab(browser, `http://${SHOP}.localhost:${new URL(front).port}/`);
    await tab.page.setViewportSize({ width: 560, height: 240 });
    await tab.page.screenshot({ path: join(folder, 'app-page.png') });
    await tab.close();
  } finally {
    await browser.close();
  }
}
