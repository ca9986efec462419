import type { ProgramDeps } from '../src/program-deps';

/** For commands that don't open the page. */
export const NO_PAGE: Pick<ProgramDeps, 'openApi' | 'servePage'> = {
  openApi: () => Promise.reject(new Error('There is no API here.')),
  servePage: () => Promise.reject(new Error('No page is served here.')),
};
