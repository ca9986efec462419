import { FORUM, SHOP, type AppsContext } from './looks';

/** For whoever wants to try it by hand: where the apps are, and where to push. */
export function showAround({ front, tenants }: Pick<AppsContext, 'front' | 'tenants'>): string {
  const { port } = new URL(front);
  const lines = [SHOP, FORUM].map((app) => `http://${app}.localhost:${port}`);
  const [{ cloneUrl }] = tenants;
  return `
In a browser: ${lines.join(' and ')}

To push a version of your own:
  git clone ${cloneUrl} shop && cd shop
  echo 'another word' > word.txt && git commit --all --message 'Say something else' && git push
It is built on a machine of acme's, and http://${SHOP}.localhost:${port} says it within a minute.
`;
}
